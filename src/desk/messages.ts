// What the desk thread and whoever asks it say to each other. Plain data.
import type { PollPlan } from '../decide/schedule/plan.ts'
import type { Agency, RetainSettings, ThreadSettings } from '../model/config.ts'
import type { NoticeChange } from '../model/notify.ts'
import type { PageOutcome } from '../model/page.ts'
import type {
  PrunedCounts,
  SentenceModel,
  StoredRobots,
  SubscriberChange,
  Subscription,
  UnencodedText,
} from '../model/stored.ts'
import type { Millis, Outcome } from '../model/units.ts'
import type { FiledPoll, FilingContext } from './desk.ts'
import type { DeskReading, ReadDocument } from './document.ts'
import type { AskedPage } from './pages.ts'
import type { Recorded } from './recorder.ts'
import type { Pruned } from './retention.ts'
import type { StoreTrouble, Trouble } from './storing.ts'

/** With what a desk is opened. */
export interface DeskSettings {
  /** Path of the file. */
  database: string
  mode: number | null
  /** Copy a file of an older version beside itself first. */
  copyFirst: boolean
  /** Authority of tag ids for a new file. */
  tagAuthority: string
  /** Of a PostgreSQL database: see `OpenOptions.leads`. */
  leads?: boolean
  /** Null leaves agencies and feeds as they are on file; then only the editor's calls are made. */
  agencies: readonly Agency[] | null
  threads: ThreadSettings
  /** How long visits to feeds are listed; null for as long as where nobody says. */
  polls?: Millis | null
  now: Millis
  /** How long a statement blocks the thread while another program holds the lock. */
  lockPatience: Millis
  /** Writes are given up after this long in trouble; null never. */
  patience: Millis | null
}

/** Under which circumstances entries are filed; the desk knows the names of agencies itself. */
export type DeskContext = Omit<FilingContext, 'names'>

/** Names of a document's entries; what the entries say is asked for. */
export type DocumentNames = Omit<ReadDocument, 'read'>

export type PollResult = Omit<FiledPoll, 'filed'>

export type { Recorded } from './recorder.ts'

/** What came of each of the polls that are recorded together. */
export type RecordedOrNot = { recorded: Recorded } | { fault: Fault }

/** What can be asked of a desk. Every call is one message there and one back, but polls to record go together. */
export interface DeskCalls {
  /** `names` are `DocumentNames`, packed. Readings are asked for the entries of which the store does not know the text. */
  fileDocument(names: ArrayBuffer, plan: PollPlan, context: DeskContext): Promise<PollResult>
  recordPoll(plan: PollPlan): Promise<Recorded>
  /** Whether the feed has a report with one of these guids. */
  knowsAny(feed: number, guids: readonly string[]): Promise<boolean>
  /** File what was kept back from a feed and may be shown now. */
  release(context: DeskContext): Promise<{ entries: number; unreadable: number }>
  withdraw(report: number, now: Millis): Promise<void>
  saveSubscription(subscription: Subscription): Promise<void>
  /** What a host lets robots read. */
  keepRobots(origin: string, robots: StoredRobots): Promise<void>
  /** All of them, or none. */
  changeSubscribers(changes: readonly SubscriberChange[]): Promise<void>
  /** All of them, or none. */
  changeNotices(changes: readonly NoticeChange[]): Promise<void>
  /** Make agencies and feeds those of a configuration. */
  syncAgencies(agencies: readonly Agency[], now: Millis): Promise<void>
  /** Go on with other settings of threads. */
  configure(threads: ThreadSettings): Promise<void>
  /** From now on visits to feeds are listed for so long. */
  keepPolls(polls: Millis | null): Promise<void>
  /**
   * Delete what these settings keep no longer, in turns; after each the thread does other things for `pace` times as long at
   * least. A desk that is stopped ends it early.
   */
  prune(settings: RetainSettings, now: Millis, pace: number): Promise<Pruned>
  /** Write the file anew without free pages, where nobody else has it open. The reason where that is not possible. */
  rewriteFile(): Promise<Outcome<null>>
  /** Go on with vectors of this model alone. Its number. */
  useModel(model: SentenceModel, now: Millis): Promise<number>
  /** Stories that lack a vector, the newest first; null where another model is in use by now. */
  unencoded(model: number, limit: number, now: Millis): Promise<readonly UnencodedText[] | null>
  /** Vectors of stories; each story gets another look. False where another model is in use by now. */
  keepVectors(model: number, vectors: readonly StoryVector[], now: Millis): Promise<boolean>
  /** What came of asking for the page of a report. What became of it; null where the report is gone. */
  filePage(asked: AskedPage, now: Millis): Promise<PageOutcome | null>
  /** Join threads, or stories. The id that remains. */
  merge(what: 'story' | 'thread', ids: readonly number[], now: Millis): Promise<Outcome<number>>
  /** Part stories from a thread, or reports from a story. The id that they are in now. */
  split(what: 'story' | 'thread', id: number, members: readonly number[], now: Millis): Promise<Outcome<number>>
}

