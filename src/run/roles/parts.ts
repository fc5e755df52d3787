// What each role makes of the daemon. All of them share one PostgreSQL database.
import type { Millis, Outcome } from '../../model/units.ts'
import { ledBy } from '../../store/postgres/faults.ts'
import type { DaemonOptions } from '../daemon-options.ts'
import type { Outward } from '../doors.ts'
import { type OpenedDesk, openDesk } from '../open.ts'
import { type Part, partOf } from '../part.ts'
import { Standby } from '../standby.ts'
import { openedOnce } from './awaited.ts'
import { Collector } from './collector.ts'
import { gated } from './gate.ts'
import { toldOfNews } from './news.ts'
import {
  answeredBy,
  Lead,
  lastly,
  openRemote,
  openShared,
  type Role,
  roleRefusal,
  type Shared,
  standBy,
} from './roles.ts'

/** A desk waits for others as little as one alone. */
const LOCK_PATIENCE: Millis = 1_000

export async function openRole(
  role: Exclude<Role, 'all'>,
  options: DaemonOptions,
  now: Millis,
  { doors, systemd }: Outward,
): Promise<Outcome<Part>> {
  const { config, log, signal = new AbortController().signal } = options
  const refusal = roleRefusal(role, config)
  if (refusal !== null) return { ok: false, reason: refusal }
  const serves = role === 'publish' && (options.serve ?? true)
  const standby = new Standby({ config, doors, systemd, log, serves })
  const began = performance.now()
  const open = async (): Promise<Outcome<Part>> => {
    const shared = await openShared(config, role, log)
    if (!shared.ok) return shared
    const at = now + performance.now() - began
    const opened =
      role === 'desk'
        ? await openLead(shared.value, { ...options, signal }, standby, at)
        : await openOther(role, shared.value, options)
    if (!opened.ok) await shared.value.close()
    return opened
  }
  try {
    return await openedOnce({ role, database: config.database, standby, signal }, open)
  } finally {
    standby.end()
  }
}

/** Another desk may be faster. */
async function openWhenFree(
  shared: Shared,
  options: DaemonOptions & { signal: AbortSignal },
  standby: Standby,
  now: Millis,
): Promise<Outcome<OpenedDesk>> {
  const { config, log, signal } = options
  const began = performance.now()
  for (;;) {
    const said = await standBy(shared, standby, log, signal)
    if (!said.ok) return said
    if (signal.aborted) return { ok: false, reason: 'stopped while it stood by' }
    const at = now + performance.now() - began
    const opened = await openDesk(config, { now: at, log, lockPatience: LOCK_PATIENCE, patience: null, leads: true })
    if (opened.ok || opened.reason !== ledBy(config.database)) return opened
  }
}

/** The desk: waits until nobody files, files, answers the others, and says which feeds are due. */
async function openLead(
  shared: Shared,
  options: DaemonOptions & { signal: AbortSignal },
  standby: Standby,
  now: Millis,
): Promise<Outcome<Part>> {
  const { config, log, signal } = options
  const opened = await openWhenFree(shared, options, standby, now)
  if (!opened.ok) return opened
  const lead = new Lead(shared, opened.value.desk, config, log)
  return {
    ok: true,
    value: {
      ...partOf(opened.value),
      serves: false,
      ask: (due, settings) => lead.ask(due, settings),
      hasPolled: () => lead.hasPolled,
      // Pages are asked for by the desk.
      paced: (fetcher, settings) =>
        gated(fetcher, { turns: shared.turns, heads: shared.heads, settings, log, signal, records: false }),
      gauges: [lead.waiting],
      does: () => lead.does(),
      trouble: () => shared.pulse.trouble,
      begin: (_, polling) => {
        lead.filed(() => polling().encoding?.wake())
        return () => lead.stop()
      },
      lost: Promise.race([opened.value.desk.lost, lead.lost]),
      close: () => shared.close(),
    },
  }
}

/** What polls, or serves, and has others file. */
async function openOther(
  role: 'collect' | 'publish',
  shared: Shared,
  { config, log, now = Date.now, signal = new AbortController().signal }: DaemonOptions,
): Promise<Outcome<Part>> {
  const opened = await openRemote(config, shared, log)
  if (!opened.ok) return opened
  const part = {
    ...partOf(opened.value),
    ticks: false,
    does: () => `serves what others file: ${answeredBy(shared)}`,
    trouble: () => shared.pulse.trouble,
    // The desk closes the connections that it asks by.
    close: async () => {
      await shared.pulse.stop()
      await shared.jobs.stop()
    },
  }
  if (role === 'publish') {
    const { reader, desk } = opened.value
    return { ok: true, value: { ...part, store: { desk, reader: toldOfNews(reader, shared.calls) } } }
  }
  let collector: Collector | null = null
  return {
    ok: true,
    value: {
      ...part,
      serves: false,
      does: () => `collects: ${lastly('polls', 'taken', collector?.taken ?? null)}, ${answeredBy(shared)}`,
      paced: (fetcher, settings) =>
        gated(fetcher, { turns: shared.turns, heads: shared.heads, settings, log, signal, records: true }),
      begin: (poller, polling) => {
        const begun = new Collector(
          {
            calls: shared.calls,
            jobs: shared.jobs,
            waiting: () => shared.calls.waiting(),
            poller,
            reader: opened.value.reader,
            feeds: () => polling().feeds,
            settings: () => polling().settings,
            now,
            log,
          },
          shared.own,
        )
        collector = begun
        begun.look()
        return () => begun.stop()
      },
    },
  }
}
