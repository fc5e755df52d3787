// The command that says what is wrong with a database and its surroundings, and mends what can be mended.
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { CHECKS, diagnose } from '../decide/diagnose/diagnose.ts'
import { counted } from '../language/say.ts'
import { said } from '../log.ts'
import type { Config } from '../model/config.ts'
import type { ConfigFacts, DoctorFacts, Finding, Mend, StoreFacts } from '../model/inspected.ts'
import { backupsIn } from '../run/backups.ts'
import { isLoopback, linkFault } from '../run/faults.ts'
import { storeFault } from '../store/fault.ts'
import { diskOf, filesOf, inspectStore, usersOf } from '../store/inspect.ts'
import { mendCounts, mendFullText, mendJournal, mendPermissions } from '../store/mend.ts'
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
  const mended = options.fix ? mend(facts, findings) : []
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
      versions: { minwal: version, node: process.versions.node, sqlite: store?.sqlite ?? null },
      database: { path: facts.path, schema: store?.schema ?? null, bytes: store?.bytes ?? null, users: facts.users },
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

function heading({ path, users }: DoctorFacts, store: StoreFacts | null): string {
  const used = users === null ? '' : users.length === 0 ? ', open in no other process' : `, open in ${users.join('; ')}`
  const file = store === null ? '' : `: schema ${store.schema}, ${Math.ceil(store.bytes / 1e6)} MB${used}`
  const sqlite = store === null ? '' : `, SQLite ${store.sqlite}`
  return `minwal ${version}, Node ${process.versions.node}${sqlite}\n${path}${file}`
}

// ── facts ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function gather(config: Config): DoctorFacts {
  const path = config.database
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

function inspected(path: string, users: readonly string[] | null): DoctorFacts['store'] {
  const tell = (what: string): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${what} …`)
  }
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

/** What others may be writing meanwhile is left alone: all but permissions wants the file for itself. */
function mend(facts: DoctorFacts, findings: readonly Finding[]): Mended[] {
  const wanted = new Set(findings.flatMap(({ mend: how }) => how ?? []))
  return [...wanted].flatMap((how): Mended[] => {
    if (how !== 'permissions' && facts.users?.length !== 0) {
      const who =
        facts.users === null ? 'who has the file open is not known here' : `${facts.users.join('; ')} has the file open`
      return [{ mend: how, done: false, what: `${how}: ${who}: stop it first` }]
    }
    try {
      return [{ mend: how, done: true, what: MENDERS[how](facts, findings) }]
    } catch (error) {
      const reason = storeFault(facts.path, error)
      if (reason === null) throw error
      return [{ mend: how, done: false, what: `${how}: ${reason}` }]
    }
  })
}

const MENDERS: Readonly<Record<Mend, (facts: DoctorFacts, findings: readonly Finding[]) => string>> = {
  counts: facts => {
    const n = mendCounts(facts.path, storeOf(facts)?.broken ?? [])
    return `${counted(n, 'agency, feed, story or thread was', 'agencies, feeds, stories and threads were')} counted anew`
  },
  'full text': ({ path }) => {
    mendFullText(path)
    return 'the full text was made anew from the reports'
  },
  permissions: ({ files }, findings) => {
    const paths = findings.filter(({ mend: how }) => how === 'permissions').map(({ subject }) => subject)
    for (const file of files) if (paths.includes(file.path)) mendPermissions(file)
    return `permissions of ${paths.join(', ')} were taken back`
  },
  journal: ({ path }) => {
    if (!mendJournal(path))
      return 'the journal was taken into the database; a program that reads keeps it from being cut back'
    return 'the journal was taken into the database and cut back'
  },
}
