// `minwal sql` as a user meets it: the real command, on files of the real daemon and of older versions.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fitted } from '../../src/cli/table.ts'
import { openQueries } from '../../src/store/query.ts'
import { type Ended, minwal } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { daemon } from '../helpers/daemon.ts'
import { eventually } from '../helpers/eventually.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'

const where = mkdtempSync(join(tmpdir(), 'minwal-'))
const { config, database } = configure(where, agenciesOf(['http://127.0.0.1:8199/meridian']))

beforeAll(() => {
  writeFileSync(database, gunzipSync(readFileSync(new URL('../fixtures/db/v9.sqlite.gz', import.meta.url))))
})
afterAll(() => rmSync(where, { recursive: true, force: true }))

const sql = (args: readonly string[], input?: string): Promise<Ended> =>
  minwal(['sql', ...args, '--config', config], input === undefined ? {} : { input })

async function answer(...args: string[]): Promise<string> {
  const ended = await sql(args)
  expect(ended.code, ended.stderr).toBe(0)
  return ended.stdout
}

describe('minwal sql', () => {
  it('prints a table, CSV, JSON or an object a line; null, empty text and large numbers stay apart', async () => {
    const query = `select 9007199254740993 as big, null as none, '' as empty, 'a "b", c' as quoted, x'00ff' as bytes, 1.5 as x, 2 as x`
    const [table, csv, json, lines] = await Promise.all([
      answer(query),
      answer('--csv', query),
      answer('--json', query),
      answer('--jsonl', query),
    ])
    const [head, rule, row] = table.split('\n')
    expect(head).toMatch(/^ +big +none +empty +quoted +bytes +x +x$/)
    expect(rule).toMatch(/^[─ ]+$/)
    expect(row).toMatch(/^9007199254740993 +null +a "b", c +x'00ff' +1.5 +2$/)
    expect(csv).toBe(`big,none,empty,quoted,bytes,x,x\n9007199254740993,,"","a ""b"", c",x'00ff',1.5,2\n`)
    const object =
      '{"big":9007199254740993,"none":null,"empty":"","quoted":"a \\"b\\", c","bytes":"00ff","x":1.5,"x:1":2}'
    expect(json).toBe(`[${object}]\n`)
    expect(lines).toBe(`${object}\n`)
  })

  it('takes parameters as numbers, text and null, and the query from standard input', async () => {
    const query = 'select typeof(:a) a, typeof(@b) b, typeof($c) c, typeof(:d) d, typeof(:e) e, :f as f\n-- :not one\n'
    const given = ['a=1', ':b=1.5', 'c=null', "d='1'", 'e=1a', 'f=مرحبا'].flatMap(one => ['--param', one])
    const ended = await sql(['--json', ...given], query)
    expect(JSON.parse(ended.stdout)).toEqual([{ a: 'integer', b: 'real', c: 'null', d: 'text', e: 'text', f: 'مرحبا' }])
  })

  it('says where a query is wrong, and ends with 1; a command that is wrong ends with 2', async () => {
    const [syntax, column, missing, several, none] = await Promise.all([
      sql(["select title\nfrom report\nwher id = 'wher'"]),
      sql(['select nope from report']),
      sql(['select :a']),
      sql(['select 1; select 2']),
      sql([], ' \n'),
    ])
    expect(syntax).toMatchObject({ code: 1, stdout: '' })
    expect(syntax.stderr).toBe('minwal: near "id": syntax error (line 3, column 6)\n  wher id = \'wher\'\n       ^\n')
    expect(column.stderr).toContain('no such column: nope (line 1, column 8)')
    expect(missing).toMatchObject({ code: 2, stderr: 'minwal: give :a by --param a=VALUE\n' })
    expect(several).toMatchObject({ code: 2 })
    expect(none).toMatchObject({ code: 2, stderr: 'minwal: there is no query\n' })
  })

  it('lists the views, and what their columns mean', async () => {
    expect(await answer('.tables')).toMatch(/^figure +Numbers that later reports change/m)
    expect(await answer('.schema', 'story')).toMatch(/^sources +INTEGER +Agencies that tell it independently/m)
    const whole = JSON.parse(await answer('--json', '.schema')) as { view: string; column: string; meaning: string }[]
    expect(whole.filter(({ meaning }) => !meaning)).toEqual([])
    expect(new Set(whole.map(({ view }) => view)).size).toBeGreaterThan(12)
    expect(await sql(['.schema', 'nothing'])).toMatchObject({ code: 1 })
  })

  it('lists of a file of an older version the views that it has', async () => {
    const old = folder()
    const made = configure(old, agenciesOf(['http://127.0.0.1:8199/meridian']))
    writeFileSync(made.database, gunzipSync(readFileSync(new URL('../fixtures/db/v7.sqlite.gz', import.meta.url))))
    const listed = await minwal(['sql', '--json', '.schema', '--config', made.config])
    expect(listed.code, listed.stderr).toBe(0)
    const views = new Set((JSON.parse(listed.stdout) as { view: string }[]).map(({ view }) => view))
    expect([views.has('story'), views.has('pruned')]).toEqual([true, false])
  })

  it('gives up in time, and leaves nothing running', async () => {
    const endless = 'with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n'
    const ended = await sql(['--timeout', '1s', endless])
    expect(ended).toMatchObject({ code: 1, stderr: 'minwal: the query was not answered within 1s: it was ended\n' })
    expect(await sql(['--timeout=30s', '--csv', 'select 1 as one'])).toMatchObject({ code: 0, stdout: 'one\n1\n' })
    expect(await sql(['--timeout', 'soon', 'select 1'])).toMatchObject({ code: 2 })
  })

  it('reads while the daemon files, and while another program holds the lock', async () => {
    const own = folder()
    const server = await feedServer({
      '/a': rss([{ guid: '1', title: 'Ferry halted', text: 'The ferry was halted.' }]),
    })
    const made = configure(own, agenciesOf([`${server.origin}/a`]))
    const running = await daemon(made.config)
    const count = async (): Promise<string> =>
      (await minwal(['sql', '--csv', 'select count(*) as n from report', '--config', made.config])).stdout
    await eventually('the report is there', async () => (await count()) === 'n\n1\n')
    const holder = new Database(made.database)
    holder.exec('begin immediate')
    expect(await count()).toBe('n\n1\n')
    holder.close()
    expect((await running.stop()).code).toBe(0)
  })
})

