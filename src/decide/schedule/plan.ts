// What is recorded of one poll, and when its feed is polled next: from what the server answered and what became of the
// entries. Pure, and of plain data, so that the thread that files can do it.
import type { Failure, MapPart, Skip, Validators } from '../../model/collected.ts'
import type { PollCounts, PollOutcome } from '../../model/decided.ts'
import type { FeedState, PollUpdate, Subscription } from '../../model/stored.ts'
import type { Millis } from '../../model/units.ts'
import { readHabit, writeHabit } from './habit.ts'
import { FAILURES_TO_RETURN, observeMove } from './move.ts'
import { afterPush, type Gap, type Habit, nextPoll, type Schedule, type ScheduleInput, type Shown } from './next.ts'
import { besidePush, isProven, type Next } from './push.ts'
import { silenceOf } from './silence.ts'

/** How long a gap is shown beside its feed. */
const GAP_SHOWN: Millis = 7 * 86_400_000
/** Warnings kept of one poll. */
const WARNINGS = 50

/** What the configuration says of polling this feed. */
export interface PollRules {
  every: Millis | null
  /** The next time that its cron expression names, as seen when it was asked; null where it has none. */
  planned: Millis | null
  minInterval: Millis
  maxInterval: Millis
  websub: boolean
}

/** What was learnt by asking, without the document. */
export type Answer =
  | {
      kind: 'document'
      title: string | null
      language: string | null
      validators: Validators
      /** Hash of the body. */
      hash: string
      maxAge: Millis | null
      retryAt: Millis | null
      ttl: Millis | null
      skip: Skip | null
      /** Where permanent redirects led. */
      movedTo: string | null
      /** The address it was found at after its own had died. */
      heir: string | null
      /** What parsing repaired, cut or left out. */
      warnings: readonly string[]
      /** Documents of an index that were read; left out for what is none. */
      parts?: readonly MapPart[]
      /** Not all documents of an index were read: what is not shown may stand in another. Left out where all were. */
      partial?: true
    }
  | { kind: 'pushed'; subscription: string; warnings: readonly string[] }
  | {
      kind: 'unchanged'
      maxAge: Millis | null
      retryAt: Millis | null
      movedTo: string | null
      /** A whole document was read and was the one before; else the server said "not modified". */
      whole: boolean
      validators: Validators | null
      parts?: readonly MapPart[]
    }
  | { kind: 'failed'; failure: Failure }

/** One visit to a feed as it is handed to the desk. Plain data. */
export interface PollPlan {
  /** The feed as it was when it was asked. */
  feed: FeedState
  at: Millis
  /** Time that fetching and parsing took. */
  ms: Millis
  rules: PollRules
  answer: Answer
  /** Whether the document that was read is a map, or an index of maps; left out where none was. */
  ofMap?: boolean
}

/** What became of the entries of a document. */
export interface Filed {
  counts: PollCounts
  shown: Shown
  /** What was noticed of the feed, in sentences a user can read; and why entries were left out. */
  notes: readonly string[]
  leftOut: readonly string[]
  /** The document must be read again even where it stays as it is: a text flaps, or an entry could not be kept back. */
  readAgain: boolean
}

/** What the store says of the feed at the moment of recording. A push may have come since it was asked. */
export interface Recorded {
  feed: FeedState
  subscription: Subscription | null
}

export interface PollRecord {
  outcome: PollOutcome
  update: PollUpdate
  /** The subscription as it is from now on; null where it stays. */
  subscription: Subscription | null
  /** The address the feed is polled at from now on, where that was decided by this poll. */
  moved: string | null
}

const NOTHING_KNOWN: Validators = { etag: null, lastModified: null }
/** Makes the next poll read the whole document, though it be the same: no hash is empty. */
const READ_AGAIN: Pick<PollUpdate, 'validators' | 'bodyHash'> = { validators: NOTHING_KNOWN, bodyHash: '' }
/** Of a poll that filed nothing. */
export const NOTHING_FILED: Filed = {
  counts: { entries: 0, new: 0, revision: 0, copy: 0, unchanged: 0, rejected: 0 },
  shown: { times: [], fresh: [] },
  notes: [],
  leftOut: [],
  readAgain: false,
}

export function recordOf(plan: PollPlan, filed: Filed, now: Recorded): PollRecord {
  const record = recordOfAnswer(plan, filed, now)
  const { ofMap } = plan
  return ofMap === undefined ? record : { ...record, update: { ...record.update, ofMap } }
}

