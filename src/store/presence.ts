// Notices that the file at the database's path is not the open one any more: deleted, or another put in its place. SQLite
// goes on writing to a file that nobody sees.
import { type BigIntStats, statSync } from 'node:fs'

/** Looks that must agree: a file being replaced is missing for a moment. */
const LOOKS = 2

/** What belongs to an open database: its file, its journal, and the index of that. */
const PARTS: readonly (readonly [ending: string, what: string])[] = [
  ['', 'the database'],
  ['-wal', 'the journal'],
  ['-shm', "the journal's index"],
]

/** Asked again and again: null while all is as it was when first seen, else what has become of it. */
export function presenceOf(path: string): () => string | null {
  if (path === ':memory:') return () => null
  const seen = new Map<string, string>()
  let strange = 0
  const look = (): string | null => {
    for (const [ending, what] of PARTS) {
      const file = path + ending
      let found: BigIntStats | undefined
      try {
        found = statSync(file, { bigint: true, throwIfNoEntry: false })
      } catch {
        // A folder that may not be entered for now says nothing of the file.
        return null
      }
      const before = seen.get(file)
      const is = found && `${found.dev}:${found.ino}`
      if (before === undefined) {
        if (is !== undefined) seen.set(file, is)
      } else if (is !== before) {
        const became = is === undefined ? 'was deleted' : 'was replaced by another file'
        return `${what} ${file} ${became} while Minwal had it open`
      }
    }
    return null
  }
  look()
  return () => {
    const said = look()
    strange = said === null ? 0 : strange + 1
    return strange >= LOOKS ? said : null
  }
}
