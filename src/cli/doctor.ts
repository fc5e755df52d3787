// The command that says what is wrong with a database and its surroundings, and mends what can be mended.
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { CHECKS, diagnose } from '../decide/diagnose/diagnose.ts'
import { counted } from '../language/say.ts'
import { said } from '../log.ts'
import type { Config } from '../model/config.ts'
import { isPostgres, shownDatabase } from '../model/database.ts'
import type { ConfigFacts, DoctorFacts, Finding, Mend, StoreFacts } from '../model/inspected.ts'
import { backupsIn } from '../run/backups.ts'
import { isLoopback, linkFault } from '../run/faults.ts'
import { storeFault } from '../store/fault.ts'
import { diskOf, filesOf, inspectStore, usersOf } from '../store/inspect.ts'
import { mendCounts, mendFullText, mendJournal, mendPermissions } from '../store/mend.ts'
import { inspectDatabase } from '../store/postgres/inspect.ts'
import { mendCountsIn, mendFullTextIn } from '../store/postgres/mend.ts'
import { type Common, configuredToRead, json, out, say, version } from './shared.ts'

/** Asked more often than this because the configuration says so. */
const HASTE = 5 * 60_000

/** What came of mending. */
interface Mended {
  mend: Mend
  done: boolean
  /** In a sentence without a full stop. */
  what: string
}

export async function doctor(options: Common & { fix?: boolean }): Promise<void> {
  const config = configuredToRead(options)
  let facts = gather(config)
  let findings = diagnose(facts)
  const mended = options.fix ? mend(config.database, facts, findings) : []
  if (mended.some(({ done }) => done)) {
    facts = gather(config)
    findings = diagnose(facts)
  }
  const wrong = findings.filter(({ level }) => level === 'wrong').length
  if (wrong > 0) process.exitCode = 1
  const store = storeOf(facts)
  if (options.json) {
    json({
      ok: wrong === 0,
      versions: {
        minwal: version,
        node: process.versions.node,
        sqlite: store?.sqlite ?? null,
        postgres: facts.server?.version ?? null,
      },
      database: { path: facts.path, schema: store?.schema ?? null, bytes: store?.bytes ?? null, users: facts.users },
      server: facts.server ?? null,
      checks: Object.keys(CHECKS),
      mended,
      findings,
    })
    return
  }
  out(heading(facts, store))
  for (const { done, what } of mended) out(`\n${done ? 'mended' : 'not mended'}  ${what}`)
  for (const { level, what, subject, todo } of findings) {
    out(`\n${level}  ${what}\n${' '.repeat(level.length + 2)}${subject}\n${' '.repeat(level.length + 2)}→ ${todo}`)
  }
  const smells = findings.length - wrong
  say(findings.length === 0 ? 'all is well' : `${wrong} wrong, ${smells} to look at`)
}

const storeOf = ({ store }: DoctorFacts): StoreFacts | null => (store !== null && 'schema' in store ? store : null)

function heading({ path, users, server, engine }: DoctorFacts, store: StoreFacts | null): string {
  const nobody = engine === 'server' ? ', with no other connection of Minwal' : ', open in no other process'
  const others = engine === 'server' ? ', with' : ', open in'
  const used = users === null ? '' : users.length === 0 ? nobody : `${others} ${users.join('; ')}`
  const file = store === null ? '' : `: schema ${store.schema}, ${Math.ceil(store.bytes / 1e6)} MB${used}`
  const sqlite = store === null || store.sqlite === null ? '' : `, SQLite ${store.sqlite}`
  const postgres = server == null ? '' : `, PostgreSQL ${server.version}`
  return `minwal ${version}, Node ${process.versions.node}${sqlite}${postgres}\n${path}${file}`
}

// ── facts ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function gather(config: Config): DoctorFacts {
  const path = config.database
  if (isPostgres(path)) {
    return {
      ...{ now: Date.now(), path: shownDatabase(path), engine: 'server', files: [], config: configFacts(config) },
      ...inspectDatabase(path, tell),
      disk: { free: Number.POSITIVE_INFINITY, network: null },
    }
  }
  const there = existsSync(path)
  const users = usersOf(path)
  const files = there || existsSync(`${path}-wal`) ? filesOf(path) : []
  return {
    now: Date.now(),
    path,
    files,
    users,
    store: there ? inspected(path, users) : null,
    disk: files.length > 0 ? diskOf(path) : { free: Number.POSITIVE_INFINITY, network: null },
    config: configFacts(config),
  }
}

