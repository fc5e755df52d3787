// The agencies of the simulated week: what each feed writes and when, what it shows, and how its server misbehaves.
// Everything follows from one seed, so that every contender meets the same week.
import { random } from '../../tests/helpers/random.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
export const WEEK = 7 * DAY
/** Monday midnight, UTC. */
export const START = Date.UTC(2026, 0, 5)

/**
 * Entries shown and entries a day, measured on 181 feed documents that agencies served (of a corpus of 860; those whose
 * entries reach back less than sixty days). Thinned to every second one.
 */
const MEASURED =
  '25/16 30/80 25/68 25/59 50/47 50/27 50/27 20/6 100/157 100/162 28/17 69/4 53/4 9/4 10/3 25/62 20/2 75/4 5/1 50/4 ' +
  '50/8 140/46 169/199 100/45 100/45 105/2 30/15 30/23 25/12 10/366 10/89 10/59 15/2 15/2 15/65 15/34 15/163 40/18 60/7 ' +
  '150/47 150/62 100/142 100/144 30/62 100/25 100/19 5/0.4 21/4 25/26 20/59 61/8 30/8 7/10 7/10 15/165 15/13 25/6 20/12 ' +
  '20/11 20/40 20/45 6/24 6/4 6/7 30/43 10/17 10/6 18/25 18/20 60/4 60/4 46/2 15/27 50/292 50/152 20/7 46/80 20/509 ' +
  '20/124 20/211 40/31 20/65 20/94 25/40 55/1 556/569 10/7 15/0.3 20/16 20/1 500/92 100/78'
/** Entries by hour over the mean, from the first busy hour on, and by weekday from Sunday: the same feeds, all added up. */
const PROFILE = [
  1.6, 1.4, 1.5, 1.4, 1.5, 1.6, 1.8, 1.7, 1.9, 1.6, 1.9, 1.6, 0.9, 0.5, 0.3, 0.3, 0.25, 0.25, 0.25, 0.3, 0.3, 0.3, 0.4,
  0.9,
]
const WEEKDAYS = [0.71, 1.05, 1.1, 1.2, 1.1, 1.1, 0.74]
/** Minutes in RSS ttl, where a feed names one (31% of those agencies' feeds do). */
const TTL = [2, 10, 10, 15, 15, 30, 60, 60, 60, 60, 600]

export type Habitude = 'steady' | 'diurnal' | 'bursty'
export type Fault = 'none' | 'frozen' | 'missing' | 'gone' | 'unresolved' | 'moved' | 'lying200' | 'lying304'

export interface SimFeed {
  id: number
  url: string
  host: number
  habitude: Habitude
  fault: Fault
  /** Entries shown. */
  window: number
  /** Publication times, oldest first; those before the start are the history that a first poll shows. */
  times: Float64Array
  dated: boolean
  conditional: boolean
  ttl: number | null
  maxAge: number | null
}

export interface SimHost {
  name: string
  /** Requests a minute above which it answers 429; null where it does not count. */
  allows: number | null
  /** Whether it says how long to wait. */
  saysWhen: boolean
  /** Hours without an answer. */
  outage: { from: number; to: number } | null
}

export interface World {
  feeds: SimFeed[]
  hosts: SimHost[]
  /** Share of requests that fail for no lasting reason. */
  hiccups: number
}

export function createWorld(count: number, seed: number): World {
  const next = random(seed)
  const pick = <T>(list: readonly T[]): T => {
    const found = list[Math.floor(next() * list.length)]
    if (found === undefined) throw new Error('an empty list')
    return found
  }
  const measured = MEASURED.split(' ').map(pair => pair.split('/').map(Number) as [number, number])
  const hosts: SimHost[] = []
  const feeds: SimFeed[] = []
  while (feeds.length < count) {
    // Most hosts have one feed, some a section each, one in a hundred is a portal.
    const size = Math.min(count - feeds.length, next() < 0.01 ? 60 : next() < 0.3 ? 2 + Math.floor(next() * 12) : 1)
    const host = hosts.length
    const outage = START + next() * (WEEK - 12 * HOUR)
    hosts.push({
      name: `host-${host}.example`,
      allows: size > 1 && next() < 0.08 ? 3 + Math.floor(next() * 8) : null,
      saysWhen: next() < 0.5,
      outage: next() < 0.05 ? { from: outage, to: outage + HOUR + next() * 11 * HOUR } : null,
    })
    for (let at = 0; at < size; at++) feeds.push(createFeed(feeds.length, host))
  }
  return { feeds, hosts, hiccups: 0.005 }

  function createFeed(id: number, host: number): SimFeed {
    const [window, perDay] = pick(measured)
    const kind = next()
    const habitude: Habitude = kind < 0.35 ? 'steady' : kind < 0.8 ? 'diurnal' : 'bursty'
    const fault = faultOf(next())
    return {
      id,
      url: `https://host-${host}.example/feed/${id}`,
      host,
      habitude,
      fault,
      window,
      times: timesOf(window, perDay * (0.7 + 0.6 * next()), habitude, fault),
      dated: next() < 0.85,
      conditional: next() < 0.6,
      ttl: next() < 0.31 ? pick(TTL) * MINUTE : null,
      maxAge: next() < 0.2 ? pick([1, 5, 10, 15]) * MINUTE : null,
    }
  }

  function timesOf(window: number, perDay: number, habitude: Habitude, fault: Fault): Float64Array {
    const offset = Math.floor(next() * 24)
    // Batches: nearly none, or as a system that publishes on the half hour makes them.
    const batch = habitude === 'bursty' ? 1.5 + next() * next() * 10 : 1.05
    // A day on which more happens, for one feed in five.
    const event =
      next() < 0.2 ? { from: START + next() * WEEK, length: (3 + next() * 6) * HOUR, factor: 3 + next() * 3 } : null
    const factorAt = (time: number): number => {
      const busy = event !== null && time >= event.from && time < event.from + event.length ? event.factor : 1
      if (habitude === 'steady') return busy
      const hour = PROFILE[(Math.floor(time / HOUR) + offset) % 24] ?? 1
      return busy * hour * (WEEKDAYS[(Math.floor(time / DAY) + 4) % 7] ?? 1)
    }
    const highest = event === null ? 2.3 : 2.3 * event.factor
    const step = (DAY * batch) / perDay
    const from = START - Math.min(90 * DAY, Math.max(2 * DAY, ((window * 1.5) / perDay) * DAY))
    const end = fault === 'frozen' ? START - DAY : START + WEEK
    const times: number[] = []
    // Thinning: candidates at the highest rate, each kept with the share of its moment.
    for (let time = from; time < end; ) {
      time += (-Math.log(1 - next()) * step) / highest
      if (time >= end || next() * highest > factorAt(time)) continue
      let size = 1
      while (next() > 1 / batch && size < 200) size++
      for (let at = 0; at < size; at++) times.push(time + at * 500)
    }
    return Float64Array.from(times).sort()
  }
}

function faultOf(chance: number): Fault {
  const shares: [Fault, number][] = [
    ['frozen', 0.04],
    ['missing', 0.02],
    ['gone', 0.01],
    ['unresolved', 0.01],
    ['moved', 0.02],
    ['lying200', 0.03],
    ['lying304', 0.02],
  ]
  let sum = 0
  for (const [fault, share] of shares) {
    sum += share
    if (chance < sum) return fault
  }
  return 'none'
}
