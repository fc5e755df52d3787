// Seals what may not be read yet. The database may be readable by everybody on the machine, so entries under embargo stand in
// it enciphered (AES-256-GCM); the key lies beside it in a file that only its owner may read.
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

export interface Seal {
  /** Throws, naming the file, where the key cannot be read or made. */
  close(plain: string): string
  /** The same for the same text; says nothing of it to whoever has no key. */
  mark(plain: string): string
  /** Null where it was sealed with another key, or is damaged. */
  open(sealed: string): string | null
}

/** Name under which something is found again by who knows it, and by nobody else. */
export function nameOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 40)
}

/** The file with the key of a database. */
export function keyPath(database: string): string {
  return `${database}.key`
}

/** The seal of a database file. Its key is read or made when it is first needed; of a database in memory it is kept in memory. */
export function sealOf(database: string): Seal {
  return sealWith(() => (database === ':memory:' ? newKey() : readOrMake(keyPath(database))))
}

export const newKey = (): Buffer => randomBytes(KEY_BYTES)

/** A seal whose key is asked for once, when it is first needed. */
export function sealWith(keyOf: () => Buffer): Seal {
  let known: Buffer | null = null
  const key = (): Buffer => {
    known ??= keyOf()
    return known
  }
  return {
    close: plain => {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key(), nonce)
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64')
    },
    mark: plain => createHmac('sha256', key()).update(plain).digest('base64'),
    open: sealed => {
      const bytes = Buffer.from(sealed, 'base64')
      if (bytes.length < NONCE_BYTES + TAG_BYTES) return null
      const decipher = createDecipheriv('aes-256-gcm', key(), bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
      try {
        return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString()
      } catch {
        return null
      }
    },
  }
}

/** The key of a database file; null where none was needed yet. */
export function readKey(database: string): Buffer | null {
  const path = keyPath(database)
  const key = existsSync(path) ? readFileSync(path) : null
  return key?.length === KEY_BYTES ? key : null
}

/** Give a database file the key of another one. False where it has one that is not the same. */
export function carryKey(database: string, key: Uint8Array): boolean {
  const path = keyPath(database)
  if (existsSync(path)) return readFileSync(path).equals(key)
  writeFileSync(path, key, { mode: 0o600, flag: 'wx', flush: true })
  return true
}

function readOrMake(path: string): Buffer {
  const there = existsSync(path) ? readFileSync(path) : null
  if (there?.length === KEY_BYTES) return there
  // Whole or not at all, and of two processes that make it at once both read the first one's.
  const made = `${path}.${process.pid}`
  writeFileSync(made, randomBytes(KEY_BYTES), { mode: 0o600, flush: true })
  try {
    if (there === null) linkSync(made, path)
    // Another program's file, or a damaged one: nothing sealed with it can be opened.
    else renameSync(made, path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    // Some file systems have no links.
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS') renameSync(made, path)
    else if (code !== 'EEXIST') throw error
  } finally {
    rmSync(made, { force: true })
  }
  return readFileSync(path)
}
