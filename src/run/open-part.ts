// Opens the part of the work that a process does.
import { isPostgres } from '../model/database.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { claim } from '../store/claim.ts'
import type { DaemonOptions } from './daemon-options.ts'
import type { Outward } from './doors.ts'
import { openDesk } from './open.ts'
import { type Part, partOf } from './part.ts'

/** How long a statement of the desk blocks the desk while another program holds the lock. */
const LOCK_PATIENCE: Millis = 10

/** The reason of a failure is one line; nothing is left open then, but for doors. */
export async function openPart(options: DaemonOptions, now: Millis, outward: Outward): Promise<Outcome<Part>> {
  const { config, log, role = 'all' } = options
  if (role !== 'all') {
    const { openRole } = await import('./roles/parts.ts')
    return openRole(role, options, now, outward)
  }
  const claimed = claim(config.files)
  if (!claimed.ok) return claimed
  const leads = isPostgres(config.database)
  const opened = await openDesk(config, { now, log, lockPatience: LOCK_PATIENCE, patience: null, leads })
  if (!opened.ok) {
    claimed.value()
    return opened
  }
  return { ok: true, value: { ...partOf(opened.value), close: claimed.value } }
}
