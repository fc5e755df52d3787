// The rules under trial: ours, and those that Miniflux and Media Cloud's rss-fetcher publish, written anew from the facts.

import { asksWhole } from '../../src/decide/schedule/habit.ts'
import { drain, type HostNow, type HostPace, hostAfter, hostLimits } from '../../src/decide/schedule/hosts.ts'
import { type Habit, nextPoll } from '../../src/decide/schedule/next.ts'
import type { Failure } from '../../src/model/collected.ts'
import type { Answer, Contender } from './week.ts'
import { DAY, MINUTE, type SimFeed, START, WEEK, type World } from './world.ts'

// ── ours ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface OurSettings {
  name: string
  /** Interval of a feed that writes one entry an hour. */
  hourly: number
  minInterval: number
  maxInterval: number
  caution?: number
  /** Time between two starts at a host. */
  hostDelay?: number
}

function failureOf(answer: Extract<Answer, { kind: 'failed' }>): Failure {
  const { status, retryAt, name } = answer
  const kind = name ? 'dns' : status === 429 ? 'throttled' : status === 410 ? 'gone' : 'http'
  return { kind, message: 'it failed', status, retryAt }
}

export function ours(world: World, settings: OurSettings): Contender {
  const { hosts } = world
  interface State {
    habit: Habit | null
    interval: number | null
    failures: number
    retired: boolean
    due: number
  }
  const states: State[] = world.feeds.map(() => ({
    habit: null,
    interval: null,
    failures: 0,
    retired: false,
    due: START,
  }))
  const stateOf = (feed: SimFeed): State => {
    const state = states[feed.id]
    if (state === undefined) throw new Error('no such feed')
    return state
  }
  const paces: (HostPace | null)[] = hosts.map(() => null)
  const lastStart: (number | null)[] = hosts.map(() => null)
  const usual = { delay: settings.hostDelay ?? 1_000, perHost: 2 }
  const hostOf = (feed: SimFeed): string => hosts[feed.host]?.name ?? ''
  const indexOf = new Map(hosts.map((host, at) => [host.name, at]))
  return {
    name: settings.name,
    follows: false,
    first: feed => {
      stateOf(feed).due = START
      return START
    },
    conditional: (feed, now) => !asksWhole(stateOf(feed).habit, now),
    next: (feed, now, answer) => {
      const state = stateOf(feed)
      const failure = answer.kind === 'failed' ? failureOf(answer) : null
      paces[feed.host] = hostAfter(paces[feed.host] ?? null, hostOf(feed), now, failure)
      const before = state.retired
      state.failures = failure === null ? 0 : state.failures + 1
      state.retired = failure?.kind === 'gone'
      const outcome = outcomeOf(feed, answer, state.failures)
      const schedule = nextPoll({
        now,
        url: feed.url,
        every: null,
        minInterval: settings.minInterval,
        maxInterval: settings.maxInterval,
        interval: state.interval,
        habit: state.habit,
        hourly: settings.hourly,
        ...(settings.caution === undefined ? {} : { caution: settings.caution }),
        retired: before && state.retired,
        outcome,
      })
      // A feed that never answered has no interval yet.
      if (state.interval !== null || failure === null) state.interval = schedule.interval
      state.habit = schedule.habit
      state.due = schedule.at
      return schedule.at
    },
    start: (waiting, free, now) => {
      const due = waiting.map(feed => ({
        feed,
        host: hostOf(feed),
        due: stateOf(feed).due,
        interval: stateOf(feed).interval,
      }))
      const hostNow = (host: string): HostNow => {
        const at = indexOf.get(host) ?? 0
        return { running: 0, lastStart: lastStart[at] ?? null, ...hostLimits(paces[at] ?? null, now, usual) }
      }
      const { start } = drain(due, hostNow, free, now)
      for (const { feed } of start) lastStart[feed.host] = now
      return start.map(({ feed }) => feed)
    },
  }
}

function outcomeOf(feed: SimFeed, answer: Answer, failures: number): Parameters<typeof nextPoll>[0]['outcome'] {
  if (answer.kind === 'failed') return { kind: 'failed', failure: failureOf(answer), failures }
  if (answer.kind === 'unchanged') return { kind: 'unchanged', maxAge: feed.maxAge }
  const { entries, fresh, times, freshTimes } = answer
  return {
    kind: 'filed',
    counts: { entries, new: fresh, revision: 0, copy: 0, unchanged: entries - fresh, rejected: 0 },
    maxAge: feed.maxAge,
    ttl: feed.ttl,
    shown: { times, fresh: freshTimes },
  }
}

// ── Miniflux ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface MinifluxSettings {
  name: string
  scheduler: 'round_robin' | 'entry_frequency'
  factor?: number
  roundRobinMinutes?: number
  /** POLLING_PARSING_ERROR_LIMIT: errors in a row after which a feed is polled no more; 0 for never. 3 by default. */
  errorLimit: number
}

/**
 * Published in `internal/model/feed.go` (ScheduleNextCheck), `internal/storage/feed.go` (WeeklyFeedEntryCount) and
 * `miniflux.1` of github.com/miniflux/v2: round robin every 60 min; entry frequency is a week over the week's entries
 * (counted by their mean gap) times a factor, 5 min to 24 h; ttl, Retry-After, max-age and Expires lengthen either, up to
 * 24 h; a feed in error is asked as before until the limit. Kinder than it ships: due feeds are looked for every minute
 * without a batch size, where the defaults take 100 feeds every 60 min.
 */
