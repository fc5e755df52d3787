// Gives disk space back. A file that was made with `auto_vacuum = incremental` shrinks while it is in use; another is written
// anew, where nobody else has it open.
import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Database } from './engine.ts'
import type { Shrinking } from './pruning.ts'

/** The new file stands beside the old one until it takes its place. */
const ROOM = 2.2

export function shrinking(db: Database.Database, path: string, rewrite: (db: Database.Database) => boolean): Shrinking {
  return {
    // Stepped through to its end: a statement that is asked for one row gives back one page.
    returnPages: pages => void db.exec(`pragma incremental_vacuum(${Math.floor(pages)})`),
    rewriteAlone: () => {
      const pages =
        Number(db.pragma('page_count', { simple: true })) - Number(db.pragma('freelist_count', { simple: true }))
      const needed = ROOM * pages * Number(db.pragma('page_size', { simple: true }))
      const { bavail, bsize } = statfsSync(dirname(path))
      if (bavail * bsize < needed) {
        return { ok: false, reason: `that takes ${Math.ceil(needed / 1e6)} MB of free disk space for a while` }
      }
      if (!rewrite(db)) return { ok: false, reason: 'another program has the file open' }
      return { ok: true, value: null }
    },
  }
}