function recordOfAnswer(plan: PollPlan, filed: Filed, now: Recorded): PollRecord {
  const { answer } = plan
  switch (answer.kind) {
    case 'document':
      return afterDocument(plan, answer, filed, now)
    case 'pushed':
      return afterPushed(plan, answer, filed, now)
    case 'unchanged':
      return afterUnchanged(plan, answer, now)
    case 'failed':
      return afterFailed(plan, answer, now)
  }
}

function afterDocument(
  plan: PollPlan,
  answer: Extract<Answer, { kind: 'document' }>,
  filed: Filed,
  now: Recorded,
): PollRecord {
  const { feed, at } = plan
  const { title, language, maxAge, retryAt, ttl, skip, heir, parts, partial = false } = answer
  const { counts, shown } = filed
  const alone = nextPoll({
    ...scheduleInput(plan, now),
    outcome: { kind: 'filed', counts, maxAge, retryAt, ttl, skip, shown, partial },
  })
  const { schedule, subscription } = withPush(plan, now, alone, counts)
  const same =
    feed.lastSuccess === null ||
    counts.unchanged + counts.revision > 0 ||
    // The first document is the feed we know, whatever it holds.
    (title !== null && title === feed.title)
  const where = heir === null ? moveOf(plan, answer.movedTo, same) : { move: null, address: heir, moved: heir }
  const { moved, ...address } = where
  return {
    outcome: outcomeOf(plan, schedule, filed, alone.gap, answer.warnings),
    update: {
      title,
      language,
      ...(filed.readAgain ? READ_AGAIN : { validators: answer.validators, bodyHash: answer.hash }),
      ...(parts === undefined ? {} : { parts: filed.readAgain ? [] : parts }),
      interval: schedule.interval,
      failures: 0,
      retired: false,
      ...learnt(alone.habit, at),
      ...address,
    },
    subscription,
    moved,
  }
}

/** All that polling alone can know stays as polling found it. */
function afterPushed(
  plan: PollPlan,
  answer: Extract<Answer, { kind: 'pushed' }>,
  filed: Filed,
  now: Recorded,
): PollRecord {
  const { at } = plan
  const { feed } = now
  const { counts, shown } = filed
  const before = now.subscription?.id === answer.subscription ? now.subscription : null
  const proven = before === null ? null : { ...before, lastPush: at }
  return {
    outcome: outcomeOf(plan, nextAfterPush(plan, now, before, proven), filed, null, answer.warnings),
    update: {
      title: null,
      language: null,
      ...(filed.readAgain ? READ_AGAIN : { validators: null, bodyHash: null }),
      interval: feed.interval,
      failures: feed.failures,
      retired: false,
      ...learnt(afterPush(habitOf(feed), at, { counts, shown }), at),
      address: feed.address,
      move: feed.move,
    },
    subscription: proven,
    moved: null,
  }
}

/** A push that proves the hub puts the next poll off; the pushes after it leave that poll where it is, so that it comes. */
function nextAfterPush(
  { at, rules }: PollPlan,
  { feed }: Recorded,
  before: Subscription | null,
  proven: Subscription | null,
): Next {
  const asItWas: Next = { at: feed.nextPoll, interval: feed.interval ?? 0, reason: feed.reason }
  if (isProven(before, at) || feed.failures > 0) return asItWas
  const { every, maxInterval } = rules
  return besidePush(asItWas, {
    now: at,
    url: feed.url,
    every,
    interval: feed.interval,
    maxInterval,
    subscription: proven,
  })
}

function afterUnchanged(
  plan: PollPlan,
  { maxAge, retryAt, whole, movedTo, validators, parts }: Extract<Answer, { kind: 'unchanged' }>,
  now: Recorded,
): PollRecord {
  const alone = nextPoll({ ...scheduleInput(plan, now), outcome: { kind: 'unchanged', maxAge, retryAt, whole } })
  const { schedule, subscription } = withPush(plan, now, alone, NOTHING_FILED.counts)
  const { moved, ...address } = moveOf(plan, movedTo, true)
  return {
    outcome: { ...outcomeOf(plan, schedule, NOTHING_FILED, null, []), status: 'unchanged' },
    update: {
      title: null,
      language: null,
      validators,
      bodyHash: null,
      interval: schedule.interval,
      failures: 0,
      retired: false,
      ...learnt(alone.habit, plan.at),
      ...address,
      ...(parts === undefined ? {} : { parts }),
    },
    subscription,
    moved,
  }
}

