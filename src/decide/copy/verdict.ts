// When two texts are one copy: how much they must share, and what speaks against it.
import type { Millis } from '../../model/units.ts'
import type { Bearing } from './bearing.ts'
import type { Comparison } from './compare.ts'

const DAY: Millis = 24 * 3_600_000

/** Share of common word triples that two leads of the same hour need. */
const LEAST = 0.12
/** More of it for each day between them: a copy comes soon, a form comes again. */
const LEAST_PER_DAY = 0.1
/** More of it where each headline names what the other report does not know: a telegram to another country. */
const LEAST_FOR_SUBJECT = 0.25
/**
 * More of it for the weight of words that stand in place of others (`Comparison.replaced`, counted up to `REPLACED_COUNTED`), in
 * full from `SUBJECT_OF_REPLACED` on: a copy is cut, and a retold form has other words. Without the condition copies are lost
 * that their publisher worded anew.
 */
const LEAST_FOR_REPLACED = 0.5
const REPLACED_COUNTED = 0.5
const SUBJECT_OF_REPLACED = 1 / 3
/** A text that looks like others of other days is a form, and must be shared nearly whole. */
const LEAST_OF_FORM = 0.38
const FORM_PER_DAY = 0.1
const SUBJECT_OF_FORM = 0.3
/** With less than this in the other's place it is the same filling, whatever word one headline prefers. */
const REPLACED_OF_FORM = 0.08
/** Words in shared runs: fewer are a phrase, whatever else. A shorter text must be shared whole. */
export const LEAST_SHARED = 8
/** Slots with other numbers from which a text is another filling of the same form. */
const OTHER_NUMBERS = 2

/** Shorter than this, in words, a text is a headline: two agencies word "X wins gold in Y" much alike. */
const HEADLINE_WORDS = 16
const LEAST_OF_HEADLINE = 0.8

/** How long ago and how much of it a text must have stood elsewhere to show that it is a form. */
const FORM_AGE: Millis = 20 * 3_600_000
const FORM_SHARED = 18
const FORM_COVERAGE = 0.2
/** What is more alike than this is a copy of it, or of the same filling. */
const FORM_LIKENESS = 0.42
/** In so many other stories. */
export const FORM_STORIES = 2
/** Or filled in otherwise on so many other days, in whatever stories: one form may have been taken for one story. */
export const FORM_DAYS = 2
const FORM_REPLACED = 0.2

/** Below this likeness one word of a headline may stand in a notice by chance, unless it is half of the headline. */
const LOOSE = 0.5
const BORNE_BY = 2
const BORNE_SHARE = 0.5
/** Words in shared runs from which on they are seldom a notice alone. */
export const LONG = 40
const REPRINTED = 0.7
/** Words of strangers' headlines that the other text may have by chance, of all of them. */
const KNOWN_BY_CHANCE = 0.2

/** What a report must be like beyond need to both of two stories that it shows to be one. */
export const BRIDGE_MARGIN = 0.1

export interface Verdict {
  same: boolean
  /** Similarity beyond what was needed: the best of several is the one with most. */
  margin: number
  needed: number
  /** What decided against it. */
  against: 'little' | 'notice' | 'subject' | 'numbers' | 'days' | 'form' | null
}

/** Whether what two texts share is said by neither headline: a notice or the like, more likely than what they report. */
export function isUnborne({ similarity, shared }: Comparison, borne: Bearing): boolean {
  if (borne.said === 0) return true
  return similarity < LOOSE && shared < LONG && borne.said < BORNE_BY && borne.share < BORNE_SHARE
}

/** Whether so much is shared that it may be a reprint under a headline that plays with words. */
export function isReprint({ similarity, shared }: Comparison): boolean {
  return similarity >= REPRINTED && shared >= LONG
}

/** Whether the headlines alone say that two texts are one copy, where of a text nothing is left but what is its publisher's. */
export function saysSo(borne: Bearing | null): boolean {
  return borne !== null && borne.said >= BORNE_BY
}

/** Whether two texts that share a notice are strangers otherwise, so that it is known for what it is. */
export function areStrangers(borne: Bearing): boolean {
  return borne.known <= Math.max(1, KNOWN_BY_CHANCE * borne.asked)
}

/** `apart`: time between the two. `form`: the text stood in other stories before. */
export function verdict(found: Comparison, apart: Millis, form: boolean): Verdict {
  const { similarity } = found
  if (found.shorter < HEADLINE_WORDS) {
    const against = similarity < LEAST_OF_HEADLINE ? 'little' : found.otherNumbers > 0 ? 'numbers' : null
    return judged(similarity, LEAST_OF_HEADLINE, against)
  }
  // Word for word the same: whenever it comes, and before any that is only like it.
  if (similarity === 1) return judged(similarity, LEAST, null)
  const plain = LEAST + (LEAST_PER_DAY * apart) / DAY
  const filled = LEAST_OF_FORM + (FORM_PER_DAY * apart) / DAY
  const needed = plain + LEAST_FOR_SUBJECT * Math.min(1, found.subject) + neededOfRetold(found)
  let against: Verdict['against'] = null
  if (similarity < plain) against = 'little'
  else if (similarity < needed || found.otherSubjects > 0) against = 'subject'
  else if (found.otherDays > 0) against = 'days'
  else if (found.otherNumbers >= OTHER_NUMBERS) against = 'numbers'
  else if (form && (similarity < filled || refilled(found))) against = 'form'
  return judged(similarity, needed, against)
}

/** The likeness that a text needs beyond that of a cut one, where it has other words in place of the other's. */
function neededOfRetold({ subject, replaced }: Comparison): number {
  return LEAST_FOR_REPLACED * Math.min(REPLACED_COUNTED, replaced) * Math.min(1, subject / SUBJECT_OF_REPLACED)
}

function refilled({ subject, replaced }: Comparison): boolean {
  return subject >= SUBJECT_OF_FORM && replaced >= REPLACED_OF_FORM
}

function judged(similarity: number, needed: number, against: Verdict['against']): Verdict {
  return { same: against === null, margin: similarity - needed, needed, against }
}

/** Whether this likeness, `apart` in time, is one that shows a form. */
export function showsForm(found: Comparison, apart: Millis): boolean {
  if (apart < FORM_AGE || found.shared < FORM_SHARED || found.coverage < FORM_COVERAGE) return false
  return found.similarity < FORM_LIKENESS || found.subject >= SUBJECT_OF_FORM
}

/** Whether this likeness is one that shows the same form filled in otherwise, and not another cut of one text. */
export function showsFilling(found: Comparison, apart: Millis): boolean {
  return showsForm(found, apart) && found.replaced >= FORM_REPLACED
}
