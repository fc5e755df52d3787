// Who had an event, when, and how many told it independently.
import { cleanLine } from '../../../language/markup.ts'
import type { AgencyPart, ThreadOutline, ThreadSummary } from '../../../model/shown.ts'
import { independentSources, isUnjudged } from '../../hotness.ts'
import { type Html, html, nothing } from '../../markup.ts'
import type { PageContext } from '../layout.ts'
import { clock, dayMoment, lag } from './time.ts'

/** Agencies named in a strip. */
const NAMED = 4
const DOTS = 8

const byTime = (parts: readonly AgencyPart[]): AgencyPart[] =>
  [...parts].sort((a, b) => a.first - b.first || (a.id < b.id ? -1 : 1))

/** **Sahel** 06:05 › Midan +65 min › Hibr +2 h. */
export function strip(context: PageContext, parts: readonly AgencyPart[], day: boolean): Html {
  const [first, ...others] = byTime(parts)
  if (first === undefined) return nothing
  const when = day ? dayMoment(context, first.first) : clock(context, first.first)
  const shown = others.slice(0, NAMED - 1)
  const more = others.length - shown.length
  return html`<p class="facts strip"><span class="parts"><span class="part"><b><bdi>${cleanLine(first.name)}</bdi></b> ${when}</span> ${shown.map(
    part =>
      html`<span class="part"><bdi>${cleanLine(part.name)}</bdi> ${lag(context, part.first - first.first)}</span> `,
  )}${more > 0 ? html`<span class="part"><bdi>+${context.words.number(more)}</bdi></span>` : nothing}</span></p>`
}

/** ●●○ 2 of 3 independent: the agencies in the order of reporting, filled for an own copy. */
export function independence(
  context: PageContext,
  thread: Pick<ThreadSummary, 'agencies' | 'sources' | 'lead'>,
  { own }: Pick<ThreadOutline, 'own'>,
): Html {
  const { words } = context
  const all = thread.agencies.length
  const sources = Math.min(independentSources(thread), all)
  const judged = !isUnjudged(thread.lead)
  const parts = byTime(thread.agencies)
  const filled = parts.map(part => !judged || own.includes(part.id))
  const shown = filled.slice(0, DOTS).map(one => (one ? '●' : '○'))
  const text = words.independent(words.count('sources', sources), words.number(sources), words.number(all))
  return html`<span class="dots" aria-hidden="true">${shown.join('')}${filled.length > DOTS ? `+${words.number(filled.length - DOTS)}` : ''}</span> ${text}`
}
