// Which pages of reports are asked for now, and what becomes of what they say. Pure.
import { terms } from '../language/terms.ts'
import { cut } from '../language/words.ts'
import type { PageAnswer, PageDue, PageOutcome, PagePause, PageSubject, StatedFacts } from '../model/page.ts'
import type { StoryMember } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import { hostOf } from './schedule/host.ts'

const HOUR: Millis = 3_600_000
const DAY: Millis = 24 * HOUR

/** A page is asked for so long after its report was first seen, and so often. */
export const PAGES_SINCE: Millis = 2 * DAY
export const MOST_TRIES = 3
/** Refusals in a row by which an agency is left alone, and for how long. */
export const REFUSALS = 3
const PAUSE: Millis = DAY
/** Until a page is tried again that could not be had; the second time, so many times longer. */
const FIRST_WAIT: Millis = HOUR / 2
const LONGER = 8

/** Pages that are asked for now: the newest of each host, where its budget is not spent and its agency not left alone. */
export function pagesToAsk(
  due: readonly PageDue[],
  {
    asked,
    pauses,
    budget,
    now,
  }: { asked: ReadonlyMap<string, number>; pauses: ReadonlyMap<string, PagePause>; budget: number; now: Millis },
): { page: PageDue; host: string }[] {
  const chosen = new Map<string, PageDue>()
  for (const page of due.toSorted((a, b) => b.time - a.time || b.report - a.report)) {
    const host = hostOf(page.url)
    // In an address with `${`, a secret was taken out: without it, it is another page.
    if (page.url.includes('${') || !/^https?:/i.test(page.url)) continue
    if ((pauses.get(page.agency)?.until ?? 0) > now || (asked.get(host) ?? 0) >= budget) continue
    if (!chosen.has(host)) chosen.set(host, page)
  }
  return [...chosen].map(([host, page]) => ({ host, page }))
}

/** What refuses us, and not one page. */
const isRefusal = (outcome: PageOutcome): boolean =>
  outcome === 'blocked' || outcome === 'consent' || outcome === 'forbidden' || outcome === 'noindex'

/** What may be otherwise the next time. */
const mayPass = (outcome: PageOutcome): boolean =>
  (isRefusal(outcome) && outcome !== 'noindex') || outcome === 'failed' || outcome === 'error'

/** When a page is asked for again; null where it is not. */
export function nextTry(outcome: PageOutcome, attempts: number, now: Millis): Millis | null {
  if (!mayPass(outcome) || attempts >= MOST_TRIES) return null
  return now + FIRST_WAIT * LONGER ** (attempts - 1)
}

const WHY: Readonly<Record<string, string>> = {
  consent: 'asks for consent',
  noindex: 'asks robots to keep nothing of them ("robots": "ignore" of a feed overrules that)',
  forbidden: 'forbids it in its robots.txt ("robots": "ignore" of a feed overrules that)',
}

/** Whether an agency is left alone after these outcomes, the newest first; null where it is not. */
export function pauseAfter(last: readonly PageOutcome[], host: string, now: Millis): PagePause | null {
  if (last.length < REFUSALS || !last.slice(0, REFUSALS).every(isRefusal)) return null
  return { until: now + PAUSE, reason: `pages are not asked for: ${host} ${WHY[last[0] ?? ''] ?? 'refuses them'}` }
}

/** Letters and digits: a cut text is shorter in them, whatever its spaces and marks. */
const said = (text: string): number => text.match(/[\p{L}\p{N}]/gu)?.length ?? 0

/** What becomes of a page: `article` or, where readers are not shown it, `withheld` where its text is the report's from now on. */
export function outcomeOf(
  answer: PageAnswer,
  subject: PageSubject,
  /** Texts of other pages of its agency. */
  others: readonly string[],
): { outcome: PageOutcome; because: string; text: string | null } {
  const { verdict, because } = answer
  const text = textOf(answer)
  if (verdict !== 'article' || text === null) return { outcome: verdict, because, text: null }
  const own = withoutCommon(text, others)
  if (said(own) <= said(subject.text)) {
    return { outcome: 'shorter', because: 'the feed gave as much of it', text: null }
  }
  const unshown = 'text' in answer ? answer.unshown : undefined
  return unshown === undefined
    ? { outcome: 'article', because, text: own }
    : { outcome: 'withheld', because: `${because}, and ${unshown}`, text: own }
}

const textOf = (answer: PageAnswer): string | null => ('text' in answer ? answer.text : null)

/** Share of the shorter headline's words by which two are of one report that was sent twice. */
const ONE_HEADLINE = 0.5

/** Other reports of an agency that have the same text at another address and tell of something else: no text of any report. */
export function furnitureAmong<T extends { title: string }>(title: string, alike: readonly T[]): T[] {
  const own = new Set(terms(title, null))
  return alike.filter(other => {
    const words = new Set(terms(other.title, null))
    let shared = 0
    for (const word of words) if (own.has(word)) shared++
    return shared < ONE_HEADLINE * Math.max(1, Math.min(own.size, words.size))
  })
}

/** Share of a text's letters from which on another is no cut beginning of such a text. */
const WHOLE = 0.5

/**
 * Reports of its story that a report is held against once its whole text is known: what joined by the beginning of a text may
 * tell another thing. What is as short as a beginning itself says nothing; whoever was put there by more than words stays.
 */
export function heldAgainst(
  { report, joinedBy }: Pick<PageSubject, 'report' | 'joinedBy'>,
  text: string,
  members: readonly Pick<StoryMember, 'id' | 'text'>[],
): number[] {
  if (joinedBy !== 'text' && joinedBy !== 'first') return []
  const least = said(text) * WHOLE
  return members.filter(one => one.id !== report && said(one.text) >= least).map(({ id }) => id)
}

/** Pages of an agency that have a line word for word which is none of a report then, and words of such a line. */
const COMMON_PAGES = 3
const COMMON_WORDS = 8
/** Pages that are looked at for it. */
export const PAGES_COMPARED = 12

/** A text without the lines that other pages of its agency have: a notice that stands under every report. */
export function withoutCommon(text: string, others: readonly string[]): string {
  if (others.length < COMMON_PAGES) return text
  const pages = new Map<string, number>()
  for (const other of others) {
    for (const line of new Set(other.split('\n'))) pages.set(line, (pages.get(line) ?? 0) + 1)
  }
  const isCommon = (line: string): boolean =>
    (pages.get(line) ?? 0) >= COMMON_PAGES && cut(line).words.length >= COMMON_WORDS
  const own = text.split('\n').filter(line => !isCommon(line))
  return own.length === 0 ? text : own.join('\n')
}

export const NOTHING_STATED: StatedFacts = {
  ...{ title: null, published: null, modified: null, language: null },
  ...{ publisher: null, canonical: null, free: null },
}

/** What a page says of itself; nothing where none was read. */
export function factsOf(answer: PageAnswer): StatedFacts {
  if (!('text' in answer) || answer.verdict === 'noindex') return NOTHING_STATED
  const { title, published, modified, language, publisher, canonical, free } = answer
  return { title, published, modified, language, publisher, canonical, free }
}
