// Every command on a PostgreSQL database does what it does on a file, or says in a line why not and what to do instead. No password is
// ever told.
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { shownDatabase } from '../../src/model/database.ts'
import type { Finding } from '../../src/model/inspected.ts'
import { openConnection } from '../../src/store/postgres/connection.ts'
import { type Ended, minwal, start } from '../helpers/cli.ts'
import { agenciesOf } from '../helpers/configuration.ts'
import { daemon } from '../helpers/daemon.ts'
import { newSchema } from '../helpers/engine.ts'
import { eventually } from '../helpers/eventually.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { HAS_POSTGRES, startPostgres } from '../helpers/postgres.ts'
import { prose, random } from '../helpers/random.ts'
import { rowsIn } from '../helpers/rows.ts'

const items = (() => {
  const next = random(5)
  return Array.from({ length: 8 }, (_, at) => ({ guid: String(at), title: prose(next, 7), text: prose(next, 60) }))
})()

interface Place {
  where: string
  config: string
  database: string
  given(changes: Record<string, unknown>): string
}

/** A configuration on a new PostgreSQL database. */
async function configured(): Promise<Place> {
  const where = folder()
  const database = newSchema()
  const server = await feedServer({ '/a': rss(items), '/b': rss(items.slice(0, 4)) })
  const agencies = agenciesOf([`${server.origin}/a`, `${server.origin}/b`]).map(agency => ({
    name: agency.id,
    ...agency,
  }))
  const given = (changes: Record<string, unknown>): string => {
    const config = join(where, `config-${Object.keys(changes).join('-')}.json`)
    const poll = { allowPrivate: true, perHost: 8 }
    const link = 'https://wires.example'
    writeFileSync(config, JSON.stringify({ database, link, listen: '127.0.0.1:0', poll, agencies, ...changes }))
    return config
  }
  return { where, config: given({}), database, given }
}

const told = ({ stdout, stderr }: Ended): string => stdout + stderr

function write(database: string, text: string): void {
  const connection = openConnection(database)
  connection.ask({ text, values: [], name: null })
  connection.close()
}

/** `npm run test:postgres`: the suite has ten minutes. */
const WHOLE = process.env['ALL_ENGINES'] !== undefined

