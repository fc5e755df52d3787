// Who had an event when: a lane for each agency, with a dot for each story it told, hollow for a reprint
// and for a bare headline.
import { cleanLine } from '../../../language/markup.ts'
import type { ThreadDetail } from '../../../model/shown.ts'
import { ownAgency } from '../../hotness.ts'
import { Html, html, nothing } from '../../markup.ts'
import { link, type PageContext, pageDirection } from '../layout.ts'
import { names, own } from './text.ts'
import { dayMoment } from './time.ts'

/** Agencies named that have not reported it. */
const NAMED = 12
const DOTS = 60
const MINUTE = 60_000

interface Named {
  name: string
}

export function whoHadItWhen(context: PageContext, thread: ThreadDetail, missing: readonly Named[]): Html {
  const { words } = context
  const parts = [...thread.agencies].sort((a, b) => a.first - b.first || (a.id < b.id ? -1 : 1))
  const start = parts[0]?.first ?? thread.first
  const more = missing.length > NAMED ? ` ${words.count('others', missing.length - NAMED)}` : ''
  const named = missing.slice(0, NAMED).map(agency => agency.name)
  return html`<section><h2 class="rule"${own(context)}>${words.whoHadItWhen}</h2><table class="lanes">
<caption class="hidden">${words.whoHadItWhen}</caption>
<thead class="hidden"><tr><th scope="col">${words.agency}</th><th scope="col">${words.time}</th><th scope="col">${words.behind}</th></tr></thead>
<tbody>${parts.map(
    part => html`<tr><th scope="row"><a href="${link(context, `/agencies/${encodeURIComponent(part.id)}`)}"><bdi>${cleanLine(part.name)}</bdi></a></th>
<td>${lane(context, thread, part.id, start)}<span class="hidden">${dayMoment(context, part.first)}</span></td><td class="nowrap"${own(context)}>${part.first - start < MINUTE ? words.first : words.after(part.first - start)}</td></tr>\n`,
  )}</tbody></table>
${missing.length === 0 ? nothing : html`<p class="note"${own(context)}>${words.notReported}${words.colon}${names(context, named)}${more}.</p>`}</section>`
}

/** Circles stay round at any width, because their places are shares of it and their sizes are not. */
function lane(context: PageContext, thread: ThreadDetail, agency: string, start: number): Html {
  const span = Math.max(1, thread.last - start)
  const backwards = pageDirection(context.inside ?? context.language) === 'rtl'
  const dots = thread.timeline
    .flatMap(story => {
      const part = story.agencies.find(one => one.id === agency)
      if (part === undefined) return []
      const along = 3 + (94 * (Math.min(part.first, thread.last) - start)) / span
      const x = Math.round((backwards ? 100 - along : along) * 10) / 10
      return [`<circle cx="${x}%" cy="10" r="4"${ownAgency(story) === agency ? '' : ' class="copy"'}/>`]
    })
    .slice(0, DOTS)
  return new Html(`<svg class="lane" aria-hidden="true"><line x1="0" x2="100%" y1="10" y2="10"/>${dots.join('')}</svg>`)
}
