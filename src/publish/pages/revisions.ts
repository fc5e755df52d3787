// The history of a text: each revision with its class and its changes. Cosmetic ones are folded.

import { cleanLine } from '../../language/markup.ts'
import { textDirection } from '../../language/tag.ts'
import type { ReportView, RevisionView, StoryDetail } from '../../model/shown.ts'
import { type Html, html, languageTag, nothing } from '../markup.ts'
import { changes, differenceHtml, wordCounts } from './difference.ts'
import type { PageContext } from './layout.ts'
import { dotted, factsLine, own, ownLanguage, spoken } from './parts/text.ts'
import { moment } from './parts/time.ts'

/** Revisions shown on one page, the newest ones. */
const SHOWN = 40

interface Step {
  member: ReportView
  before: RevisionView
  after: RevisionView
}

/** What changed in any copy of the story, newest first; nothing where nothing did. */
export function revisionsHtml(context: PageContext, story: StoryDetail): Html {
  const { words } = context
  const steps = story.members
    .flatMap(stepsOf)
    .sort((a, b) => b.after.seen - a.after.seen || b.after.number - a.after.number)
    .slice(0, SHOWN)
  if (steps.length === 0) return nothing
  const unkept = story.members.reduce((sum, { revisions }) => sum + unkeptOf(revisions), 0)
  const cosmetic = steps.filter(({ after }) => after.change === 'cosmetic')
  const telling = steps.filter(({ after }) => after.change !== 'cosmetic')
  return html`<section class="block"><h2 class="rule"${own(context)}>${words.revisions}</h2><p class="note"${own(context)}>${words.revisionsNote}</p>
${telling.map(step => stepHtml(context, step))}
${cosmetic.length === 0 ? nothing : html`<details><summary${own(context)}>${words.count('cosmetics', cosmetic.length)}</summary>${cosmetic.map(step => stepHtml(context, step))}</details>`}${unkept === 0 ? nothing : html`<p class="note"${own(context)}>${words.count('unkept', unkept)}</p>`}</section>`
}

function stepHtml(context: PageContext, { member, before, after }: Step): Html {
  const { words } = context
  const title = changes(before.title, after.title)
  const text = changes(before.text, after.text)
  const [ofTitle, ofText] = [wordCounts(title), wordCounts(text)]
  const [came, went] = [ofTitle.in + ofText.in, ofTitle.out + ofText.out]
  const grave = after.change === 'correction' || after.change === 'kill'
  const heading: Html[] = [html`${words.revision} ${words.number(after.number)}`]
  if (after.change !== null) {
    const name = words.change[after.change]
    heading.push(grave ? html`<span class="chip ${after.change}">${name}</span>` : html`${name}`)
  }
  heading.push(html`<bdi>${cleanLine(member.agencyName)}</bdi>`)
  const facts: (Html | string)[] = [moment(context, after.seen)]
  if (came > 0) facts.push(words.count('wordsIn', came))
  if (went > 0) facts.push(words.count('wordsOut', went))
  const dir = textDirection(languageTag(member.language))
  return html`<div class="revision"><h3${ownLanguage(context)}>${dotted(heading, true)}</h3>
${factsLine(context, facts)}
<div${spoken(context, member.language)}><p class="title">${differenceHtml(title, dir)}</p>
<div class="words">${differenceHtml(text, dir)}</div></div></div>\n`
}

/** Each version against the one before it. */
function stepsOf(member: ReportView): Step[] {
  const versions = allVersions(member)
  return versions.slice(1).flatMap((after, index) => {
    const before = versions[index]
    return before === undefined ? [] : [{ member, before, after }]
  })
}

// The present text is the last version whether or not the store lists it among the revisions.
function allVersions(member: ReportView): RevisionView[] {
  const versions = [...member.revisions].sort((a, b) => a.number - b.number)
  const last = versions.at(-1)
  if (last !== undefined && (last.text !== member.text || last.title !== member.title)) {
    versions.push({ number: last.number + 1, seen: last.seen, title: member.title, text: member.text, change: null })
  }
  return versions
}

/** Texts that the report has had and that are kept no longer: their numbers are missing. */
function unkeptOf(revisions: readonly RevisionView[]): number {
  return Math.max(0, ...revisions.map(({ number }) => number)) - revisions.length
}
