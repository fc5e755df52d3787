// Shows a series of figures: a table, and above it a step chart where the number changed. What counts something else is a dot
// beside the line.

import { cleanLine } from '../../language/markup.ts'
import type { FigurePoint, FigureSeries } from '../figures.ts'
import { Html, html, nothing } from '../markup.ts'
import { link, type PageContext, pageDirection } from './layout.ts'
import { own } from './parts/text.ts'
import { dayMoment } from './parts/time.ts'

/** Numbers in one table, the newest ones. */
const ROWS = 40

export function tollHtml(context: PageContext, all: readonly FigureSeries[]): Html {
  const { words } = context
  if (all.length === 0) return nothing
  return html`<section class="tolls"><h2 class="rule"${own(context)}>${words.figures}</h2><p class="note"${own(context)}>${words.figuresNote}</p>${all.map(series => one(context, series))}</section>`
}

function one(context: PageContext, series: FigureSeries): Html {
  const { words } = context
  const name = words.figureKind[series.kind]
  const rows = series.points.slice(-ROWS).toReversed()
  const drawn = chart(context, name, series.points)
  const table = html`<div class="scroll"><table><caption class="hidden">${name}</caption>
<thead><tr><th scope="col" class="number">${words.value}</th><th scope="col">${words.agency}</th><th scope="col">${words.time}</th></tr></thead>
<tbody>${rows.map(point => html`<tr>${cells(context, point)}</tr>\n`)}${series.taken
    .slice(-ROWS)
    .toReversed()
    .map(
      point =>
        html`<tr class="taken">${cells(context, point, html`<div class="bad">${words.taken[point.why]}</div>`)}</tr>\n`,
    )}</tbody></table></div>`
  const numbers = html`<details><summary${own(context)}>${words.allNumbers}</summary>${table}</details>`
  return html`<section class="toll"><h3${own(context)}>${name}${people(series)}</h3>
${contradiction(context, series)}${drawn}${drawn === nothing ? table : numbers}</section>`
}

/** Whom the numbers count, in the words of the newest. */
function people({ whom, points, taken }: FigureSeries): Html {
  const said = whom === null ? null : ((points.at(-1) ?? taken.at(-1))?.words ?? null)
  return said === null ? nothing : html` <span class="note">(<bdi>${cleanLine(said)}</bdi>)</span>`
}

function cells(context: PageContext, point: FigurePoint, note: Html | null = null): Html {
  const { words } = context
  const value = html`<a href="${link(context, `/stories/${point.story}`)}" title="${point.words ?? point.matched}">${bounded(context, point)}</a>`
  const isRepeated = point.until - point.time >= 60_000
  const when = html`${dayMoment(context, point.time)}${isRepeated ? html` – ${dayMoment(context, point.until)}` : nothing}`
  return html`<td class="number">${note === null ? value : html`<s>${value}</s>`}</td>
<td><bdi>${cleanLine(point.sourceName)}</bdi>${point.said === null ? nothing : html`<div class="note"${own(context)}>${words.said}${words.colon}<bdi>${cleanLine(point.said)}</bdi></div>`}${point.isApart ? html`<div class="note"${own(context)}>${words.anotherCount}</div>` : nothing}${note ?? nothing}</td>
<td class="when"><span${own(context)}>${when}</span></td>`
}

/** `at least 22`. */
export function bounded(context: Pick<PageContext, 'words'>, point: Pick<FigurePoint, 'value' | 'bound'>): string {
  const value = context.words.number(point.value)
  return point.bound === null ? value : context.words.bound(point.bound, value)
}

function contradiction(context: PageContext, series: FigureSeries): Html {
  if (series.contradiction.length === 0) return nothing
  return html`<p class="differ"${own(context)}><strong>${context.words.differ}${context.words.colon.trimEnd()}</strong> ${series.contradiction.map(
    (point, index) =>
      html`${index === 0 ? '' : ' / '}<span class="nowrap"><b>${bounded(context, point)}</b> (<bdi>${cleanLine(point.sourceName)}</bdi>)</span>`,
  )}</p>`
}

const WIDTH = 320
const HEIGHT = 96
const EDGE = 8
/** Room below, and above for the number at the end of the line. */
const FOOT = 4
const HEAD = 20

/**
 * The number as last given by anyone, over time and from zero, in the direction the page is read. A dot is a report; a hollow
 * one is hedged ("at least") or, off the line, another count. It says nothing that the table does not.
 */
function chart(context: PageContext, name: string, points: readonly FigurePoint[]): Html {
  const joined = points.filter(point => !point.isApart)
  const [first, last] = [joined[0], joined.at(-1)]
  if (first === undefined || last === undefined || points.every(point => point.value === first.value)) return nothing
  const { words } = context
  const end = Math.max(...points.map(point => point.until))
  const high = Math.max(...points.map(point => point.value))
  const backwards = pageDirection(context.inside ?? context.language) === 'rtl'
  const x = (at: number): number => {
    const along = EDGE + ((WIDTH - 2 * EDGE) * (at - first.time)) / Math.max(1, end - first.time)
    return round(backwards ? WIDTH - along : along)
  }
  const y = (value: number): number => round(HEIGHT - FOOT - ((HEIGHT - FOOT - HEAD) * value) / high)
  const line = joined.map((point, index) =>
    index === 0 ? `M${x(point.time)} ${y(point.value)}` : `H${x(point.time)}V${y(point.value)}`,
  )
  const title = words.chart(name, bounded(context, first), bounded(context, last))
  const dots = points.map(
    point =>
      html`<circle cx="${x(point.time)}" cy="${y(point.value)}" r="3.5"${point.bound === null && !point.isApart ? nothing : new Html(' class="hedged"')}/>`,
  )
  const numberAt = (point: FigurePoint, where: 'start' | 'end'): Html =>
    html`<text x="${where === 'start' ? x(first.time) : x(end)}" y="${round(Math.max(y(point.value) - 7, 12))}" text-anchor="${(where === 'start') === backwards ? 'end' : 'start'}">${words.number(point.value)}</text>`
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" direction="ltr"><title>${title}</title>
<path class="ground" d="M0 ${HEIGHT - FOOT}H${WIDTH}"/><path d="${line.join('')}H${x(end)}"/>${dots}${numberAt(first, 'start')}${numberAt(last, 'end')}</svg><p class="facts axis">${dayMoment(context, first.time)}${dayMoment(context, end)}</p>`
}

const round = (at: number): number => Math.round(at * 10) / 10
