// Says which programs have a database open, and which holds its lock, where the kernel tells (Linux).
import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'

/** Byte of the journal's index that a writer locks (SQLite, "WAL-index locks"). */
const WRITE_LOCK = 120

/**
 * Other processes that have a database open, `sqlite3, process 4711` each: in WAL mode each keeps a lock on the file for as long.
 * Null where the system does not tell.
 */
export function usersOf(path: string): string[] | null {
  try {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found === undefined) return []
    const pids = new Set<string>()
    for (const line of readFileSync('/proc/locks', 'utf8').split('\n')) {
      const [, kind, , , pid = '', place = ''] = line.trim().split(/\s+/)
      if (kind !== 'POSIX' || place.split(':')[2] !== String(found.ino) || Number(pid) === process.pid) continue
      pids.add(pid)
    }
    return [...pids].map(nameOf)
  } catch {
    return null
  }
}

/** The name of a main thread is not always the program's; its arguments are nobody's business. */
export function nameOf(pid: string): string {
  let program = ''
  try {
    program = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0', 1)[0] ?? ''
  } catch {
    // Of another user, or in another container.
  }
  const name = basename(program).replace(/[^\x20-\x7e]/g, '')
  return `${name === '' ? '' : `${name}, `}process ${pid}`
}

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
      return nameOf(pid ?? '')
    }
  } catch {
    // Not Linux, or not ours to see.
  }
  return null
}
