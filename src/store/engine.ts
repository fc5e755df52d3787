// The one importer of better-sqlite3: the database and its private file are opened through it.
import { chmodSync, closeSync, constants, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

export { default as Database } from 'better-sqlite3'

/** `MNWL`: marks a file as ours in its header (pragma application_id). */
export const APPLICATION_ID = 0x4d4e574c

/** Of a folder that is made for a file: who may not read the database learns nothing of what lies beside it. */
const FOLDER_MODE = 0o750

/**
 * Make an empty file, with its folder, before SQLite does: its journals then take its mode. The umask takes from the mode; a
 * file that is there is left as it is. Without `follow` a link is refused. Throws what the operating system says.
 */
export function makeFile(path: string, mode: number, follow = true): void {
  mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE })
  closeSync(openSync(path, constants.O_RDWR | constants.O_CREAT | (follow ? 0 : constants.O_NOFOLLOW), mode))
}

/** Give the file and the journals that are there exactly this mode. Throws what the operating system says. */
export function setMode(path: string, mode: number): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    const found = statSync(file, { throwIfNoEntry: false })
    if (found !== undefined && (found.mode & 0o777) !== mode) chmodSync(file, mode)
  }
}
