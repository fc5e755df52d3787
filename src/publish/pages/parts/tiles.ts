// The numbers of an event, one a kind: the newest that stands, the first, and that sources differ.
import { cleanLine } from '../../../language/markup.ts'
import type { FigurePoint, FigureSeries } from '../../figures.ts'
import { type Html, html, nothing } from '../../markup.ts'
import type { PageContext } from '../layout.ts'
import { bounded } from '../toll.ts'
import { dotted, ownLanguage } from './text.ts'

export function tilesHtml(context: PageContext, figures: readonly FigureSeries[]): Html {
  const tiles = figures.filter(isFirstOfKind).flatMap(series => tile(context, series))
  return tiles.length === 0 ? nothing : html`<dl class="tiles">${tiles}</dl>`
}

/** Of the numbers of one kind: those of all people, or of whom most was said. */
function isFirstOfKind(series: FigureSeries, at: number, all: readonly FigureSeries[]): boolean {
  return all.findIndex(other => other.kind === series.kind && other.latest.length > 0) === at
}

/** Whom the number counts, where it does not count all. */
function people({ whom }: FigureSeries, { words }: FigurePoint): Html {
  return whom === null || words === null ? nothing : html` <bdi>(${cleanLine(words)})</bdi>`
}

function tile(context: PageContext, series: FigureSeries): Html[] {
  const { words } = context
  const [newest] = series.latest
  if (newest === undefined) return []
  const first = series.points[0]
  const source = html`<bdi>${cleanLine(newest.sourceName)}</bdi>`
  const facts = [
    first !== undefined && first.value < newest.value ? words.firstWas(words.number(first.value)) : null,
    source,
  ].filter(fact => fact !== null)
  const differ = series.contradiction.map(
    (point, index) =>
      html`${index === 0 ? '' : ' / '}${bounded(context, point)} <bdi>${cleanLine(point.sourceName)}</bdi>`,
  )
  return [
    html`<div${ownLanguage(context)}><dt>${words.figureKind[series.kind]}${people(series, newest)}</dt><dd class="figure">${words.number(newest.value)}</dd>
${newest.bound === null ? nothing : html`<dd class="facts"><bdi>${bounded(context, newest)}</bdi></dd>`}<dd class="facts">${dotted(facts, true)}</dd>
${differ.length === 0 ? nothing : html`<dd class="facts differ"><bdi>${words.differ}${words.colon}${differ}</bdi></dd>`}</div>`,
  ]
}
