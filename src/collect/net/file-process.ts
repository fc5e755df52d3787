// Reads files for feeds in a process of its own. A share that does not answer holds whoever asks it for as long as it likes:
// a thread of Node's pool held so could serve nothing else, and Node could not even end. This process can be killed.
import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import process from 'node:process'

export interface FileJob {
  path: string
  /** Bytes that are read at most, and one more to see that there are too many. */
  limit: number
  /** Time of change that is known, as an HTTP-date: the file is not read if it has this one. */
  known: string | null
}

export type FileReply =
  /** `lastModified` is null where another change would not show in it. */
  | { kind: 'body'; body: Uint8Array; lastModified: string | null }
  /** It is larger than the limit, and has `total` bytes: `body` is its first and last half of so many as the limit. */
  | { kind: 'ends'; body: Uint8Array; total: number; lastModified: string | null }
  | { kind: 'unchanged' }
  /** It grew past the limit while it was read. */
  | { kind: 'large' }
  /** It is no file but this. */
  | { kind: 'other'; what: string }
  /** The code of an error of the system. */
  | { kind: 'error'; code: string }

/** HTTP-dates have whole seconds: a file younger than this may change once more within the same one. */
const SETTLED_MS = 2_000

function kindOf(about: Stats): string | null {
  if (about.isFile()) return null
  if (about.isDirectory()) return 'a folder'
  if (about.isFIFO()) return 'a named pipe'
  if (about.isSocket()) return 'a socket'
  return 'a device'
}

function readFile({ path, limit, known }: FileJob): FileReply {
  // Before it is opened: opening a pipe waits for its writer, and opening a device may do anything.
  const before = kindOf(statSync(path))
  if (before !== null) return { kind: 'other', what: before }
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0))
  try {
    const about = fstatSync(file)
    const what = kindOf(about)
    if (what !== null) return { kind: 'other', what }
    const lastModified = about.mtime.toUTCString()
    if (known === lastModified) return { kind: 'unchanged' }
    if (about.size > limit) {
      const body = readEnds(file, about.size, limit)
      return { kind: 'ends', body, total: about.size, lastModified: settledSince(file, about, about.size) }
    }
    // Files of /proc have a size of 0, and a file may grow while it is read.
    let buffer = Buffer.allocUnsafe(about.size + 1)
    let length = 0
    for (;;) {
      if (length === buffer.length) {
        if (length > limit) return { kind: 'large' }
        buffer = Buffer.concat([buffer], Math.min(limit + 1, Math.max(65_536, length * 2)))
      }
      const read = readSync(file, buffer, length, buffer.length - length, null)
      if (read === 0) break
      length += read
    }
    if (length > limit) return { kind: 'large' }
    const body = new Uint8Array(buffer.subarray(0, length))
    return { kind: 'body', body, lastModified: settledSince(file, about, length) }
  } finally {
    closeSync(file)
  }
}

/** The time of change, as an HTTP-date, where the file did not change while it was read and will show it when it does. */
function settledSince(file: number, before: Stats, length: number): string | null {
  const after = fstatSync(file)
  const settled = after.mtimeMs === before.mtimeMs && after.size === length && Date.now() - before.mtimeMs > SETTLED_MS
  return settled ? before.mtime.toUTCString() : null
}

function readEnds(file: number, size: number, limit: number): Uint8Array {
  const at = Math.ceil(limit / 2)
  const body = new Uint8Array(limit)
  const fill = (from: number, to: number, position: number): void => {
    for (let done = 0; done < to - from; ) {
      const read = readSync(file, body, from + done, to - from - done, position + done)
      if (read === 0) return
      done += read
    }
  }
  fill(0, at, 0)
  fill(at, limit, size - (limit - at))
  return body
}

process.on('message', (job: FileJob) => {
  let reply: FileReply
  try {
    reply = readFile(job)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === '') throw error
    reply = { kind: 'error', code }
  }
  process.send?.(reply)
})
process.on('disconnect', () => process.exit(0))
// Ctrl-C reaches every process of a terminal; the one that started this one decides when it ends.
process.on('SIGINT', () => {})
