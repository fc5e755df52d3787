// Asks robots.txt before maps and pages are asked for: once a day a host, kept in the database. Feeds are published to be polled,
// and never come here.
import { MAX_ROBOTS, type RobotsRules, readRobots } from '../collect/robots.ts'
import type { DeskClient } from '../desk/client.ts'
import type { Failure } from '../model/collected.ts'
import type { FeedSpec, PollSettings } from '../model/config.ts'
import type { StoredRobots } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import type { StoreReader } from '../store/store.ts'
import { type Asking, askPage } from './ask.ts'

const DAY: Millis = 86_400_000
/** A host whose robots.txt cannot be had is asked again so much later. */
const AGAIN: Millis = 15 * 60_000
/** Hosts whose rules are kept read. */
const MOST_READ = 500

/** With what robots.txt is asked. */
export interface RobotsAsking extends Asking {
  settings: Pick<PollSettings, 'allowPrivate' | 'userAgent'>
  reader: Pick<StoreReader, 'robots'>
  desk: Pick<DeskClient, 'keepRobots'>
  /** Told how much time a host asks for between two requests. Left out where nobody paces them. */
  slower?: (url: string, delay: Millis) => void
}

export type RobotsAnswer =
  | { ok: true; delay: Millis | null }
  /** `failure` is what asking for the file came to; null where it was read, and forbids. */
  | { ok: false; reason: string; failure: Failure | null }

export interface Robots {
  /** Whether an address may be asked for, and how long the host wants to be left alone between two requests. */
  may(url: string, given: { spec: FeedSpec; now: Millis }): Promise<RobotsAnswer>
}

interface Known {
  at: Millis
  rules: RobotsRules | null
  /** Why the file could not be had; null where it could. */
  fault: Failure | null
}

interface Memory {
  read: Map<string, Known>
  asked: Map<string, Promise<Known>>
}

/** What was read is remembered with the desk that keeps it. */
const memories = new WeakMap<object, Memory>()

/** The robots.txt of every host that these polls meet. */
export function robotsOf(asking: RobotsAsking): Robots {
  const memory = memories.get(asking.desk) ?? { read: new Map(), asked: new Map() }
  memories.set(asking.desk, memory)
  return {
    may: async (url, { spec, now }) => {
      const parsed = URL.parse(url)
      if (spec.ignoresRobots || parsed === null || !/^https?:$/.test(parsed.protocol)) return { ok: true, delay: null }
      const { origin } = parsed
      const { rules, fault } = await known(asking, memory, { origin, spec, now })
      if (fault !== null) return { ok: false, reason: unread(origin, fault), failure: fault }
      if (rules === null) return { ok: true, delay: null }
      if (!rules.allows(url)) return { ok: false, reason: refusal(origin), failure: null }
      if (rules.delay !== null) asking.slower?.(url, rules.delay)
      return { ok: true, delay: rules.delay }
    },
  }
}

/** What is said of an address that may not be asked for. */
export const refusal = (origin: string): string =>
  `${origin}/robots.txt forbids us to read this address; where its owner allows it all the same, set "robots": "ignore" for the feed`

const unread = (origin: string, { message }: Failure): string =>
  `${origin}/robots.txt could not be read, so nothing is asked of its host: ${message}`

interface Asked {
  origin: string
  spec: FeedSpec
  now: Millis
}

const isFresh = ({ at, fault }: Known, now: Millis): boolean => at <= now && now - at < (fault === null ? DAY : AGAIN)

async function known(asking: RobotsAsking, memory: Memory, asked: Asked): Promise<Known> {
  const { origin, now } = asked
  const before = memory.read.get(origin)
  if (before !== undefined && isFresh(before, now)) return before
  const running = memory.asked.get(origin)
  if (running !== undefined) return running
  const asks = find(asking, asked)
  memory.asked.set(origin, asks)
  try {
    const found = await asks
    if (memory.read.size >= MOST_READ) memory.read.clear()
    memory.read.set(origin, found)
    return found
  } finally {
    memory.asked.delete(origin)
  }
}

async function find(asking: RobotsAsking, { origin, spec, now }: Asked): Promise<Known> {
  const { reader, desk, settings } = asking
  const url = `${origin}/robots.txt`
  const read = async ({ at, body }: StoredRobots): Promise<Known> => ({
    at,
    rules: body === null ? null : await readRobots(body, url, settings.userAgent),
    fault: null,
  })
  const stored = reader.robots(origin)
  if (stored !== null && stored.at <= now && now - stored.at < DAY) return read(stored)
  const got = await askPage(asking, spec, url, now)
  if (got.kind === 'body') {
    const body = Buffer.from(got.body.subarray(0, MAX_ROBOTS)).toString('utf8')
    const robots = { at: now, body }
    await desk.keepRobots(origin, robots)
    return read(robots)
  }
  // RFC 9309, section 2.3.1.3: where there is none, all may be read.
  if (got.kind === 'unchanged' || isNone(got.failure)) {
    const robots = { at: now, body: null }
    await desk.keepRobots(origin, robots)
    return read(robots)
  }
  // Section 2.3.1.4: an older one holds on; without one nothing may be read.
  if (stored !== null) return { ...(await read(stored)), at: now }
  return { at: now, rules: null, fault: got.failure }
}

const isNone = ({ status, kind }: { status: number | null; kind: string }): boolean =>
  kind !== 'throttled' && (kind === 'gone' || (status !== null && status >= 400 && status < 500) || kind === 'document')
