// The numbers of an event, one a kind: the newest that stands, the first, and that sources differ.
import { cleanLine } from '../../../language/markup.ts'
import type { FigureSeries } from '../../figures.ts'
import { type Html, html, nothing } from '../../markup.ts'
import type { PageContext } from '../layout.ts'
import { bounded } from '../toll.ts'
import { dotted, own } from './text.ts'

export function tilesHtml(context: PageContext, figures: readonly FigureSeries[]): Html {
  const tiles = figures.flatMap(series => tile(context, series))
  return tiles.length === 0 ? nothing : html`<dl class="tiles">${tiles}</dl>`
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
    html`<div${own(context)}><dt>${words.figureKind[series.kind]}</dt><dd class="figure">${words.number(newest.value)}</dd>
<dd class="facts">${newest.bound === null ? nothing : html`${bounded(context, newest)}<br>`}${dotted(facts)}</dd>
${differ.length === 0 ? nothing : html`<dd class="facts differ">${words.differ}: ${differ}</dd>`}</div>`,
  ]
}