describe.skipIf(!HAS_POSTGRES)('on a PostgreSQL database', () => {
  it.skipIf(!WHOLE)('every command works, or says what to do instead, and none tells the password', async () => {
    const { where, config, database, given } = await configured()
    const password = new URL(database).password
    const run = async (...args: string[]): Promise<Ended> => {
      const ended = await minwal([...args, '--config', config])
      expect(told(ended), args.join(' ')).not.toContain(password)
      return ended
    }
    const works = async (...args: string[]): Promise<string> => {
      const ended = await run(...args)
      expect(ended.code, `${args.join(' ')}: ${ended.stderr}`).toBe(0)
      return ended.stdout
    }
    expect((await run('threads')).stderr).toMatch(/there are no tables in postgres:\S+ yet: start it with `minwal run`/)
    expect((await run('sql', 'select 1')).stderr).toMatch(/there are no tables in postgres:/)
    await works('poll')
    await works('check')
    await works('feeds')
    expect(await works('threads')).not.toBe('')
    const [first] = JSON.parse(await works('threads', '--json')) as { id: number }[]
    await works('thread', String(first?.id))
    await works('story', '1')
    await works('explain', '1')
    await works('explain', `thread:${first?.id}`)
    await works('decisions')
    await works('search', items[0]?.title.split(' ')[0] ?? '')
    await works('export')
    await works('publish', join(where, 'site'))
    const other = (JSON.parse(await works('threads', '--json')) as { id: number }[])[1]
    if (other !== undefined) await works('merge', String(first?.id), String(other.id))
    const retaining = given({ retain: { reports: '400d' } })
    const pruned = await minwal(['prune', '--config', retaining])
    expect(pruned.code, pruned.stderr).toBe(0)
    expect(told(pruned)).not.toMatch(/0\.0 MB/)
    const backup = await run('backup', join(where, 'copy.db'))
    expect(backup).toMatchObject({ code: 1, stdout: '' })
    expect(backup.stderr).toMatch(
      /is a PostgreSQL database: use its own backup, `pg_dump --format custom --file '\S+copy\.db' 'postgres:/,
    )
    expect((await run('replay', newSchema())).stderr).toMatch(/a replay is filed into a file/)
    const doctor = await run('doctor', '--json')
    expect(doctor.code, doctor.stderr).toBe(0)
    for (const name of readdirSync(where)) {
      if (name.startsWith('config')) continue
      expect(name).not.toContain(password)
    }
  })

  it("settings that are a file's alone are refused when the configuration is checked, with what to do", async () => {
    const { given, database } = await configured()
    const password = new URL(database).password
    for (const [changes, says] of [
      [{ backup: { to: 'backups' } }, /backup\.to: is for a database that is a file: leave it out, and let `pg_dump`/],
      [{ retain: { size: '1GB' } }, /retain\.size: is for a database that is a file: .*retain\.reports/],
      [{ database: `postgres://me:${password}@[nowhere/x` }, /database: is no address of a database/],
      // What of the password follows the slash would be shown as a path.
      [{ database: `postgres://me:p@ss/${password}@127.0.0.1/x` }, /database: has an "@" behind its host: .*%40/],
      [{ database: `postgres://me:1#${password}@127.0.0.1/x` }, /database: has an "@" behind its host: .*%23/],
    ] as const) {
      const ended = await minwal(['check', '--config', given(changes)])
      expect(ended.code).toBe(2)
      expect(told(ended)).toMatch(says)
      expect(told(ended)).not.toContain(password)
    }
    const wrong = await minwal(['copy', '--from', `postgres://me:1/${password}@127.0.0.1/x`, '--to', 'x.db'])
    expect(wrong.code).toBe(2)
    expect(told(wrong)).toMatch(/postgres:\/\/… has an "@" behind its host/)
    expect(told(wrong)).not.toContain(password)
    const ended = await minwal(['check', '--config', given({})], { env: { MINWAL_DATABASE_MODE: '0644' } })
    expect(ended.stderr).toMatch(/MINWAL_DATABASE_MODE is for a database that is a file/)
  })

  it('the daemon tells no password: not in its log, health, metrics, pages, nor when the server refuses it', async () => {
    const { config, database, given } = await configured()
    const password = new URL(database).password
    const running = await daemon(config)
    await eventually('it has filed', () => rowsIn(database, 'select id from x_reports').length > 0)
    for (const path of ['/healthz', '/readyz', '/metrics', '/feeds', '/', '/api/v1/status', '/feed.atom']) {
      const answer = await fetch(new URL(path, running.address))
      expect(await answer.text(), path).not.toContain(password)
      if (path === '/metrics') expect(answer.headers.get('content-type')).toMatch(/text\/plain/)
    }
    const ended = await running.stop()
    expect(ended.code).toBe(0)
    expect(told(ended)).not.toContain(password)
    const url = new URL(database)
    url.password = 'not+it%20at-all'
    for (const wrong of [url.href, database.replace(/:\d+\//, ':9/'), database.replace(/\/postgres\b/, '/none')]) {
      for (const command of [
        ['poll'],
        ['threads'],
        ['run'],
        ['doctor', '--json'],
        ['sql', 'select 1'],
        ['feeds', '--json'],
      ]) {
        const refused = await minwal([...command, '--config', given({ database: wrong })])
        expect(refused.code, `${command.join(' ')} ${told(refused)}`).toBe(1)
        expect(told(refused)).toMatch(/refuses the login|cannot reach the database|there is no database postgres:/)
        expect(told(refused)).toContain(shownDatabase(wrong))
        for (const secret of [password, 'not+it%20at-all', 'not+it at-all']) expect(told(refused)).not.toContain(secret)
      }
    }
  })

  it.skipIf(!WHOLE)(
    'minwal sql reads as it does a file: parameters, formats, places of faults; it writes nothing',
    async () => {
      const { config, database } = await configured()
      expect((await minwal(['poll', '--config', config])).code).toBe(0)
      const sql = (...args: string[]): Promise<Ended> => minwal(['sql', ...args, '--config', config])
      const query = `select 9007199254740993 as big, null as none, '' as empty, 'a "b", c' as quoted, '\\x00ff'::bytea as bytes, 1.5 as x, true as x`
      expect((await sql('--jsonl', query)).stdout).toBe(
        '{"big":9007199254740993,"none":null,"empty":"","quoted":"a \\"b\\", c","bytes":"00ff","x":1.5,"x:1":1}\n',
      )
      const counted = await sql(
        '--json',
        '--param',
        'agency=agency-0',
        '--param',
        'least=1',
        "select count(*) as n from report where agency = :agency and id >= :least and ':no' = $$:no$$ -- :no",
      )
      expect(JSON.parse(counted.stdout)).toEqual([{ n: 8 }])
      const many = await sql('--csv', 'select n from generate_series(1, 1234) as g (n)')
      expect(many.stdout.split('\n')).toHaveLength(1_236)
      expect((await sql('.schema', 'agency')).stdout).toMatch(/last_report_at +timestamp with time zone/)
      expect((await sql('select nosuch\nfrom thread')).stderr).toMatch(
        /column "nosuch" does not exist \(line 1, column 8\): `minwal sql \.schema`/,
      )
      expect((await sql('select 1\nfrom nosuch')).stderr).toMatch(/\(line 2, column 6\): `minwal sql \.tables`/)
      expect((await sql('--timeout', '200ms', 'select pg_sleep(60)')).stderr).toMatch(/not answered in time/)
      for (const [text, says] of [
        ['delete from x_polls', /delete is refused: only queries that read/],
        ['with d as (delete from x_polls returning 1) select * from d', /data-modifying/],
        ['select 1; delete from x_polls', /more than one statement/],
        ['select 1; commit; delete from x_polls', /more than one statement/],
        ['explain analyze delete from x_polls', /only queries that read/],
        ["select set_config('transaction_read_only', 'off', false)", /transaction read-write mode/],
        ["select nextval('x_polls_id_seq')", /only queries that read/],
        ['/* select */ drop table x_polls', /drop is refused/],
        ['', /there is no query/],
        ['select :a', /give :a by --param/],
      ] as const) {
        const refused = await sql(text)
        expect(refused.code, text).not.toBe(0)
        expect(refused.stderr, text).toMatch(says)
      }
      expect(rowsIn(database, 'select id from x_polls')).toHaveLength(2)
    },
  )

  it.skipIf(!WHOLE)('minwal doctor says what is wrong with the server and the tables, and counts anew', async () => {
    const { config, database } = await configured()
    expect((await minwal(['poll', '--config', config])).code).toBe(0)
    const doctor = async (...args: string[]) => {
      const ended = await minwal(['doctor', '--json', ...args, '--config', config])
      const { findings, ...rest } = JSON.parse(ended.stdout) as {
        findings: Finding[]
        ok: boolean
        server: { version: string }
        database: { path: string; schema: number; bytes: number }
      }
      const wrong = findings.filter(({ level }) => level === 'wrong').map(({ check, what }) => `${check}: ${what}`)
      return { ...rest, wrong, findings, code: ended.code }
    }
    const sound = await doctor()
    expect(sound).toMatchObject({ ok: true, wrong: [], code: 0, database: { path: shownDatabase(database) } })
    expect(sound.server.version).toMatch(/^\d+/)
    expect(sound.database.bytes).toBeGreaterThan(1_000_000)
    write(
      database,
      'update x_feeds set reports = 99; delete from x_search where report = 1; update x_threads set reports = reports + 1 where id = 1',
    )
    const broken = await doctor()
    expect(broken.wrong).toEqual([
      'full text: the full text is not what the reports are: 1 report is missing in it',
      expect.stringMatching(/^counts: 2 feeds that miscount/),
      expect.stringMatching(/^counts: 1 threads that miscount/),
    ])
    expect(broken.code).toBe(1)
    expect(await doctor('--fix')).toMatchObject({ ok: true, wrong: [], code: 0 })
    expect((await minwal(['search', items[0]?.title.split(' ')[0] ?? '', '--config', config])).code).toBe(0)
  })

  // A poll that cannot write tries for half a minute.
  it.skipIf(!WHOLE)(
    'minwal doctor tells of a user who may not write; a poll ends with what to do (npm run test:postgres)',
    async () => {
      const server = await startPostgres()
      onTestFinished(() => server.remove())
      const where = folder()
      const config = join(where, 'config.json')
      const agencies = agenciesOf(['http://127.0.0.1:9/none']).map(agency => ({ name: agency.id, ...agency }))
      const configure = (database: string): void =>
        writeFileSync(
          config,
          JSON.stringify({ database, listen: '127.0.0.1:0', poll: { allowPrivate: true }, agencies }),
        )
      configure(server.url)
      expect((await minwal(['poll', '--config', config])).stderr).toMatch(/connection refused/)
      write(
        server.url,
        `create role reader login password 'only reads'; grant select on all tables in schema public to reader`,
      )
      const reader = new URL(server.url)
      reader.username = 'reader'
      reader.password = 'only%20reads'
      configure(reader.href)
      expect((await minwal(['threads', '--config', config])).code).toBe(0)
      const found = await minwal(['doctor', '--config', config])
      expect(found.code).toBe(1)
      expect(found.stdout).toMatch(/its user may not: create in its schema, .*delete in \w+/)
      const polled = await minwal(['poll', '--force', '--config', config])
      expect(polled.code).toBe(1)
      expect(told(polled)).toMatch(/lets this user not do that \(permission denied/)
      expect(told(found) + told(polled)).not.toMatch(/only(?: |%20)reads/)
    },
  )

  it.skipIf(!WHOLE)('tables of another program, and jobs that have no place, are told with what to do', async () => {
    const server = await startPostgres()
    onTestFinished(() => server.remove())
    const config = join(folder(), 'config.json')
    const agencies = agenciesOf(['http://127.0.0.1:9/none']).map(agency => ({ name: agency.id, ...agency }))
    const use = (database: string): void =>
      writeFileSync(config, JSON.stringify({ database, listen: '127.0.0.1:0', poll: { allowPrivate: true }, agencies }))
    write(
      server.url,
      `create role files login password 'only files';
       create schema files authorization files;
       create table report (theirs int)`,
    )
    use(server.url)
    const foreign = await minwal(['poll', '--config', config])
    expect(foreign.code).toBe(1)
    expect(told(foreign)).toMatch(
      /^minwal: postgres:\S+ has tables of another program that are called as Minwal's \(report\): [^\n]*\n$/,
    )
    const own = new URL(server.url)
    own.username = 'files'
    own.password = 'only%20files'
    use(own.href)
    expect((await minwal(['poll', '--config', config])).stderr).toMatch(/connection refused/)
    const collector = await minwal(['run', '--role', 'collect', '--config', config])
    expect(collector.code).toBe(1)
    const says = /^minwal: postgres:\S+ has no schema files_jobs, .* give `(create schema .*)` there\n$/
    expect(told(collector)).toMatch(says)
    write(server.url, says.exec(told(collector))?.[1] ?? '')
    const { child, ended, stderr } = start(['run', '--role', 'collect', '--config', config])
    onTestFinished(() => void child.kill('SIGKILL'))
    await eventually('it has started', () => child.exitCode !== null || stderr().includes('"started"'))
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 0 })
  })
})
