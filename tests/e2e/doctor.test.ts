// `minwal doctor` over a real file that something was done to, and beside a real daemon.
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../src/model/inspected.ts'
import { audit, count } from '../helpers/audit.ts'
import { minwal } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { daemon } from '../helpers/daemon.ts'
import { eventually } from '../helpers/eventually.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { prose, random } from '../helpers/random.ts'

interface Told {
  ok: boolean
  database: { schema: number; users: string[] | null }
  mended: { mend: string; done: boolean; what: string }[]
  findings: Finding[]
  code: number | null
}

/** A database with news of two agencies, filed by the real command. */
async function filed(changes: Record<string, unknown> = {}) {
  const next = random(3)
  const items = Array.from({ length: 12 }, (_, at) => ({
    guid: String(at),
    title: prose(next, 7),
    text: prose(next, 50),
  }))
  const server = await feedServer({ '/a': rss(items), '/b': rss(items.slice(0, 6)) })
  const made = configure(folder(), agenciesOf([`${server.origin}/a`, `${server.origin}/b`]), {
    link: 'https://wires.example',
    ...changes,
  })
  const polled = await minwal(['poll', '--config', made.config])
  expect(polled.code, polled.stderr).toBe(0)
  const doctor = async (...args: string[]): Promise<Told> => {
    const ended = await minwal(['doctor', '--json', ...args, '--config', made.config])
    expect(ended.stdout, ended.stderr).not.toBe('')
    return { ...(JSON.parse(ended.stdout) as Told), code: ended.code }
  }
  const change = (script: string): void => {
    const db = new Database(made.database)
    db.exec(script)
    db.close()
  }
  return { ...made, doctor, change }
}

const wrong = ({ findings }: Told): string[] =>
  findings.filter(({ level }) => level === 'wrong').map(({ check }) => check)

