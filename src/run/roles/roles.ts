// What a process does of the work: all of it, or a part beside others on the same PostgreSQL database.
import { setTimeout } from 'node:timers/promises'
import { hostOf } from '../../decide/schedule/host.ts'
import { hostLimits } from '../../decide/schedule/hosts.ts'
import type { DeskClient } from '../../desk/client.ts'
import { duration } from '../../language/say.ts'
import { type Log, said } from '../../log.ts'
import type { Config, PollSettings } from '../../model/config.ts'
import { isPostgres, shownDatabase } from '../../model/database.ts'
import type { FeedState } from '../../model/stored.ts'
import type { Millis, Outcome } from '../../model/units.ts'
import { openReader } from '../../store/open.ts'
import { Calls } from '../../store/postgres/calls.ts'
import { ledBy, postgresFault } from '../../store/postgres/faults.ts'
import { HostTurns } from '../../store/postgres/hosts.ts'
import { Pulse } from '../../store/postgres/pulse.ts'
import type { StoreReader } from '../../store/store.ts'
import { LONGEST_WAIT } from '../hosts.ts'
import type { AskedGauge } from '../measures.ts'
import { READER_WAITS } from '../open.ts'
import type { Standby, Waited } from '../standby.ts'
import { Answering } from './answering.ts'
import { OwnJobs } from './collector.ts'
import { FirstRound } from './first-round.ts'
import { paceOf } from './gate.ts'
import { Heads } from './heads.ts'
import { PollJobs } from './jobs.ts'
import { RemoteDesk } from './remote-desk.ts'

export const ROLES = ['all', 'collect', 'desk', 'publish'] as const
export type Role = (typeof ROLES)[number]

/** How long a desk waits before it looks again whether the one that files is gone. */
const STANDBY: Millis = 1_000

/** Why the role cannot be had with this database; null where it can. */
export function roleRefusal(role: Role, { database }: Config): string | null {
  if (role === 'all' || isPostgres(database)) return null
  return `--role ${role} shares work through a PostgreSQL database, and "database" is the file ${database}: name one like "postgres://db.example/minwal", or leave --role out`
}

export interface Shared {
  calls: Calls
  /** Whether the database can be reached. */
  pulse: Pulse
  log: Log
  jobs: PollJobs
  turns: HostTurns
  heads: Heads
  own: OwnJobs
  close(): Promise<void>
}

/** Jobs stand in a schema of their own, which not every user may make. */
function noPlaceForJobs(shown: string, { name, user }: { name: string; user: string }): string {
  const given = `create schema "${name}" authorization "${user}"`
  return `${shown} has no schema ${name}, where polls stand as jobs, and its user may not make it: let its owner give \`${given}\` there`
}

/** What a role shares with others. The reason of a failure is one line. */
export async function openShared(config: Config, role: Role, log: Log): Promise<Outcome<Shared>> {
  const { database } = config
  const calls = new Calls(database, error => log.debug('a connection was lost', { error: said(error) }))
  try {
    const place = await calls.placeOfJobs()
    if (!place.isThere && !place.mayMake && role !== 'publish') {
      await calls.close()
      return { ok: false, reason: noPlaceForJobs(shownDatabase(database), place) }
    }
    const jobs = new PollJobs(database, place, log)
    if (role !== 'publish') await jobs.start()
    const lost = (reason: string): void => {
      log.warn('the database does not answer', { reason })
      calls.giveUp()
      jobs.giveUp()
    }
    const back = (ms: Millis): void => log.info('the database answers again', { seconds: Math.round(ms / 1_000) })
    const pulse = new Pulse(database, lost, back)
    const close = async (): Promise<void> => {
      await pulse.stop()
      await jobs.stop()
      await calls.close()
    }
    const [turns, heads, own] = [new HostTurns(calls), new Heads(), new OwnJobs()]
    return { ok: true, value: { calls, pulse, log, jobs, turns, heads, own, close } }
  } catch (error) {
    await calls.close()
    const reason = postgresFault(database, error)
    if (reason === null) throw error
    return { ok: false, reason }
  }
}

/** A desk that asks the process that files, and a connection for reading. */
export async function openRemote(
  { database }: Config,
  { calls, jobs, own, heads }: Shared,
  log: Log,
): Promise<Outcome<{ desk: DeskClient; reader: StoreReader }>> {
  const reader = openReader(database, READER_WAITS)
  if (!reader.ok) return reader
  const desk = new RemoteDesk({
    calls,
    database,
    log,
    end: (feeds, executor) => own.end(jobs, feeds, executor),
    ended: feeds => own.forget(feeds),
    heads: () => heads.take(),
  })
  return { ok: true, value: { desk, reader: reader.value } }
}

