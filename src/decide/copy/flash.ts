// Whether a full report is what a flash announced: the agency's own, soon after, and it tells all that the flash said.

import { fold } from '../../language/fold.ts'
import { stem, terms } from '../../language/terms.ts'
import { words } from '../../language/words.ts'
import type { Millis } from '../../model/units.ts'

/** Longest time from a flash to its report. */
export const FLASH_SPAN: Millis = 6 * 3_600_000
/** Feeds date a flash after the report that follows it now and then. */
const BEFORE: Millis = 10 * 60_000
/** Words of title and body from which a text is a report and no flash. */
const REPORT_WORDS = 30
/** Characters looked at for telling whether a text is a flash: more than thirty words of any language. */
export const LENGTH_LOOKED_AT = 700
/** A one-liner is a flash also where no slug says so: as long as this at most. */
const FLASH_WORDS = 25
/** The opening of the report, where what the flash said must stand. */
const OPENING_WORDS = 90
/** A flash of fewer words that carry meaning could be of anything. */
const LEAST_TERMS = 3
/** Share of the flash's terms in the report's headline and opening. */
const LEAST_COVERED = 0.7

/** A report, new or on file. */
export interface FlashText {
  report: number
  story: number
  agency: string
  /** Agency ids or names it credits. */
  credits: readonly string[]
  title: string
  /** Plain text without furniture. */
  body: string
  language: string | null
  signal: string | null
  time: Millis
}

export interface FlashFound {
  story: number
  report: number
  /** Share of the flash's terms that the report's opening has, 0 to 1. */
  similarity: number
  rule: 'flash'
  evidence: { covered: string[]; missing: string[]; after: Millis }
}

/** Whether a text can be a flash at all: worth keeping as a candidate for `FLASH_SPAN`. */
export function isFlash(text: Pick<FlashText, 'title' | 'body' | 'signal'>): boolean {
  return isFlashLong(lengthOf(text), text)
}

/** {@link isFlash}, where the number of words is known: of the body, or of the title where the body has none. */
export function isFlashLong(length: number, text: Pick<FlashText, 'signal'>): boolean {
  return length <= FLASH_WORDS || (text.signal === 'flash' && length < REPORT_WORDS)
}

/** The flash, of those on file, that this report tells in full; null where it is none's, or a flash itself. */
export function flashOf(
  candidates: readonly FlashText[],
  report: Omit<FlashText, 'report' | 'story'>,
): FlashFound | null {
  if (isFlash(report) || lengthOf(report) < REPORT_WORDS) return null
  const opening = words(fold(report.body.slice(0, OPENING_WORDS * 14))).slice(0, OPENING_WORDS)
  const told = new Set([...words(fold(report.title)), ...opening].map(word => stem(word, report.language)))
  let best: FlashFound | null = null
  for (const flash of candidates) {
    const after = report.time - flash.time
    if (after < -BEFORE || after > FLASH_SPAN) continue
    if (!isFlash(flash) || !sameWire(flash, report) || !sameLanguage(flash.language, report.language)) continue
    const said = [...new Set(terms(`${flash.title}\n${flash.body}`, report.language))]
    if (said.length < LEAST_TERMS) continue
    const missing = said.filter(term => !told.has(term))
    // "Five dead" is not what a report of seven tells.
    if (missing.some(term => /^\p{N}/u.test(term))) continue
    const covered = said.filter(term => told.has(term))
    const similarity = covered.length / said.length
    if (similarity < LEAST_COVERED) continue
    const more =
      best === null ? 1 : similarity - best.similarity || best.evidence.after - after || best.report - flash.report
    if (best !== null && more <= 0) continue
    best = {
      story: flash.story,
      report: flash.report,
      similarity,
      rule: 'flash',
      evidence: { covered, missing, after },
    }
  }
  return best
}

function lengthOf({ title, body }: Pick<FlashText, 'title' | 'body'>): number {
  // Thirty words are known long before this.
  const text = body.length > LENGTH_LOOKED_AT ? body.slice(0, LENGTH_LOOKED_AT) : body
  const lines = words(fold(text))
  // The body of a flash says its headline once more.
  return lines.length === 0 ? words(fold(title)).length : lines.length
}

/** The same agency, or one wire that both credit or the one is. */
function sameWire(
  flash: Pick<FlashText, 'agency' | 'credits'>,
  report: Pick<FlashText, 'agency' | 'credits'>,
): boolean {
  const wires = new Set([flash.agency, ...flash.credits])
  return wires.has(report.agency) || report.credits.some(credit => wires.has(credit))
}

function sameLanguage(one: string | null, other: string | null): boolean {
  const tongue = (language: string) => language.toLowerCase().split('-', 1)[0]
  return one === null || other === null || tongue(one) === tongue(other)
}
