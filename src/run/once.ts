// One round of polls, by the same desk and readers as the daemon's.
import type { Fetcher } from '../collect/net/fetch.ts'
import type { Log } from '../log.ts'
import type { Config, PollSettings } from '../model/config.ts'
import type { PollOutcome } from '../model/decided.ts'
import type { FeedState } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import { storeFault } from '../store/fault.ts'
import { type Assembly, assemble, dismiss } from './assemble.ts'
import { Backlog } from './backlog.ts'
import { chosenFeeds, notPolled, type Polled, type PollOptions } from './choose.ts'
import { type OpenedDesk, openDesk } from './open.ts'
import { Pages } from './pages.ts'
import { dueFeeds, type Polling, releaseEmbargoes } from './poll.ts'
import { Poller } from './poller.ts'

/** How long a file that cannot be written is waited for. */
const PATIENCE: Millis = 30_000
/** How long a statement of the desk blocks the desk while another program holds the lock. */
const LOCK_PATIENCE: Millis = 1_000
/** How long the end of a round waits for vectors of what it filed; the next round asks for those that are left. */
const ENCODING_PATIENCE: Millis = 30_000
/** How long the end of a round asks for pages of what it filed; the next round asks for those that are left. */
const PAGES_PATIENCE: Millis = 30_000
const STOPPED = 'it was stopped before all feeds were polled'

export interface RoundOptions extends PollOptions {
  log: Log
  now: () => Millis
  fetcher: (settings: PollSettings) => Fetcher
  /** Ends the round: requests are cut, and what is being filed is filed to its end. */
  signal: AbortSignal
  /** Called before the database is closed. A connection for reading that is closed later leaves the journal beside the file. */
  onClosing: () => void
}

/** Poll each chosen feed once. The reason of a failure is one line: a feed that fails is none. */
export async function pollOnce(config: Config, options: RoundOptions): Promise<Polled> {
  const stopping = new AbortController()
  let fault: string | null = null
  const giveUp = (reason: string): void => {
    fault ??= reason
    // What else there is to fetch could not be stored either.
    stopping.abort()
  }
  const { log, now, fetcher, onClosing } = options
  const opened = await openDesk(config, {
    now: now(),
    log,
    lockPatience: LOCK_PATIENCE,
    patience: PATIENCE,
    onGivenUp: giveUp,
  })
  if (!opened.ok) return notPolled(opened.reason)
  const { desk, reader } = opened.value
  void desk.lost.then(giveUp)
  const assembly = assemble(config, { log, makeFetcher: fetcher, desk, now })
  const stop = (): void => {
    giveUp(STOPPED)
    void assembly.encoding?.close()
    desk.stop()
  }
  options.signal.addEventListener('abort', stop)
  if (options.signal.aborted) stop()
  try {
    const round = await roundOf(assembly, opened.value, options, stopping.signal)
    await assembly.encoding?.idle(ENCODING_PATIENCE)
    return fault === null ? round : notPolled(fault)
  } catch (error) {
    if (!(error instanceof RoundError)) throw error
    const reason = fault ?? storeFault(config.database, error.cause)
    return notPolled(reason ?? `a poll could not be stored: ${error.message}`)
  } finally {
    options.signal.removeEventListener('abort', stop)
    await dismiss(assembly, null)
    onClosing()
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
  { log, now, onChosen, onOutcome, ...choice }: RoundOptions,
  signal: AbortSignal,
): Promise<Polled> {
  const due = (): FeedState[] => dueFeeds(reader, feeds, config.poll, now())
  const chosen = chosenFeeds({ all: reader.feeds(), named: feeds, due }, choice)
  if (!chosen.ok) return chosen
  onChosen?.(chosen.value.length)
  const polling: Polling = {
    ...assembly,
    settings: config.poll,
    feeds,
    desk,
    reader,
    backlog: new Backlog(),
    now,
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
    poller.add(chosen.value)
    await poller.idle()
    await new Pages({ polling: () => polling, poller: () => poller }).once(PAGES_PATIENCE)
  } catch (error) {
    throw new RoundError(error instanceof Error ? error.message : String(error), { cause: error })
  }
  return { ok: true, value: outcomes }
}
