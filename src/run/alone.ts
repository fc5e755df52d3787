// One change where no daemon of this process has a desk: it is made in a desk of its own.
import { type DeskClient, openDeskThread } from '../desk/client.ts'
import type { Log } from '../log.ts'
import type { Config } from '../model/config.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { storeFault } from '../store/fault.ts'
import { tagAuthority } from './tag-authority.ts'

/** How long the change waits while another program holds the lock. */
const LOCK_PATIENCE: Millis = 10_000

/**
 * Feeds on file stay as they are, whatever the configuration says of them. The reason of a failure is one line. `onClosing` is
 * called before the database is closed.
 */
export async function openDeskAlone<T>(
  { database, databaseMode, backup, link, threads }: Config,
  { log, now, onClosing }: { log: Log; now: Millis; onClosing: () => void },
  change: (desk: DeskClient) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const opened = await openDeskThread({
    database,
    mode: databaseMode ?? null,
    copyFirst: backup?.beforeUpgrade ?? true,
    tagAuthority: tagAuthority(link),
    agencies: null,
    threads,
    now,
    log,
    lockPatience: LOCK_PATIENCE,
    patience: 0,
  })
  if (!opened.ok) return opened
  try {
    return await change(opened.value)
  } catch (error) {
    const reason = storeFault(database, error)
    if (reason === null) throw error
    return { ok: false, reason }
  } finally {
    onClosing()
    await opened.value.close()
  }
}