describe('a connection for queries of users', () => {
  const asked = (query: string): string => {
    const opened = openQueries(database)
    if (!opened.ok) throw new Error(opened.reason)
    try {
      return String([...opened.value.ask(query).rows].length)
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    } finally {
      opened.value.close()
    }
  }

  it.each([
    `vacuum into 'COPY'`,
    `attach 'COPY' as other`,
    `/* select */ attach ':memory:' as other`,
    'pragma journal_mode = delete',
    'pragma main.wal_checkpoint',
    'pragma query_only = off',
    'pragma user_version(9)',
    'explain pragma journal_mode = delete',
    'EXPLAIN PRAGMA journal_mode(delete)',
    'create temp table t (a)',
    'begin immediate',
    'delete from x_reports',
    `with x as (select 1) insert into x_meta values ('a', 'b')`,
    `insert into x_meta values ('a', 'b') returning key`,
    `; ; update x_meta set value = 'x'`,
    `select 1; delete from x_reports`,
    `insert into x_search (x_search) values ('rebuild')`,
    `select load_extension('COPY')`,
    'reindex',
  ])('refuses %s, and changes nothing', statement => {
    const copy = join(where, 'copy.db')
    const before = readFileSync(database)
    expect(asked(statement.replace('COPY', copy))).toMatch(/refused|only queries|more than one|not authorized|readonly/)
    expect(existsSync(copy)).toBe(false)
    expect(readFileSync(database).equals(before)).toBe(true)
  })

  it.each([
    'select * from report',
    '-- a remark\n select 1',
    'values (1)',
    'with x as (select 1) select * from x;',
    'explain query plan select * from report',
    'pragma table_info(report)',
    'pragma user_version',
    'pragma integrity_check',
    `select ';delete from x_reports' as text -- ; delete`,
  ])('answers %s', query => {
    expect(asked(query)).toMatch(/^[1-9]\d*$/)
  })

  it('refuses what is no database of Minwal, and says where there is none', async () => {
    const other = join(where, 'other.db')
    new Database(other).exec('create table recipes (name text)').close()
    expect(openQueries(other)).toMatchObject({ ok: false, reason: expect.stringContaining('another program') })
    expect(openQueries(join(where, 'none.db'))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('there is no'),
    })
    writeFileSync(join(where, 'text.db'), 'no database at all'.repeat(100))
    expect(openQueries(join(where, 'text.db')).ok).toBe(false)
  })
})

describe('a table at a terminal', () => {
  const rows = [
    ['1', 'مجلس الأمن يعقد جلسة طارئة لبحث الأزمة', 'https://agency.example/a/rather/long/address'],
    ['23', 'Ferry halted', 'null'],
  ]

  it('fits its width by cutting the widest columns, keeps numbers at the right, and isolates Arabic cells', () => {
    const lines = fitted(['id', 'title', 'url'], rows, 60).split('\n')
    for (const line of lines) expect([...line.replace(/[\u2068\u2069]/g, '')].length).toBeLessThanOrEqual(60)
    expect(lines[2]).toMatch(/^ 1 {2}\u2068[\u0600-\u06ff ]+…?\u2069 +https:/)
    expect(lines[3]).toMatch(/^23 {2}Ferry halted +null$/)
  })

  it('is not cut where no terminal is, and is one column a line where the columns have no room', () => {
    expect(fitted(['id', 'title', 'url'], rows, null)).toContain(rows[0]?.[2])
    expect(fitted(['id', 'title', 'url'], rows, null)).not.toMatch(/[\u2068\u2069]/)
    expect(fitted(['id', 'title', 'url'], rows, 20).split('\n')).toContain('title  Ferry halted')
  })
})
