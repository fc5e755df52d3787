// The part of a story's page on its copies: who published it, when, how much of it, and who still publishes a withdrawn text.

import { cleanLine } from '../../language/markup.ts'
import type { ReportView, StoryDetail } from '../../model/shown.ts'
import { type Html, html, nothing, speech, webUrl } from '../markup.ts'
import { headline, iso, label, names, own, type PageContext, shortMoment } from './layout.ts'

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
  const running = html`<p><strong>${names(context, stale.slice(0, NAMED))}${stale.length > NAMED ? ` ${words.count('others', stale.length - NAMED)}` : ''}</strong>: ${old}.</p>`
  return html`<section class="withdrawn" role="note"><h2>${story.withdrawn ? words.withdrawnTitle : words.correctedTitle}</h2>
<p>${story.withdrawn ? words.withdrawnText : words.correctedText}</p>${stale.length === 0 ? nothing : running}</section>`
}

function corrects(story: StoryDetail, member: ReportView): boolean {
  const ofOrigin = story.origin?.agency == null || story.origin.agency === member.agency
  return ofOrigin && (member.signal === 'correction' || member.revisions.some(({ change }) => change === 'correction'))
}

/** That a flash announced what the story tells in full. */
export function flashHtml(context: PageContext, story: StoryDetail): Html {
  const { words } = context
  const full = story.members.find(member => member.joinedBy === 'flash')
  if (full === undefined) return nothing
  const flash = story.members.find(member => member.signal === 'flash' && member.time <= full.time)
  if (flash === undefined) return nothing
  const when = words.shortMoment(flash.time)
  return html`<aside class="flash"><p>${words.flashed(when, words.spell('After', full.time - flash.time))}</p>
<p ${speech(flash.language)}>${label(context, 'flash', flash.title)}${headline(context, flash)}</p>
<p class="meta"><bdi class="by">${cleanLine(flash.agencyName)}</bdi><span class="dot"></span><time datetime="${iso(flash.time)}">${words.moment(flash.time)}</time></p></aside>`
}

/** Everyone who ran the text, first to last; nothing where only one did. */
export function chainHtml(context: PageContext, story: StoryDetail): Html {
  const { words } = context
  if (story.members.length < 2) return nothing
  const start = Math.min(...story.members.map(member => member.time))
  return html`<section class="part"><h2>${words.copies}</h2><p class="note">${words.copiesNote}</p><div class="scroll"><table class="stack">
<thead><tr><th scope="col">${words.agency}</th><th scope="col">${words.behind}</th><th scope="col" class="number">${words.coverage}</th><th scope="col">${words.headline}</th><th scope="col">${words.why}</th></tr></thead>
<tbody>${story.members.slice(0, COPIES).map(member => row(context, story, member, start))}</tbody></table></div>
${story.members.length > COPIES ? html`<p class="note">${words.count('others', story.members.length - COPIES)}</p>` : nothing}</section>`
}

function row(context: PageContext, story: StoryDetail, member: ReportView, start: number): Html {
  const { words } = context
  const url = webUrl(member.url)
  const title = headline(context, member)
  const linked =
    url === null ? html`${title}` : html`<a class="go" href="${url}" rel="noopener noreferrer">${title}</a>`
  const old = story.withdrawn ? words.stillWithdrawn : words.stillUncorrected
  const killed = member.signal === 'kill'
  return html`<tr><th scope="row"><bdi>${cleanLine(member.agencyName)}</bdi>${member.agency === story.origin?.agency ? html` <span class="note">(${words.originCopy})</span>` : nothing}${member.stale ? html`<div class="bad">${old}</div>` : nothing}</th>
<td class="nowrap">${member.time === start ? words.first : words.spell('After', member.time - start)}<div class="note">${shortMoment(context, member.time)}</div></td>
<td class="number" data-label="${words.coverage}">${words.percent(member.coverage)}</td>
<td ${speech(member.language)}>${label(context, member.signal, member.title)}${killed ? html`<span class="struck">${linked}</span>` : linked}</td>
<td>${own(context, words.joinedBy[member.joinedBy])}</td></tr>\n`
}
