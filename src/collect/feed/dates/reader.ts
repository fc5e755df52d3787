// Reads the dates of one document and keeps what has to be said about them.

import type { Millis } from '../../../model/units.ts'
import { type DateReading, exactDate, readDate } from '../dates.ts'

/** Unknown zones told apart in one document. */
const MAX_ZONES = 5

interface Examples {
  count: number
  first: string
}

/** Dates as the feed writes them to moments; what could not be read, or not for certain, becomes warnings. */
export class DateReader {
  readonly #language: string | null
  readonly #left = new Map<Exclude<DateReading['kind'], 'time'>, Examples>()
  readonly #zones = new Map<string, Examples>()
  #otherZones = 0

  /** `language` of the document, see `languageOfDates`. */
  constructor(language: string | null) {
    this.#language = language
  }

  /** Null where the date cannot be used. `language` is asked for the entry's own, if it names one, where that matters. */
  read(text: string, language: () => string | null = () => null): Millis | null {
    const reading = exactDate(text) ?? readDate(text, language() ?? this.#language)
    if (reading.kind !== 'time') {
      count(this.#left, reading.kind, text)
      return null
    }
    const { unknownZone } = reading
    if (unknownZone !== undefined) {
      if (this.#zones.has(unknownZone) || this.#zones.size < MAX_ZONES) count(this.#zones, unknownZone, text)
      else this.#otherZones++
    }
    return reading.time
  }

  /** One sentence a kind and a zone, with the first example. */
  report(warnings: string[]): void {
    for (const [kind, what] of [
      ['unreadable', 'could not be read'],
      ['absurd', 'cannot be true'],
    ] as const) {
      const left = this.#left.get(kind)
      if (left === undefined) continue
      const example = exampleOf(left)
      warnings.push(
        left.count === 1
          ? `the date ${example} ${what}: left out`
          : `${left.count} dates ${what}, such as ${example}: left out`,
      )
    }
    const hijri = this.#left.get('hijri')?.count ?? 0
    if (hijri > 0)
      warnings.push(`${hijri} ${hijri === 1 ? 'date is' : 'dates are'} of the Islamic calendar only: left out`)
    for (const [zone, dates] of this.#zones) {
      warnings.push(
        `the time zone «${zone}» is not known: ${dates.count === 1 ? `the date ${exampleOf(dates)} is` : `${dates.count} dates, such as ${exampleOf(dates)}, are`} read as UTC and may be hours off`,
      )
    }
    if (this.#otherZones > 0) {
      const dates = this.#otherZones === 1 ? '1 date is' : `${this.#otherZones} dates are`
      warnings.push(`${dates} in other time zones that are not known: read as UTC`)
    }
  }
}

const exampleOf = ({ first }: Examples): string => `«${first.slice(0, 60)}»`

function count<K>(map: Map<K, Examples>, key: K, text: string): void {
  const before = map.get(key)
  if (before === undefined) map.set(key, { count: 1, first: text })
  else before.count++
}
