// Retention at once, where no daemon of this process does it. Beside a daemon of another the lock of the file is taken for a piece
// at a time.
import type { OnPruned } from '../desk/client.ts'
import type { Pruned } from '../desk/retention.ts'
import type { Log } from '../log.ts'
import type { Config, RetainSettings } from '../model/config.ts'
import type { FileSize } from '../model/stored.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { openDeskAlone } from './alone.ts'

/** The file is left alone for as long as each piece took. */
const PACE = 1
/** Free pages that are worth writing the file anew for, as a share of it. */
const WASTE = 0.1

export interface PrunedFile extends Pruned {
  /** Free bytes that stay in the file, to be used again, and why; null where the file has shrunk. */
  free: { bytes: number; reason: string } | null
}

export interface PruneTools {
  log: Log
  now: Millis
  /** Called before the file is written anew and before it is closed: a connection for reading holds it open. */
  onClosing: () => void
  /** Told now and then what is gone. */
  onPruned: OnPruned
  fileSize: () => FileSize
}

/** The reason of a failure is one line. */
export function pruneOnce(
  config: Config,
  settings: RetainSettings,
  { log, now, onClosing, onPruned, fileSize }: PruneTools,
): Promise<Outcome<PrunedFile>> {
  return openDeskAlone(config, { log, now, onClosing }, async desk => {
    const pruned = await desk.prune(settings, now, PACE, onPruned)
    const { pages, free, pageBytes } = fileSize()
    // A server looks after its files: no pages of theirs are told.
    if (pages === 0 || free < WASTE * pages) return { ok: true, value: { ...pruned, free: null } }
    onClosing()
    const rewritten = await desk.rewriteFile()
    const kept = rewritten.ok ? null : { bytes: free * pageBytes, reason: rewritten.reason }
    return { ok: true, value: { ...pruned, free: kept } }
  })
}
