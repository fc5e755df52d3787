// One week on a fake clock: a contender's polls against the world's agencies, and what came of it.
import { MINUTE, type SimFeed, START, WEEK, type World } from './world.ts'

const SECOND = 1_000
/** Fetches at once, each taken to last a second: what all contenders ship with. */
const WORKERS = 16

export type Answer =
  | { kind: 'document'; fresh: number; entries: number; times: (number | null)[]; freshTimes: (number | null)[] }
  | { kind: 'unchanged' }
  | { kind: 'failed'; status: number | null; name: boolean; retryAt: number | null }

/** Rules under trial. */
export interface Contender {
  name: string
  /** Whether the request carries validators. */
  conditional(feed: SimFeed, now: number): boolean
  /** When the feed is due next; Infinity for never. */
  next(feed: SimFeed, now: number, answer: Answer): number
  /** Which waiting feeds start in this second, at most `free`. */
  start(waiting: SimFeed[], free: number, now: number): SimFeed[]
  /** When a feed is first due, and whether a moved feed is asked at its new address at once. */
  first(feed: SimFeed): number
  follows: boolean
}

export interface Result {
  name: string
  requests: number
  published: number
  missed: number
  /** Of feeds and hosts that do nothing wrong. */
  missedHealthy: number
  /** By what is wrong with the feed or its host, else by how it writes. */
  missedBy: Record<string, number>
  /** Publication to our seeing it, in minutes; entries not seen by the end count as seen then. */
  medianDelay: number
  p90Delay: number
  burst: number
  refused: number
  seconds: number
}

function firstAfter(times: Float64Array, moment: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((times[middle] ?? 0) <= moment) low = middle + 1
    else high = middle
  }
  return low
}

/** Chance that belongs to a feed and a moment, so that contenders who ask at the same moment meet the same. */
function chance(feed: number, minute: number): number {
  let mixed = Math.imul(feed + 0x9e3779b9, 0x85ebca6b) ^ Math.imul(minute, 0xc2b2ae35)
  mixed ^= mixed >>> 15
  mixed = Math.imul(mixed, 0x2c1b3c6d)
  mixed ^= mixed >>> 13
  return (mixed >>> 0) / 2 ** 32
}

