// One round of polls, by the same desk and readers as the daemon's.
import { createFetcher } from '../collect/net/fetch.ts'
import type { Log } from '../log.ts'
import type { Config } from '../model/config.ts'
import type { PollOutcome } from '../model/decided.ts'
import type { FeedState } from '../model/stored.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { storeFault } from '../store/fault.ts'
import type { StoreReader } from '../store/store.ts'
import { type Assembly, assemble, dismiss } from './assemble.ts'
import { Backlog } from './backlog.ts'
import { type OpenedDesk, openDesk } from './open.ts'
import { dueFeeds, type NamedFeed, type Polling, releaseEmbargoes } from './poll.ts'
import { Poller } from './poller.ts'

/** How long a file that cannot be written is waited for. */
const PATIENCE: Millis = 30_000
/** How long a statement of the desk blocks the desk while another program holds the lock. */
const LOCK_PATIENCE: Millis = 1_000

export interface RoundOptions {
  log: Log
  /** Which feeds are polled. What it throws ends the round. */
  choose: (known: {
    reader: StoreReader
    feeds: ReadonlyMap<string, NamedFeed>
    due: () => FeedState[]
  }) => readonly FeedState[]
  /** Told how many were chosen, and of each that is done. */
  onChosen?: (feeds: number) => void
  onOutcome?: (outcome: PollOutcome) => void
}

export interface Round {
  outcomes: PollOutcome[]
  /** From the first request to the last filing. */
  seconds: number
}

/** Poll each chosen feed once. The reason of a failure is one line: a feed that fails is none. */
export async function pollOnce(config: Config, options: RoundOptions): Promise<Outcome<Round>> {
  const stopping = new AbortController()
  let fault: string | null = null
  const giveUp = (reason: string): void => {
    fault ??= reason
    // What else there is to fetch could not be stored either.
    stopping.abort()
  }
  const { log } = options
  const opened = await openDesk(config, {
    now: Date.now(),
    log,
    lockPatience: LOCK_PATIENCE,
    patience: PATIENCE,
    onGivenUp: giveUp,
  })
  if (!opened.ok) return opened
  const { desk, reader } = opened.value
  void desk.lost.then(giveUp)
  const assembly = assemble(config, log, createFetcher)
  try {
    const round = await roundOf(assembly, opened.value, options, stopping.signal)
    return fault === null ? { ok: true, value: round } : { ok: false, reason: fault }
  } catch (error) {
    if (!(error instanceof RoundError)) throw error
    const reason = fault ?? storeFault(config.database, error.cause)
    return { ok: false, reason: reason ?? `a poll could not be stored: ${error.message}` }
  } finally {
    await dismiss(assembly, null)
    // The desk's connection is closed last: a read-only one cannot write the journal back into the file.
    reader.close()
    await desk.close()
  }
}

/** What storing a poll threw. */
class RoundError extends Error {}

async function roundOf(
  { config, feeds, ...assembly }: Assembly,
  { desk, reader }: OpenedDesk,
  { log, choose, onChosen, onOutcome }: RoundOptions,
  signal: AbortSignal,
): Promise<Round> {
  const due = (): FeedState[] => dueFeeds(reader, feeds, config.poll, Date.now())
  const chosen = choose({ reader, feeds, due })
  onChosen?.(chosen.length)
  const started = performance.now()
  const polling: Polling = {
    ...assembly,
    settings: config.poll,
    feeds,
    desk,
    reader,
    backlog: new Backlog(),
    now: Date.now,
    log,
    signal,
  }
  const outcomes: PollOutcome[] = []
  const poller = new Poller(
    () => polling,
    outcome => {
      outcomes.push(outcome)
      onOutcome?.(outcome)
    },
  )
  try {
    await releaseEmbargoes(polling)
    poller.add(chosen)
    await poller.idle()
  } catch (error) {
    throw new RoundError(error instanceof Error ? error.message : String(error), { cause: error })
  }
  return { outcomes, seconds: (performance.now() - started) / 1_000 }
}
