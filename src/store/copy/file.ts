// An SQLite file as what is copied from, or to.
import { existsSync, rmSync } from 'node:fs'
import { claim } from '../claim.ts'
import { Database, makeFile } from '../engine.ts'
import { usersOf } from '../holder.ts'
import { BUSY_TIMEOUT, identityOf, lookFirst, prepareFile } from '../prepare.ts'
import { openPrivateFile, privatePath, readPrivateFile } from '../private.ts'
import { carryKey, readKey } from '../seal.ts'
import type { Sql } from '../sql.ts'
import { statements } from '../statements.ts'
import { quoted } from './rows.ts'
import { insertInto, NOTHING, type Opened, onConflict, type Side, type Target } from './side.ts'
import { META } from './tables.ts'

const MODE = 0o640

function sideOf(db: Database.Database, path: string, secrets: () => Database.Database | null): Side {
  const sql = statements(db)
  let reader: { of: Database.Database; sql: Sql } | null = null
  const secretly = (name: string): Sql => {
    const there = secrets()
    if (there === null) return NOTHING
    // One of an older version has no subscribers.
    if (there.prepare('select 1 from sqlite_schema where name = ?').get(name) === undefined) return NOTHING
    if (reader?.of !== there) reader = { of: there, sql: statements(there) }
    return reader.sql
  }
  return {
    name: path,
    sql,
    of: ({ name, isSecret }) => (isSecret ? secretly(name) : sql),
    key: () => readKey(path),
    lastNumber: ({ name, numbered }) =>
      Number(
        db.prepare('select seq from sqlite_sequence where name = ?').pluck().get(name) ??
          db.prepare(`select coalesce(max("${numbered}"), 0) from ${name}`).pluck().get(),
      ),
    searchable: () => Number(db.prepare('select count(*) from x_search_docsize').pluck().get()),
    users: () => usersOf(path) ?? [],
    close: () => {
      secrets()?.close()
      db.close()
    },
  }
}

/** Open a file for reading: all that is read is of the state it has now. */
export function fileToRead(path: string): Opened<Side> {
  if (!existsSync(path)) return { ok: false, reason: `there is no database at ${path}` }
  const db = new Database(path, { readonly: true, fileMustExist: true })
  try {
    const reason = prepareFile(db, { path, readOnly: true })
    if (reason !== null) {
      db.close()
      return { ok: false, reason }
    }
    db.exec('begin')
    const secrets = readPrivateFile(privatePath(path), identityOf(db), BUSY_TIMEOUT)
    secrets?.exec('begin')
    const side = sideOf(db, path, () => secrets)
    return {
      ok: true,
      value: { ...side, lastNumber: table => (table.isSecret ? lastIn(secrets, table.name) : side.lastNumber(table)) },
    }
  } catch (error) {
    db.close()
    throw error
  }
}

const lastIn = (db: Database.Database | null, table: string): number =>
  db === null ? 0 : Number(statements(db).get(`select coalesce(max(rowid), 0) as n from ${table}`)?.['n'] ?? 0)

/** Open a file for writing, or make it. No daemon and no other copy has it meanwhile. */
export function fileToWrite(path: string): Opened<Target> {
  const claimed = claim(path)
  if (!claimed.ok) return claimed
  try {
    const opened = openTarget(path)
    if (!opened.ok) claimed.value()
    return opened.ok ? { ok: true, value: targetOf(opened.value, path, claimed.value) } : opened
  } catch (error) {
    claimed.value()
    throw error
  }
}

function openTarget(path: string): Opened<Database.Database> {
  const refusal = lookFirst(path)
  if (refusal !== null) return { ok: false, reason: refusal }
  makeFile(path, MODE)
  const db = new Database(path)
  try {
    const reason = prepareFile(db, { path, unfinished: true })
    if (reason === null) return { ok: true, value: db }
    db.close()
    return { ok: false, reason }
  } catch (error) {
    db.close()
    throw error
  }
}

function targetOf(db: Database.Database, path: string, unclaim: () => void): Target {
  let secrets: Database.Database | null = null
  const secretly = (): Database.Database => {
    secrets ??= openPrivateFile(privatePath(path), identityOf(db), BUSY_TIMEOUT)
    return secrets
  }
  const side = sideOf(db, path, () => secrets)
  const write = db.transaction((work: () => void) => work())
  return {
    ...side,
    write: work => void write.immediate(work),
    insert: (table, columns, rows) => {
      const into = `insert into ${table.name} (${quoted(columns)})`
      const sql = table.isSecret ? statements(secretly()) : side.sql
      insertInto(sql, into, columns.length, onConflict(table), rows)
    },
    index: (table, columns, rows) => {
      // Triggers add the words of pages.
      if (table.name !== 'x_reports') return
      const at = columns.indexOf('id')
      const ids = [rows[0]?.[at] ?? 0, rows.at(-1)?.[at] ?? 0]
      side.sql.run(
        `insert into x_search (rowid, title, text, folded)
         select id, title, text, folded from x_search_text where id between ? and ?`,
        ids,
      )
    },
    setKey: key => carryKey(path, key),
    setLastNumber: ({ name, isSecret }, number) => {
      // The others are numbered from the highest that is there.
      const isKept = !isSecret && db.prepare('select sql from sqlite_schema where name = ?').pluck().get(name)
      if (typeof isKept !== 'string' || !/\bautoincrement\b/.test(isKept)) return
      side.sql.run('delete from sqlite_sequence where name = ?', [name])
      side.sql.run('insert into sqlite_sequence (name, seq) values (?, cast(? as integer))', [name, number])
    },
    identified: () => void secretly(),
    empty: () => {
      secrets?.close()
      secrets = null
      rmSync(privatePath(path), { force: true })
      db.unsafeMode(true)
      emptyFile(db)
      db.unsafeMode(false)
    },
    close: () => {
      secrets?.close()
      db.close()
      unclaim()
    },
  }
}

/** Rows of all tables, but for what the file says of itself: see tables.ts. */
function emptyFile(db: Database.Database): void {
  const tables = db
    .prepare(
      `select name from sqlite_schema where type = 'table' and sql not like 'create virtual%' and name not like 'x\\_search%' escape '\\'
         and name not like 'sqlite\\_%' escape '\\' and name <> ?`,
    )
    .pluck()
    .all(META) as string[]
  db.pragma('foreign_keys = off')
  db.transaction(() => {
    db.exec(`insert into x_search (x_search) values ('delete-all')`)
    const triggers = db.prepare(`select name, sql from sqlite_schema where type = 'trigger'`).all() as {
      name: string
      sql: string
    }[]
    for (const { name } of triggers) db.exec(`drop trigger "${name}"`)
    for (const name of tables) db.exec(`delete from "${name}"`)
    for (const { sql } of triggers) db.exec(sql)
    db.exec('delete from sqlite_sequence')
  }).immediate()
  db.pragma('foreign_keys = on')
}
