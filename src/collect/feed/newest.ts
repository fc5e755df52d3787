// Chooses, of more entries than are taken, the newest by their dates, while the document is still being read.
// No more than twice as many as are taken are held at any time.
import type { Millis } from '../../model/units.ts'

/** When an entry was published and last changed; null where it has no such date, or an unreadable one. */
export interface Times {
  published: Millis | null
  updated: Millis | null
}

/** What was left out of a document. */
export interface LeftOut {
  /** Entries of the document, and how many of them were not taken. */
  all: number
  count: number
  /** Earliest and latest date of those that were not; null where none had a date. */
  from: Millis | null
  to: Millis | null
  /** Whether dates decided which were taken; else the first ones were. */
  byDate: boolean
}

/** A date further ahead than any clock or time zone is off is not taken for the time at which its entry appeared. */
const AHEAD: Millis = 2 * 86_400_000

interface Held<T> {
  entry: T
  /** Position in the document. */
  at: number
  /** Its own date, or that of the entry before it; null in front of the first date. */
  published: Millis | null
  /** The later of its own dates, or that of the entry before it. */
  changed: Millis | null
  /** Latest date of its own, for telling what was left out. */
  own: Millis | null
  /** Whether its only dates lie ahead. */
  future: boolean
}

/**
 * Holds the newest of the entries it is given. Half of the places go by when entries were published, the others by when
 * they were last changed: a corrected report is seen however old it is, and a publisher that touches its whole archive
 * does not push out what is new. An entry without a date counts as of the date before it in the document. Entries dated
 * ahead of `now` come last, so that they push out none with a true date. Ties are broken by position, in the direction
 * in which the document's dates run.
 */
export class Newest<T> {
  readonly #limit: number
  readonly #now: Millis
  readonly #timesOf: (entry: T) => Times
  #held: Held<T>[] = []
  /** Entries that follow those whose dates were read. */
  #unread: { entry: T; at: number }[] = []
  #all = 0
  /** Dates of the latest dated entry that was read. */
  #published: Millis | null = null
  #changed: Millis | null = null
  /** Steps from one date to a later one, less those to an earlier one. */
  #rising = 0
  #left: LeftOut = { all: 0, count: 0, from: null, to: null, byDate: false }

  constructor(limit: number, now: Millis, timesOf: (entry: T) => Times) {
    this.#limit = limit
    this.#now = now
    this.#timesOf = timesOf
  }

  get size(): number {
    return this.#held.length + this.#unread.length
  }

  push(entry: T): void {
    this.#unread.push({ entry, at: this.#all++ })
    if (this.size >= this.#limit * 2) this.#prune()
  }

  /** What is taken, in the document's order, and what is not. No date is read where all are taken. */
  take(): { entries: T[]; left: LeftOut } {
    if (this.size > this.#limit) this.#prune()
    return {
      entries: [...this.#held, ...this.#unread].map(({ entry }) => entry),
      left: { ...this.#left, all: this.#all },
    }
  }

  #prune(): void {
    for (const { entry, at } of this.#unread) this.#held.push(this.#read(entry, at))
    this.#unread = []
    const held = this.#held
    // What stands in front of the first date is of that date.
    const first = held.find(one => one.published !== null)
    const published = (one: Held<T>): Millis => one.published ?? first?.published ?? 0
    const changed = (one: Held<T>): Millis => one.changed ?? first?.changed ?? 0
    const later = this.#rising > 0 ? -1 : 1
    const best = held.toSorted(
      (a, b) => Number(a.future) - Number(b.future) || published(b) - published(a) || (a.at - b.at) * later,
    )
    const half = Math.ceil(this.#limit / 2)
    const rest = best
      .slice(half)
      .sort(
        (a, b) =>
          Number(a.future) - Number(b.future) ||
          changed(b) - changed(a) ||
          published(b) - published(a) ||
          (a.at - b.at) * later,
      )
    const taken = new Set([...best.slice(0, half), ...rest.slice(0, this.#limit - half)])
    for (const one of held) if (!taken.has(one)) this.#leave(one)
    this.#held = held.filter(one => taken.has(one))
    this.#left.byDate ||= first !== undefined
  }

  #read(entry: T, at: number): Held<T> {
    const times = this.#timesOf(entry)
    const real = (time: Millis | null): Millis | null => (time !== null && time <= this.#now + AHEAD ? time : null)
    const [published, updated] = [real(times.published), real(times.updated)]
    const said = published ?? updated
    const future = said === null && (times.published ?? times.updated) !== null
    if (said !== null) {
      if (this.#published !== null) this.#rising += Math.sign(said - this.#published)
      this.#published = said
      this.#changed = Math.max(said, updated ?? said)
    }
    const own = said === null ? (times.published ?? times.updated) : this.#changed
    return { entry, at, published: this.#published, changed: this.#changed, own, future }
  }

  #leave({ own }: Held<T>): void {
    const left = this.#left
    left.count++
    if (own === null) return
    left.from = Math.min(left.from ?? own, own)
    left.to = Math.max(left.to ?? own, own)
  }
}

const day = (time: Millis): string => new Date(time).toISOString().slice(0, 10)

/** What was left out, in one sentence; null where nothing was. `some` says that the document had more that was not read. */
export function leftOutWarning({ all, count, from, to, byDate }: LeftOut, some = false): string | null {
  if (count === 0) return null
  const dates =
    from === null || to === null ? '' : day(from) === day(to) ? ` of ${day(from)}` : ` of ${day(from)} to ${day(to)}`
  return (
    `the document has ${some ? 'at least ' : ''}${all} entries: the ${byDate ? 'newest' : 'first'} ${all - count} are kept, ` +
    `${count}${dates} left out (poll.maxEntries takes more, up to 10000)`
  )
}