/** Resolves when nobody files, or all is to stop. The reason of a failure is that it cannot listen meanwhile. */
export async function standBy(
  { calls }: Shared,
  standby: Standby,
  log: Log,
  signal: AbortSignal,
): Promise<Outcome<null>> {
  while (!signal.aborted) {
    try {
      if (await calls.isFree()) break
      const told = await standby.say(STANDING_BY)
      if (!told.ok) return told
    } catch (error) {
      log.debug('who files could not be asked', { error: said(error) })
      const told = await standby.say(UNKNOWN)
      if (!told.ok) return told
    }
    await setTimeout(STANDBY, undefined, { signal }).catch(() => {
      // It is to stop.
    })
  }
  return { ok: true, value: null }
}

const STANDING_BY: Waited = {
  status: 'standing by: another desk files',
  isWell: true,
  event: 'another desk files: this one stands by',
}
const UNKNOWN: Waited = {
  status: 'standing by: the database cannot be reached, so nobody knows whether another desk files',
  isWell: false,
  event: 'the database cannot be reached: this desk stands by',
}

/** What the process that files does for the others beside filing. */
export class Lead {
  readonly #shared: Shared
  readonly #answering: Answering
  readonly #first = new FirstRound()
  #onFiled: () => void = () => {}
  readonly #lost = Promise.withResolvers<string>()
  readonly #timer: NodeJS.Timeout

  constructor(shared: Shared, desk: DeskClient, { database }: Config, log: Log) {
    this.#shared = shared
    const led = ledBy(database)
    this.#timer = setInterval(() => {
      if (desk.trouble?.reason !== led) return
      // Started again it stands by, and learns what the other has filed if it is to file again.
      this.#lost.resolve(
        `another desk files into ${shownDatabase(database)} by now: start this one again, and it stands by`,
      )
    }, STANDBY)
    this.#answering = new Answering({ calls: shared.calls, desk, log, onFiled: () => this.#onFiled() })
  }

  /** Have due feeds polled, but for those whose documents wait, and those of hosts that rest. */
  async ask(due: readonly FeedState[], settings: PollSettings): Promise<void> {
    const { calls, jobs, turns } = this.#shared
    const [waiting, { paces, now }] = await Promise.all([calls.waiting(), turns.refusing()])
    const usual = { delay: settings.hostDelay, perHost: settings.perHost }
    const rests = (feed: FeedState): boolean => {
      const kept = paces.get(hostOf(feed.address ?? feed.url))
      return kept !== undefined && hostLimits(paceOf(kept), now, usual).restUntil - now > LONGEST_WAIT
    }
    await jobs.ask(due.filter(feed => !waiting.has(feed.id) && !rests(feed)))
    this.#first.asked(due.filter(feed => !rests(feed)))
  }

  /** All that was due at the start has been polled. */
  get hasPolled(): boolean {
    return this.#first.isOver
  }

  /** Whom to tell when news that another process read is filed. */
  filed(onFiled: () => void): void {
    this.#onFiled = onFiled
  }

  /** What it does, for `/healthz`. */
  does(): string {
    return `files: ${lastly('call', 'answered', this.#answering.answered)}, ${answeredBy(this.#shared)}`
  }

  /** Resolves with a sentence when another desk files in its place. */
  get lost(): Promise<string> {
    return this.#lost.promise
  }

  /** Calls that wait to be answered: what collectors read and nobody has filed. */
  get waiting(): AskedGauge {
    const { calls, log } = this.#shared
    const value = (): Promise<number> =>
      calls.count().catch((error: unknown) => {
        log.debug('calls could not be counted', { error: said(error) })
        return Number.NaN
      })
    return { name: 'calls_waiting', help: 'What other processes asked this one to file, and it has not yet.', value }
  }

  stop(): Promise<void> {
    clearInterval(this.#timer)
    return this.#answering.stop()
  }
}

/** When something was done last. */
export const lastly = (what: string, done: string, at: Millis | null): string =>
  at === null ? `no ${what} ${done} yet` : `last ${what} ${done} ${duration(performance.now() - at)} ago`

/** When the database answered last. */
export const answeredBy = ({ pulse }: Pick<Shared, 'pulse'>): string =>
  `the database answered ${duration(pulse.age)} ago`
