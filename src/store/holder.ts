// Says which program holds the lock of a database, where the kernel tells (Linux). Names a program to look for; never decides.
import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'

/** Byte of the journal's index that a writer locks (SQLite, "WAL-index locks"). */
const WRITE_LOCK = 120

/** `sqlite3, process 4711`; null where it is not known. */
export function holderOf(path: string): string | null {
  try {
    const inodes = new Set(
      [`${path}-shm`, path].flatMap(file => {
        const found = statSync(file, { throwIfNoEntry: false })
        return found ? [String(found.ino)] : []
      }),
    )
    for (const line of readFileSync('/proc/locks', 'utf8').split('\n')) {
      // 3: POSIX  ADVISORY  WRITE 4711 08:01:1234 120 120
      const [, kind, , access, pid, place = '', from] = line.trim().split(/\s+/)
      const [, , inode = ''] = place.split(':')
      if (kind !== 'POSIX' || access !== 'WRITE' || !inodes.has(inode) || Number(pid) === process.pid) continue
      // Beyond it lie the marks of readers; the file itself is locked from its second gigabyte on.
      if (Number(from) !== WRITE_LOCK && Number(from) < 0x40000000) continue
      // The name of its main thread is not always the program's; its arguments are nobody's business.
      const [program = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0', 1)
      const name = basename(program).replace(/[^\x20-\x7e]/g, '')
      return `${name === '' ? '' : `${name}, `}process ${pid}`
    }
  } catch {
    // Not Linux, or not ours to see.
  }
  return null
}