function afterFailed(plan: PollPlan, { failure }: Extract<Answer, { kind: 'failed' }>, now: Recorded): PollRecord {
  const { feed, at } = plan
  const failures = feed.failures + 1
  // Only an answer brings a retired feed back: its host dying later is no reason to ask more often.
  const retired = failure.kind === 'gone' || feed.state === 'retired'
  const schedule = nextPoll({ ...scheduleInput(plan, now), retired, outcome: { kind: 'failed', failure, failures } })
  return {
    outcome: { ...outcomeOf(plan, schedule, NOTHING_FILED, null, []), status: 'failed', failure },
    update: {
      title: null,
      language: null,
      validators: null,
      bodyHash: null,
      // The learnt interval outlasts failures; a feed that never answered has none.
      interval: feed.interval,
      failures,
      retired,
      ...learnt(schedule.habit, at),
      move: feed.move,
      // After failures at a new address the configured one is tried again: a move is never how a feed is lost.
      address: failures >= FAILURES_TO_RETURN ? null : feed.address,
    },
    subscription: null,
    moved: null,
  }
}

function outcomeOf(
  { feed, at, ms }: PollPlan,
  { at: nextAt, reason }: Next,
  { counts, notes, leftOut }: Filed,
  gap: Gap | null,
  warnings: readonly string[],
): PollOutcome {
  return {
    feed: feed.id,
    url: feed.url,
    at,
    ms,
    status: 'filed',
    counts,
    warnings: [...notes, ...warnings, ...leftOut].slice(0, WARNINGS),
    failure: null,
    nextPoll: nextAt,
    reason,
    gap,
  }
}

function scheduleInput({ feed, at, rules }: PollPlan, now: Recorded): Omit<ScheduleInput, 'outcome'> {
  const { every, planned, minInterval, maxInterval } = rules
  return {
    now: at,
    url: feed.url,
    every,
    schedule: planned === null ? null : after => (planned > after ? planned : null),
    minInterval,
    maxInterval,
    interval: feed.interval,
    // A push may have been learnt from meanwhile.
    habit: habitOf(now.feed),
  }
}

/** The schedule of a feed beside its hub. What a poll found that no push had brought takes the hub's proof away. */
function withPush(
  { feed, at, rules }: PollPlan,
  now: Recorded,
  schedule: Schedule,
  counts: PollCounts,
): { schedule: Schedule; subscription: Subscription | null } {
  const subscription = rules.websub ? now.subscription : null
  if (subscription !== null && isProven(subscription, at) && counts.new + counts.copy > 0) {
    return { schedule, subscription: { ...subscription, lastPush: null } }
  }
  const { every, maxInterval } = rules
  const { url, interval } = feed
  return {
    schedule: besidePush(schedule, { now: at, url, every, interval, maxInterval, subscription }),
    subscription: null,
  }
}

export function habitOf(feed: FeedState): Habit | null {
  return feed.habit === null ? null : readHabit(feed.habit)
}

/** What is remembered of the feed, and what that lets us say. */
function learnt(habit: Habit | null, now: Millis): Pick<PollUpdate, 'habit' | 'notes'> {
  if (habit === null) return { habit: null, notes: [] }
  const notes: string[] = []
  const silence = silenceOf(habit, now)
  if (silence?.quiet) notes.push(silence.sentence)
  const { lastGap } = habit
  if (lastGap !== null && now - lastGap.to < GAP_SHOWN) {
    const from = new Date(lastGap.from).toISOString().slice(0, 16)
    const to = new Date(lastGap.to).toISOString().slice(0, 16)
    notes.push(`entries between ${from} and ${to} UTC may have been missed: two polls had none in common`)
  }
  return { habit: writeHabit(habit), notes }
}

/** Where the feed is polled from now on, after a poll that got an answer. */
function moveOf(
  { feed, at }: PollPlan,
  movedTo: string | null,
  sameFeed: boolean,
): Pick<PollUpdate, 'address' | 'move'> & { moved: string | null } {
  const { move, address } = observeMove(feed.move, { movedTo, sameFeed, now: at })
  return address === null ? { move, address: feed.address, moved: null } : { move: null, address, moved: address }
}
