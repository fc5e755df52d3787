// The part of a story's page on its copies: who published it, when, how much of it, and who still publishes a withdrawn text.

import { cleanLine } from '../../language/markup.ts'
import type { ReportView, StoryDetail } from '../../model/shown.ts'
import { Html, html, nothing, webUrl } from '../markup.ts'
import type { PageContext } from './layout.ts'
import { by, chip, factsLine, headline, names, own, spoken } from './parts/text.ts'
import { moment, shortMoment } from './parts/time.ts'

/** Copies shown on one page. */
const COPIES = 100
/** Agencies named in a sentence. */
const NAMED = 8

/** What a reader must know before the text: that it was withdrawn or corrected, and who runs the old one on. */
export function warningHtml(context: PageContext, story: StoryDetail): Html {
  const { words } = context
  const corrected = story.signal === 'correction' || story.members.some(member => corrects(story, member))
  if (!story.withdrawn && !corrected) return nothing
  const stale = [...new Set(story.members.filter(member => member.stale).map(member => member.agencyName))]
  const old = story.withdrawn ? words.stillWithdrawn : words.stillUncorrected
  const running = html`<p><strong>${names(context, stale.slice(0, NAMED))}${stale.length > NAMED ? ` ${words.count('others', stale.length - NAMED)}` : ''}</strong>${words.colon}${old}.</p>`
  return html`<section class="warning${story.withdrawn ? ' withdrawn' : ''}" role="note"${own(context)}><h2>${story.withdrawn ? words.withdrawnTitle : words.correctedTitle}</h2>
<p>${story.withdrawn ? words.withdrawnText : words.correctedText}</p>${stale.length === 0 ? nothing : running}</section>`
}

function corrects(story: StoryDetail, member: ReportView): boolean {
  const ofOrigin = story.origin?.agency == null || story.origin.agency === member.agency
  return ofOrigin && (member.signal === 'correction' || member.revisions.some(({ change }) => change === 'correction'))
}

/** Whether the page of a report is known to be gone: it was withdrawn without a word, because its page said so. */
export function isGone({ signal, revisions }: Pick<ReportView, 'signal' | 'revisions'>): boolean {
  const [last, before] = [...revisions].sort((a, b) => b.number - a.number)
  if (signal !== 'kill' || last?.change !== 'kill' || before === undefined) return false
  return last.title === before.title && last.text === before.text
}

/** That a flash announced what the story tells in full. */
export function flashHtml(context: PageContext, story: StoryDetail): Html {
  const { words } = context
  const full = story.members.find(member => member.joinedBy === 'flash')
  if (full === undefined) return nothing
  const flash = story.members.find(member => member.signal === 'flash' && member.time <= full.time)
  if (flash === undefined) return nothing
  const when = words.shortMoment(flash.time)
  return html`<section class="flash-first"><p class="note"${own(context)}>${words.flashed(when, words.spell('After', full.time - flash.time))}</p>
<p${spoken(context, flash.language)}>${chip(context, 'flash')}${headline(context, flash)}</p>
${factsLine(context, [by(flash.agencyName), moment(context, flash.time)])}</section>`
}

/** Everyone who ran the text, first to last; nothing where only one did. */
export function chainHtml(context: PageContext, story: StoryDetail): Html {
  const { words } = context
  if (story.members.length < 2) return nothing
  const start = Math.min(...story.members.map(member => member.time))
  return html`<section><h2 class="rule"${own(context)}>${words.whoseText}</h2><p class="note"${own(context)}>${words.copiesNote}</p><table>
<thead class="hidden"><tr><th scope="col">${words.agency}, ${words.headline}</th><th scope="col">${words.behind}, ${words.coverage}</th></tr></thead>
<tbody>${story.members.slice(0, COPIES).map(member => row(context, story, member, start))}</tbody></table>
${story.members.length > COPIES ? html`<p class="note">${words.count('others', story.members.length - COPIES)}</p>` : nothing}</section>`
}

function row(context: PageContext, story: StoryDetail, member: ReportView, start: number): Html {
  const { words } = context
  const url = webUrl(member.url)
  const title = headline(context, member)
  const gone = isGone(member)
  const linked =
    url === null || gone ? html`${title}` : html`<a class="go" href="${url}" rel="noopener noreferrer">${title}</a>`
  const old = story.withdrawn ? words.stillWithdrawn : words.stillUncorrected
  const killed = member.signal === 'kill'
  return html`<tr title="${words.why}${words.colon}${words.joinedBy[member.joinedBy]}"><th scope="row"><bdi>${cleanLine(member.agencyName)}</bdi>${member.agency === story.origin?.agency ? html` <span class="note"${own(context)}>(${words.originCopy})</span>` : nothing}${member.stale ? html`<div class="bad"${own(context)}>${old}</div>` : nothing}${gone ? html`<div class="note"${own(context)}>${words.goneFrom(cleanLine(member.agencyName))}</div>` : nothing}
<div${spoken(context, member.language)}>${chip(context, member.signal)}${killed ? html`<span class="struck">${linked}</span>` : linked}</div></th>
<td class="nowrap"${own(context)}>${member.time === start ? words.first : words.spell('After', member.time - start)}<div class="note">${shortMoment(context, member.time)}</div>
${share(member.coverage)}<div class="note"><span class="hidden">${words.coverage}${words.colon}</span>${words.percent(member.coverage)}</div><div class="note">${words.joinedBy[member.joinedBy]}</div></td></tr>\n`
}

/** How much of the text it carries, as a bar. */
function share(coverage: number): Html {
  const width = Math.round(Math.min(1, Math.max(0, coverage)) * 100)
  return new Html(
    `<svg class="share" aria-hidden="true"><rect width="100%" height="6" opacity=".2" fill="currentColor"/><rect width="${width}%" height="6" fill="currentColor"/></svg>`,
  )
}