export function miniflux(world: World, settings: MinifluxSettings): Contender {
  const errors = new Int32Array(world.feeds.length)
  // Indexes of the entries it has: from the first document's first on, less what it missed.
  const low = new Int32Array(world.feeds.length).fill(-1)
  const high = new Int32Array(world.feeds.length)
  const weekly = (feed: SimFeed, now: number): number => {
    const from = Math.max(low[feed.id] ?? 0, 0)
    const to = high[feed.id] ?? 0
    let first = to
    while (first > from && (feed.times[first - 1] ?? 0) >= now - WEEK && to - first < 2_000) first--
    const count = to - first
    if (count < 2) return 0
    const gap = ((feed.times[to - 1] ?? 0) - (feed.times[first] ?? 0)) / (count - 1)
    return gap <= 0 ? 0 : Math.ceil(WEEK / gap)
  }
  return {
    name: settings.name,
    follows: true,
    first: () => START,
    conditional: () => true,
    next: (feed, now, answer) => {
      // The week is counted before the fetch.
      let interval = (settings.roundRobinMinutes ?? 60) * MINUTE
      if (settings.scheduler === 'entry_frequency') {
        const count = weekly(feed, now)
        const wanted = count <= 0 ? DAY : Math.round((7 * 24 * 60) / (count * (settings.factor ?? 1))) * MINUTE
        interval = Math.max(5 * MINUTE, Math.min(DAY, wanted))
      }
      let asked = Math.max(feed.maxAge ?? 0, answer.kind === 'document' ? (feed.ttl ?? 0) : 0)
      if (answer.kind === 'failed') {
        errors[feed.id] = (errors[feed.id] ?? 0) + 1
        asked = answer.retryAt === null ? 0 : answer.retryAt - now
        if (settings.errorLimit > 0 && (errors[feed.id] ?? 0) >= settings.errorLimit) return Number.POSITIVE_INFINITY
      } else errors[feed.id] = 0
      if (answer.kind === 'document') {
        const end = upTo(feed, now)
        if ((low[feed.id] ?? -1) < 0) low[feed.id] = end - answer.entries
        high[feed.id] = end
      }
      const due = now + Math.min(DAY, Math.max(interval, asked))
      return Math.ceil(due / MINUTE) * MINUTE
    },
    start: (waiting, free) => waiting.slice(0, free),
  }
}

function upTo(feed: SimFeed, now: number): number {
  let low = 0
  let high = feed.times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((feed.times[middle] ?? 0) <= now) low = middle + 1
    else high = middle
  }
  return low
}

// ── Media Cloud's rss-fetcher ───────────────────────────────────────────────────────────────────────────────────────

/**
 * Published in `fetcher/tasks.py` (update_feed, _check_auto_adjust), `fetcher/config.py` and `fetcher/headhunter.py` of
 * github.com/mediacloud/rss-fetcher: 6 h at first (12 h in early versions); under 33% known 60 min sooner, from 67% on
 * 10 min later (60 after a month of nothing), 10 min to 24 h, only where the poll before succeeded and this one was
 * within 20 min of its time; failures wait linearly (404, 429 and 5xx count a half, temporary DNS a quarter) up to 24 h;
 * Retry-After up to a day; an hour's chance after 429; no validators; 5 s between starts at a host, two at once.
 */
export function rssFetcher(
  world: World,
  { name, defaultMinutes }: { name: string; defaultMinutes: number },
): Contender {
  interface State {
    minutes: number
    success: number | null
    failures: number
    fresh: number | null
  }
  const states: State[] = world.feeds.map(() => ({ minutes: defaultMinutes, success: null, failures: 0, fresh: null }))
  const hostFree = new Float64Array(world.hosts.length)
  let chance = 1
  return {
    name,
    follows: false,
    first: () => START,
    conditional: () => false,
    next: (feed, now, answer) => {
      const state = states[feed.id]
      if (state === undefined) throw new Error('no such feed')
      let wait: number
      let asked = 0
      if (answer.kind === 'failed') {
        const soft = answer.name || answer.status === 404 || answer.status === 429 || (answer.status ?? 0) >= 500
        state.failures += soft ? 0.5 : 1
        wait = state.failures >= 1 ? Math.min(1440, state.minutes * state.failures) : state.minutes
        if (answer.retryAt !== null) asked = Math.min(1440, (answer.retryAt - now) / MINUTE)
        wait = Math.max(wait, asked)
        if (answer.status === 429) {
          chance = (chance * 48_271) % 2_147_483_647
          wait += (chance / 2_147_483_647) * 60
        }
      } else {
        state.failures = 0
        if (answer.kind === 'document' && answer.fresh > 0) state.fresh = now
        if (state.success !== null) {
          const entries = answer.kind === 'document' ? answer.entries : 0
          const known =
            entries === 0 ? 100 : (100 * (entries - (answer.kind === 'document' ? answer.fresh : 0))) / entries
          const late = (now - state.success) / MINUTE - state.minutes
          if (known >= 67 && late >= -20) {
            const idle = now - (state.fresh ?? START) > 31 * DAY && known === 100
            state.minutes = Math.min(1440, state.minutes + (idle ? 60 : 10))
          } else if (known < 33 && late <= 20) {
            state.minutes = state.minutes > defaultMinutes ? defaultMinutes : Math.max(10, state.minutes - 60)
          }
        }
        state.success = now
        wait = state.minutes
      }
      return now + wait * MINUTE
    },
    start: (waiting, free, now) => {
      const started: SimFeed[] = []
      for (const feed of waiting) {
        if (started.length >= free) break
        if ((hostFree[feed.host] ?? 0) > now) continue
        hostFree[feed.host] = now + 5_000
        started.push(feed)
      }
      return started
    },
  }
}