/** The vector of a text that `unencoded` gave. */
export interface StoryVector extends Omit<UnencodedText, 'text'> {
  vector: readonly number[] | null
}

/** What the thread is asked. */
export interface ThreadCalls extends Omit<DeskCalls, 'recordPoll'> {
  /** `plans` are an array of `PollPlan`, as JSON. */
  recordPolls(plans: string): Promise<RecordedOrNot[]>
}

export type DeskMethod = keyof ThreadCalls

/** An error as it travels: with what tells a trouble of the file from a bug. */
export interface Fault {
  message: string
  stack: string | null
  code: string | null
  syscall: string | null
}

export type ToDesk =
  | { kind: 'call'; call: number; method: DeskMethod; given: unknown[] }
  /** Readings that were asked for, as `v8.serialize` writes them: they are forwarded without being unpacked. */
  | { kind: 'readings'; call: number; packed: ArrayBuffer }
  | { kind: 'unread'; call: number; fault: Fault }
  /** Nothing more is begun, and no write waits any longer. */
  | { kind: 'stop' }
  /** Close the store, and end. */
  | { kind: 'close' }

export type FromDesk =
  | { kind: 'open'; refusal: string | null }
  | { kind: 'value'; call: number; value: unknown }
  | { kind: 'fault'; call: number; fault: Fault }
  | { kind: 'read'; call: number; ats: readonly number[] }
  | { kind: 'log'; level: 'debug' | 'info' | 'warn' | 'error'; event: string; fields: Record<string, unknown> }
  | { kind: 'given up'; reason: string }
  /** What a deletion under way has deleted. */
  | { kind: 'pruned'; counts: PrunedCounts }
  /** Sent every second: the thread turns. */
  | { kind: 'state'; trouble: Trouble | null; failures: Readonly<Record<StoreTrouble, number>> }

/** What a reader hands over, packed. */
export type PackedReadings = readonly DeskReading[]

export function faultOf(error: unknown): Fault {
  if (!(error instanceof Error)) return { message: String(error), stack: null, code: null, syscall: null }
  const { message, stack = null } = error
  const code = 'code' in error ? String(error.code) : null
  const syscall = 'syscall' in error ? String(error.syscall) : null
  return { message, stack, code, syscall }
}

export function errorOf({ message, stack, code, syscall }: Fault): Error {
  const error = new Error(message)
  if (stack !== null) error.stack = stack
  return Object.assign(error, code === null ? {} : { code }, syscall === null ? {} : { syscall })
}

/** The code of errors that say that the desk begins nothing more, or has ended. */
export const DESK_STOPPED = 'DESK_STOPPED'

export function deskStopped(message = 'the desk was stopped before it began'): Error {
  return Object.assign(new Error(message), { code: DESK_STOPPED })
}

export const isDeskStopped = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === DESK_STOPPED
