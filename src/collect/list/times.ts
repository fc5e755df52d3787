// Reads the date of an item of a list: what a selector or an element names, else the first of its texts that is one.
import { MONTHS } from '../../language/calendar.ts'
import { fold } from '../../language/fold.ts'
import { words as wordsOf } from '../../language/words.ts'
import type { Millis } from '../../model/units.ts'
import { readDate } from '../feed/dates.ts'
import { blocksOf } from '../page/blocks.ts'
import { type Element, lineOfElement, within } from './nodes.ts'
import { readRelative } from './relative.ts'

export interface Clock {
  now: Millis
  language: string | null
  zone: string | null
}

/** Texts of an item that are tried, and their length. */
const MOST_PIECES = 8
const LONGEST_PIECE = 60
/** What is dated further ahead or back was no date. */
const AHEAD: Millis = 2 * 86_400_000
const BACK: Millis = 3_700 * 86_400_000

/** A date that stands where one is expected. */
export function readTime(written: string, { now, language, zone }: Clock): Millis | null {
  const text = written.replace(/\s+/g, ' ').trim()
  if (text === '') return null
  const reading = readDate(text, language, zone)
  if (reading.kind === 'time') return reading.time
  const relative = readRelative(text, { now, language, zone, whole: false })
  if (relative !== null) return relative
  return withYear(text, { now, language, zone })
}

/** «29 نوفمبر 14:30»: of the year in which it is past. */
function withYear(text: string, { now, language, zone }: Clock): Millis | null {
  if (text.length > LONGEST_PIECE || /\d{4}/.test(text) || !/\d/.test(text) || !/\p{L}/u.test(text)) return null
  const year = new Date(now).getUTCFullYear()
  for (const one of [year, year - 1]) {
    const day = text.replace(/,?\s?(\d{1,2}:\d{2})/, ` ${one} $1`)
    const reading = readDate(day === text ? `${text} ${one}` : day, language, zone)
    if (reading.kind === 'time' && reading.time <= now + AHEAD) return reading.time
  }
  return null
}

/** The date that an element names: in an attribute for machines, else in its text. */
export function timeOfElement(element: Element, clock: Clock): Millis | null {
  for (const name of ['datetime', 'content']) {
    const value = element.attributes[name]
    const time = value === undefined ? null : readTime(value, clock)
    if (time !== null) return time
  }
  const inside = [...within(element)].find(({ attributes }) => attributes['datetime'] !== undefined)
  const named = inside === undefined || inside === element ? null : readTime(inside.attributes['datetime'] ?? '', clock)
  return named ?? readTime(lineOfElement(element), clock) ?? firstDate(element, null, clock)
}

/** The date of an item, by `time[datetime]`, `time`, or the first text beside the headline that is a date and no more. */
export function timeOfItem(item: Element, title: string | null, clock: Clock): Millis | null {
  const named: Element[] = []
  for (const element of within(item)) if (element.name === 'time' && named.length < MOST_PIECES) named.push(element)
  for (const element of named) {
    const time = readTime(element.attributes['datetime'] ?? '', clock)
    if (time !== null) return time
  }
  for (const element of named) {
    const time = readTime(lineOfElement(element), clock)
    if (time !== null) return time
  }
  return firstDate(item, title, clock)
}

function firstDate(item: Element, title: string | null, clock: Clock): Millis | null {
  let tried = 0
  for (const text of piecesOf(item)) {
    if (text === title || text.length > LONGEST_PIECE || text.length < 2) continue
    if (++tried > MOST_PIECES) return null
    const time = pieceTime(text, clock)
    if (time !== null) return time
  }
  return null
}

/** Texts of an item that stand by themselves: whole lines, then what stands in an element or between marks. */
function* piecesOf(item: Element): Generator<string> {
  for (const { text } of blocksOf(item.box)) {
    yield text
    if (text.length < 300) for (const part of text.split(/[|•·]/, 6)) if (part !== text) yield part.trim()
  }
  for (const element of within(item)) {
    if (element.children.length === 0 && element !== item) yield lineOfElement(element)
  }
}

const namesMonth = (text: string): boolean => wordsOf(fold(text)).some(word => MONTHS.has(word))

function pieceTime(text: string, clock: Clock): Millis | null {
  const relative = readRelative(text, { ...clock, whole: true })
  if (relative !== null) return relative
  // A bare number counts something.
  if (!/\d/.test(text.normalize('NFKC')) && !/\p{Nd}/u.test(text)) return null
  if (/^[\p{Nd}\s.,]+$/u.test(text) && !/^\d{1,2}\.\d{1,2}\.\d{4}$/.test(text)) return null
  const reading = readDate(text, clock.language, clock.zone)
  const time = reading.kind === 'time' ? reading.time : namesMonth(text) ? withYear(text, clock) : null
  return time !== null && time <= clock.now + AHEAD && time >= clock.now - BACK ? time : null
}