function tell(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${what} …`)
}

function inspected(path: string, users: readonly string[] | null): DoctorFacts['store'] {
  const found = inspectStore(path, { compareText: users?.length === 0 && mayOpen(path), onStep: tell })
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  return found.ok ? found.value : { unreadable: found.reason }
}

/**
 * Comparing the full text takes the lock for as long as it lasts, for which a daemon would wait, and a connection that may
 * write takes a journal that was left into the file when it is closed: looking changes nothing.
 */
function mayOpen(path: string): boolean {
  if ((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) return false
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
    accessSync(dirname(path), constants.W_OK)
    return true
  } catch {
    return false
  }
}

function configFacts(config: Config): ConfigFacts {
  const { poll, listen, linkIsDefault, backup } = config
  const { retain } = config
  return {
    link: linkFault(config),
    reachable: /https?:\/\/|\S@\S/.test(poll.userAgent.replace(linkIsDefault ? config.link : '', '')),
    hasty: config.agencies.flatMap(({ feeds }) =>
      feeds.flatMap(({ url, every }) => (every !== null && every < HASTE ? [{ url, every }] : [])),
    ),
    hostDelay: poll.hostDelay,
    retains: retain === undefined ? null : retain !== null,
    open: !isLoopback(listen.host),
    allowPrivate: poll.allowPrivate,
    backup: backup?.to == null ? null : { every: backup.every, ...newestBackup(backup.to, config.database) },
  }
}

function newestBackup(to: string, database: string): { newest: number | null; fault: string | null } {
  try {
    return { newest: existsSync(to) ? (backupsIn(to, database)[0]?.at ?? null) : null, fault: null }
  } catch (error) {
    return { newest: null, fault: said(error) }
  }
}

// ── mending ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What others may be writing meanwhile is left alone: all but permissions wants a file for itself. In a server those who write take turns. */
function mend(database: string, facts: DoctorFacts, findings: readonly Finding[]): Mended[] {
  const wanted = new Set(findings.flatMap(({ mend: how }) => how ?? []))
  return [...wanted].flatMap((how): Mended[] => {
    if (how !== 'permissions' && facts.engine !== 'server' && facts.users?.length !== 0) {
      const who =
        facts.users === null ? 'who has the file open is not known here' : `${facts.users.join('; ')} has the file open`
      return [{ mend: how, done: false, what: `${how}: ${who}: stop it first` }]
    }
    try {
      return [{ mend: how, done: true, what: MENDERS[how](database, facts, findings) }]
    } catch (error) {
      const reason = storeFault(database, error)
      if (reason === null) throw error
      return [{ mend: how, done: false, what: `${how}: ${reason}` }]
    }
  })
}

const MENDERS: Readonly<Record<Mend, (database: string, facts: DoctorFacts, findings: readonly Finding[]) => string>> =
  {
    counts: (database, facts) => {
      const broken = storeOf(facts)?.broken ?? []
      const n = isPostgres(database) ? mendCountsIn(database, broken) : mendCounts(database, broken)
      return `${counted(n, 'agency, feed, story or thread was', 'agencies, feeds, stories and threads were')} counted anew`
    },
    'full text': database => {
      if (isPostgres(database)) mendFullTextIn(database)
      else mendFullText(database)
      return 'the full text was made anew from the reports'
    },
    permissions: (_, { files }, findings) => {
      const paths = findings.filter(({ mend: how }) => how === 'permissions').map(({ subject }) => subject)
      for (const file of files) if (paths.includes(file.path)) mendPermissions(file)
      return `permissions of ${paths.join(', ')} were taken back`
    },
    journal: database => {
      if (!mendJournal(database))
        return 'the journal was taken into the database; a program that reads keeps it from being cut back'
      return 'the journal was taken into the database and cut back'
    },
  }
