// Opens what a role works with once its database can be worked with: until then it waits, and says for what.
import { setTimeout } from 'node:timers/promises'
import { shownDatabase } from '../../model/database.ts'
import type { Millis, Outcome } from '../../model/units.ts'
import { type Standing, standingOf } from '../../store/postgres/standing.ts'
import type { Standby, Waited } from '../standby.ts'
import type { Role } from './roles.ts'

/** Between two looks: twice as long as the last time, within these. */
const [SHORTEST, LONGEST]: readonly [Millis, Millis] = [250, 4_000]

/** For what a role waits with this database; null where it can begin. */
export function waitedFor(standing: Standing, role: Role, database: string): Waited | null {
  if (standing.is === 'away') {
    const { reason } = standing
    return { status: `waiting for the database: ${reason}`, isWell: false, event: AWAY, fields: { reason } }
  }
  // A desk makes the tables itself.
  if (role === 'desk' || (standing.is !== 'empty' && standing.is !== 'older')) return null
  const shown = shownDatabase(database)
  const reason =
    standing.is === 'empty'
      ? `there are no tables in ${shown} yet: a desk makes them (\`minwal run --role desk\`)`
      : `${shown} is older than this Minwal: a desk of this version brings it up to date (\`minwal run --role desk\`)`
  return { status: `waiting for a desk: ${reason}`, isWell: false, event: NO_DESK, fields: { reason } }
}

const AWAY = 'the database cannot be reached: it is tried again'
const NO_DESK = 'waiting for a desk to prepare the database'

export interface Awaiting {
  role: Role
  database: string
  standby: Standby
  signal: AbortSignal
}

/** What `open` opens. Where that fails, it is because of something that waiting does not end. */
export async function openedOnce<T>(
  { role, database, standby, signal }: Awaiting,
  open: () => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  let pause = SHORTEST
  for (;;) {
    const standing = await standingOf(database)
    if (signal.aborted) return { ok: false, reason: 'stopped while it waited for the database' }
    if (standing.is === 'refused') return { ok: false, reason: standing.reason, isFinal: standing.isFinal }
    const waited = waitedFor(standing, role, database)
    if (waited === null) {
      const opened = await open()
      if (opened.ok || signal.aborted) return opened
      // It may have been lost a moment ago.
      const now = await standingOf(database)
      if (now.is !== 'away') return opened
    } else {
      const said = await standby.say(waited)
      if (!said.ok) return said
    }
    await setTimeout(pause, undefined, { signal }).catch(() => {
      // It is to stop.
    })
    pause = Math.min(LONGEST, 2 * pause)
  }
}
