// Backups that the daemon makes by itself: when one is due, into which file, and which old ones go. A child process makes them.
import { type ChildProcess, fork } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Log } from '../log.ts'
import { said } from '../log.ts'
import type { BackupSettings, Config } from '../model/config.ts'
import type { Millis } from '../model/units.ts'
import { identityOfFile, PART } from '../store/backup.ts'
import type { BackupAnswer, BackupRequest } from './backup-child.ts'

/** How often it is looked whether one is due. */
const LOOK: Millis = 5_000
/** Time from a failure to the next try, where backups are not more frequent than that. */
const RETRY: Millis = 15 * 60_000
/** Others who use the machine may read the folder as they may the database. */
const FOLDER_MODE = 0o750

export interface BackupState {
  /** When the newest was made; null without any. */
  last: Millis | null
  /** Why the last try failed; null where it did not. */
  fault: string | null
}

export interface BackupsOptions {
  /** The configuration in force. */
  config: () => Config
  now: () => Millis
  log: Log
}

const MODULE = new URL(`./backup-child${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

export class Backups {
  readonly #options: BackupsOptions
  #timer: NodeJS.Timeout | null = null
  #child: ChildProcess | null = null
  #making: Promise<void> = Promise.resolve()
  #busy = false
  #fault: string | null = null
  /** When the last try failed, and in which folder. */
  #failed: { at: Millis; to: string } | null = null
  #last: Millis | null = null
  /** The folder that `#last` was read from: its files are not opened at each look. */
  #seenIn: string | null = null

  constructor(options: BackupsOptions) {
    this.#options = options
  }

  /** Look from now on. Returns what ends it: a backup under way is given up. */
  start(): () => Promise<void> {
    this.#timer = setInterval(() => this.look(), LOOK).unref()
    this.look()
    return async () => {
      if (this.#timer !== null) clearInterval(this.#timer)
      this.#child?.kill('SIGTERM')
      await this.#making
    }
  }

  /** Null where the configuration asks for none. */
  get state(): BackupState | null {
    const { backup } = this.#options.config()
    return backup?.to == null ? null : { last: this.#last, fault: this.#fault }
  }

  /** Make one if it is due. */
  look(): void {
    const { config, log } = this.#options
    const { backup, database, databaseMode } = config()
    if (this.#busy || backup?.to == null) return
    const settings = { ...backup, to: backup.to }
    const now = this.#options.now()
    if (this.#failed?.to === settings.to && Math.abs(now - this.#failed.at) < Math.min(RETRY, settings.every)) return
    this.#busy = true
    this.#making = this.#make(database, settings, now, databaseMode ?? null)
      .then(
        () => {
          this.#fault = null
          this.#failed = null
        },
        (error: unknown) => {
          this.#fault = said(error)
          this.#failed = { at: now, to: settings.to }
          log.warn('no backup was made', { reason: this.#fault, to: settings.to })
        },
      )
      .finally(() => {
        this.#busy = false
      })
  }

  async #make(
    database: string,
    settings: BackupSettings & { to: string },
    now: Millis,
    mode: number | null,
  ): Promise<void> {
    const { to, every, keep } = settings
    if (this.#seenIn === to && this.#last !== null && now >= this.#last && now - this.#last < every) return
    mkdirSync(to, { recursive: true, mode: FOLDER_MODE })
    const own = backupsIn(to, database)
    // One that a clock ahead of its time has dated says nothing of when the last was made.
    this.#last = own.reduce<Millis | null>((last, { at }) => (at <= now ? Math.max(last ?? at, at) : last), null)
    this.#seenIn = to
    if (this.#last !== null && now - this.#last < every) return
    removeUnfinished(to, database)
    const file = join(to, nameAt(database, now))
    const began = performance.now()
    const made = await this.#run(file, database, mode)
    this.#last = now
    const gone = backupsIn(to, database).slice(keep)
    for (const { file: old } of gone) rmSync(join(to, old), { force: true })
    this.#options.log.info('backup made', {
      file,
      megabytes: Math.ceil(made.bytes / 1e6),
      seconds: Math.round((performance.now() - began) / 100) / 10,
      ...(gone.length > 0 && { removed: gone.length }),
    })
  }

  /** Have one made by a process of its own. Rejects with the reason where it is not. */
  #run(to: string, path: string, mode: number | null): Promise<{ bytes: number }> {
    const child = fork(MODULE, { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'], serialization: 'json' })
    this.#child = child
    const request: BackupRequest = { path, to, ...(mode !== null && { mode }) }
    child.send(request, () => {
      // That it has ended is told below.
    })
    return new Promise((resolve, reject) => {
      let answer: BackupAnswer | null = null
      child.on('message', (message: BackupAnswer) => {
        answer = message
      })
      child.once('error', reject)
      child.once('close', (code, signal) => {
        this.#child = null
        if (answer === null) reject(new Error(`the process that makes it ended (${signal ?? code})`))
        else if (answer.ok) resolve(answer.value)
        else reject(new Error(answer.reason))
      })
    })
  }
}

const stemOf = (database: string): string => basename(database).replace(/\.(?:db|sqlite3?)$/, '')

/** `minwal-20261129T082100Z.db`, by the moment in UTC. */
export function nameAt(database: string, at: Millis): string {
  return `${stemOf(database)}-${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z.db`
}

/** The moment of a name; null of a name of another form. */
function momentOf(name: string, database: string): Millis | null {
  const stem = stemOf(database)
  if (!name.startsWith(`${stem}-`)) return null
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.db$/.exec(name.slice(stem.length + 1))
  if (found === null) return null
  const [, year, month, day, hour, minute, second] = found
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(at) ? null : at
}

/** Backups of this database in a folder, the newest first: by their names, and by what is in them. */
export function backupsIn(folder: string, database: string): { file: string; at: Millis }[] {
  const identity = identityOfFile(database)
  return readdirSync(folder)
    .flatMap(file => {
      const at = momentOf(file, database)
      return at === null ? [] : [{ file, at }]
    })
    .filter(({ file }) => identity !== null && identityOfFile(join(folder, file)) === identity)
    .sort((a, b) => b.at - a.at)
}

/** What a process that was killed left behind. */
function removeUnfinished(folder: string, database: string): void {
  for (const file of readdirSync(folder)) {
    const [name = ''] = file.split(PART)
    if (name !== file && momentOf(name, database) !== null) rmSync(join(folder, file), { force: true })
  }
}