/** Run one contender. `off` is a stretch in which our machine is switched off. */
export function runWeek(world: World, contender: Contender, off: { from: number; to: number } | null = null): Result {
  const began = performance.now()
  const { feeds, hosts } = world
  const seconds = WEEK / SECOND
  // Feeds by the second in which they are due, chained: each feed has exactly one due time.
  const head = new Int32Array(seconds + 1).fill(-1)
  const chain = new Int32Array(feeds.length).fill(-1)
  const put = (feed: number, at: number, now: number): void => {
    if (at >= START + WEEK) return
    const second = Math.max(Math.ceil((at - START) / SECOND), Math.floor((now - START) / SECOND) + 1)
    chain[feed] = head[second] ?? -1
    head[second] = feed
  }
  const seen = new Int32Array(feeds.length).fill(-1)
  const recent: number[][] = hosts.map(() => [])
  const perMinute = new Int32Array(hosts.length)
  const delays = new Int32Array(WEEK / MINUTE + 2)
  const result: Result = {
    name: contender.name,
    requests: 0,
    published: 0,
    missed: 0,
    missedHealthy: 0,
    missedBy: {},
    medianDelay: 0,
    p90Delay: 0,
    burst: 0,
    refused: 0,
    seconds: 0,
  }
  const miss = (feed: SimFeed, count: number): void => {
    result.missed += count
    const host = hosts[feed.host]
    const broken = host?.outage ? 'outage' : host?.allows ? 'throttled' : feed.fault === 'none' ? null : feed.fault
    if (broken === null) result.missedHealthy += count
    const cause = broken ?? feed.habitude
    result.missedBy[cause] = (result.missedBy[cause] ?? 0) + count
  }
  const starts = feeds.map(feed => firstAfter(feed.times, START))
  const delayed = (count: number, minutes: number): void => {
    const minute = Math.min(delays.length - 1, Math.max(0, Math.floor(minutes)))
    delays[minute] = (delays[minute] ?? 0) + count
  }

  const fetchOne = (feed: SimFeed, now: number): Answer => {
    const host = hosts[feed.host]
    if (host === undefined) throw new Error('no such host')
    result.requests += feed.fault === 'moved' && !contender.follows ? 2 : 1
    perMinute[feed.host] = (perMinute[feed.host] ?? 0) + 1
    const failed = (status: number | null, retryAt: number | null = null, name = false): Answer => ({
      kind: 'failed',
      status,
      name,
      retryAt,
    })
    if (host.outage !== null && now >= host.outage.from && now < host.outage.to) return failed(503)
    if (host.allows !== null) {
      const times = recent[feed.host] ?? []
      while (times.length > 0 && (times[0] ?? 0) <= now - MINUTE) times.shift()
      if (times.length >= host.allows) {
        result.refused++
        return failed(429, host.saysWhen ? now + 10 * MINUTE : null)
      }
      times.push(now)
    }
    if (feed.fault === 'missing') return failed(404)
    if (feed.fault === 'gone') return failed(410)
    if (feed.fault === 'unresolved') return failed(null, null, true)
    if (chance(feed.id, Math.floor(now / (5 * MINUTE))) < world.hiccups) return failed(503)
    const high = firstAfter(feed.times, now)
    const known = seen[feed.id] ?? -1
    const conditional = contender.conditional(feed, now)
    if (conditional && known >= 0 && feed.fault === 'lying304') return { kind: 'unchanged' }
    if (conditional && known === high && feed.conditional && feed.fault !== 'lying200') return { kind: 'unchanged' }
    const low = Math.max(0, high - feed.window)
    const begin = starts[feed.id] ?? 0
    const before = Math.max(known, 0)
    // What the first poll shows of the time before the week is no achievement.
    const owed = known < 0 ? begin : known
    if (low > owed) miss(feed, low - owed)
    for (let at = Math.max(low, owed); at < high; at++) delayed(1, (now - (feed.times[at] ?? now)) / MINUTE)
    const fresh = high - Math.max(low, before)
    const claimed = (from: number): (number | null)[] => {
      const list: (number | null)[] = []
      for (let at = high - 1; at >= from; at--) list.push(feed.dated ? (feed.times[at] ?? null) : null)
      return list
    }
    seen[feed.id] = high
    return {
      kind: 'document',
      fresh,
      entries: high - low,
      times: claimed(low),
      freshTimes: claimed(Math.max(low, before)),
    }
  }

  for (const feed of feeds) put(feed.id, contender.first(feed), START - SECOND)
  let waiting: SimFeed[] = []
  for (let second = 0; second < seconds; second++) {
    const now = START + second * SECOND
    for (let feed = head[second] ?? -1; feed >= 0; feed = chain[feed] ?? -1) {
      const due = feeds[feed]
      if (due !== undefined) waiting.push(due)
    }
    if (second % 60 === 0) {
      for (let host = 0; host < hosts.length; host++) {
        if ((perMinute[host] ?? 0) > result.burst) result.burst = perMinute[host] ?? 0
        perMinute[host] = 0
      }
    }
    if (waiting.length === 0 || (off !== null && now >= off.from && now < off.to)) continue
    const started = contender.start(waiting, WORKERS, now)
    if (started.length === 0) continue
    const gone = new Set(started)
    waiting = waiting.filter(feed => !gone.has(feed))
    for (const feed of started) put(feed.id, contender.next(feed, now, fetchOne(feed, now)), now)
  }

  const end = START + WEEK
  let counted = 0
  for (const feed of feeds) {
    const begin = starts[feed.id] ?? 0
    const high = firstAfter(feed.times, end)
    result.published += high - begin
    const owed = Math.max(begin, seen[feed.id] ?? -1)
    const low = Math.max(0, high - feed.window)
    // A feed that its server hides (404, 410, no name) has nothing to be seen by anyone.
    if (feed.fault === 'missing' || feed.fault === 'gone' || feed.fault === 'unresolved') {
      result.published -= high - begin
      continue
    }
    if (low > owed) miss(feed, low - owed)
    for (let at = Math.max(low, owed); at < high; at++) delayed(1, (end - (feed.times[at] ?? end)) / MINUTE)
  }
  for (const count of delays) counted += count
  const quantile = (share: number): number => {
    let sum = 0
    for (let minute = 0; minute < delays.length; minute++) {
      sum += delays[minute] ?? 0
      if (sum >= share * counted) return minute
    }
    return delays.length
  }
  result.medianDelay = quantile(0.5)
  result.p90Delay = quantile(0.9)
  result.seconds = (performance.now() - began) / SECOND
  return result
}