describe('minwal doctor', () => {
  it('finds nothing wrong with a sound database, changes nothing in it, and ends with 0', async () => {
    const { config, database, doctor } = await filed()
    const before = readFileSync(database)
    const told = await doctor()
    expect(wrong(told)).toEqual([])
    expect(told).toMatchObject({ ok: true, code: 0, database: { users: [] }, mended: [] })
    const text = await minwal(['doctor', '--config', config])
    expect(text.stdout).toContain(`${database}: schema `)
    expect(text.stdout).toContain('smell  the daemon makes no backups')
    expect(text.stderr).toMatch(/^0 wrong, \d+ to look at\n$/)
    expect(readFileSync(database).equals(before)).toBe(true)
  })

  it('finds counts that do not hold, and --fix counts them anew', async () => {
    const { database, doctor, change } = await filed()
    change(`update x_feeds set reports = reports + 3 where id = 1;
      update x_agencies set reports = 0 where id = 'agency-1';
      update x_stories set reports = 9, time = time + 5 where id = 2;
      update x_stories set lead = (select max(id) from x_reports where story <> 3) where id = 3;
      update x_threads set stories = 7, first = 0 where id = 1;
      update x_threads set lead = (select id from x_stories where thread <> 2 limit 1) where id = 2;
      delete from x_thread_agencies where thread = 3`)
    const told = await doctor()
    expect(told.code).toBe(1)
    expect(told.findings.filter(({ mend }) => mend === 'counts')).toHaveLength(7)
    expect(told.findings.map(({ subject }) => subject)).toEqual(
      expect.arrayContaining(['feeds 1', 'agencies agency-1', 'stories 3']),
    )
    expect(audit(database)).not.toEqual([])
    const fixed = await doctor('--fix')
    expect(fixed).toMatchObject({ ok: true, code: 0, mended: [{ mend: 'counts', done: true }] })
    expect(audit(database)).toEqual([])
    expect((await doctor('--fix')).mended).toEqual([])
  })

  it('finds a full text that misses reports or says otherwise, and --fix makes it anew', async () => {
    const { database, doctor, change } = await filed()
    change(`insert into x_search (x_search, rowid, title, text, folded)
      select 'delete', id, title, text, folded from x_search_text where id = 1`)
    const told = await doctor()
    expect(wrong(told)).toEqual(['full text'])
    expect(told.findings[0]?.what).toContain('1 report is missing in it')
    expect((await doctor('--fix')).ok).toBe(true)
    change(`drop trigger reports_search_changing; drop trigger reports_search_changed;
      update x_reports set title = 'Another headline' where id = 2`)
    expect((await doctor()).findings[0]?.what).toContain('it does not say what the reports say')
    expect((await doctor('--fix')).ok).toBe(true)
    expect(audit(database)).toEqual([])
    expect(count(database, `select count(*) from search where search match '"another headline"'`)).toBe(1)
  })

  it('finds permissions that give others too much, and --fix takes them back', async () => {
    const { database, doctor } = await filed()
    writeFileSync(`${database}.key`, new Uint8Array(32))
    chmodSync(`${database}.key`, 0o644)
    chmodSync(database, 0o666)
    chmodSync(dirname(database), 0o777)
    expect(wrong(await doctor())).toEqual(['permissions', 'permissions', 'permissions'])
    const fixed = await doctor('--fix')
    // Whose the folder is is not known here.
    expect(fixed.findings.filter(({ level }) => level === 'wrong').map(({ subject }) => subject)).toEqual([
      dirname(database),
    ])
    expect([statSync(database).mode & 0o777, statSync(`${database}.key`).mode & 0o777]).toEqual([0o644, 0o600])
  })

  it('finds damage, and what refers to nothing; neither is mended by a machine', async () => {
    const { database, doctor, change } = await filed()
    change(`pragma foreign_keys = off; insert into x_credits (report, name, place) values (999, 'Nobody', 'closing')`)
    expect((await doctor()).findings[0]).toMatchObject({ check: 'integrity', subject: 'x_credits', mend: null })
    const db = new Database(database, { readonly: true })
    const page = Number(db.prepare(`select rootpage from sqlite_schema where name = 'reports_agency'`).pluck().get())
    const size = Number(db.pragma('page_size', { simple: true }))
    db.close()
    const bytes = readFileSync(database)
    bytes.fill(0x5a, (page - 1) * size, page * size)
    writeFileSync(database, bytes)
    const told = await doctor('--fix')
    expect(told).toMatchObject({ ok: false, code: 1, mended: [] })
    expect(told.findings[0]?.todo).toContain('restore a backup')
    expect(readFileSync(database).equals(bytes)).toBe(true)
  })

  it('finds a journal that a killed daemon left, and --fix takes it into the database', async () => {
    const { config, database, doctor } = await filed({
      poll: { tick: '* * * * * *', minInterval: '1s', maxInterval: '1s' },
    })
    const running = await daemon(config)
    await eventually(
      'a journal is there',
      () => (statSync(`${database}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0,
      20_000,
    )
    running.signal('SIGKILL')
    await running.ended
    const told = await doctor()
    expect(told.findings.map(({ check }) => check)).toContain('journal')
    expect((await doctor()).findings.map(({ check }) => check)).toContain('journal')
    expect((await doctor('--fix')).mended).toEqual([{ mend: 'journal', done: true, what: expect.any(String) }])
    expect(statSync(`${database}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0)
    expect(audit(database)).toEqual([])
  })

  it('beside a daemon says who has the file open, and mends no more than permissions', async () => {
    const { config, database, doctor, change } = await filed()
    change('update x_feeds set reports = reports + 3 where id = 1')
    chmodSync(database, 0o662)
    const running = await daemon(config)
    const told = await doctor('--fix')
    expect(told.database.users).toEqual([expect.stringMatching(new RegExp(`process ${running.pid}$`))])
    expect(told.mended.map(({ mend, done }) => ({ mend, done }))).toEqual(
      expect.arrayContaining([
        { mend: 'counts', done: false },
        { mend: 'permissions', done: true },
      ]),
    )
    expect(told.mended.find(({ mend }) => mend === 'counts')?.what).toContain('stop it first')
    expect(told.code).toBe(1)
    expect((await running.stop()).code).toBe(0)
    expect((await doctor('--fix')).code).toBe(0)
  })

  it('looks at the configuration, too', async () => {
    const { doctor } = await filed({ listen: '0.0.0.0:0', poll: { hostDelay: '0s' } })
    const subjects = (await doctor()).findings
      .filter(({ check }) => check === 'configuration')
      .map(({ subject }) => subject)
    expect(subjects).toEqual(['poll.hostDelay', 'poll.allowPrivate', 'retain'])
    const { config } = configure(folder(), agenciesOf(['http://127.0.0.1:9/none']))
    const none = await minwal(['doctor', '--config', config])
    expect(none).toMatchObject({ code: 0 })
    expect(none.stdout).toContain('smell  there is no database yet')
    expect(none.stdout).toContain('servers that are polled are not told where you can be reached')
  })
})
