// Moving to PostgreSQL and back by the real command: one that is killed goes on, nobody works on half a copy, no password is told.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { isPostgres } from '../../src/model/database.ts'
import { audit } from '../helpers/audit.ts'
import { minwal, root, start } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { daemon } from '../helpers/daemon.ts'
import { newSchema } from '../helpers/engine.ts'
import { eventually } from '../helpers/eventually.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { HAS_POSTGRES } from '../helpers/postgres.ts'
import { prose, random } from '../helpers/random.ts'
import { rowsIn } from '../helpers/rows.ts'
import { openNewsroom } from '../store/newsroom.ts'

const POLLS = 40_000

/** A database whose copy takes a while. */
function largeFile(path: string): string {
  openNewsroom({ path }).close()
  const db = new Database(path)
  db.exec(`insert into x_polls (feed, at, ms, status, entries, new, revision, copy, unchanged, rejected, error)
    with recursive n (at) as (select 1 union all select at + 1 from n where at < ${POLLS})
    select 1 + at % 4, at * 1000, 5, 'failed', 0, 0, 0, 0, 0, 0, hex(randomblob(200)) from n`)
  db.close()
  return path
}

/** The last row of polls that a copy has told of itself; null before, and when it is whole. */
function polled(database: string): number | null {
  try {
    const [row] = rowsIn(database, `select value from x_meta where "key" = 'copying'`)
    const mark = JSON.parse(String(row?.['value'])) as { after: unknown[] | null; table: number }
    return typeof mark.after?.[0] === 'number' ? mark.after[0] : null
  } catch {
    return null
  }
}

function configFor(where: string, database: string, name = 'config.json'): string {
  const config = join(where, name)
  const agencies = agenciesOf(['http://127.0.0.1:9/none']).map(agency => ({ name: agency.id, ...agency }))
  writeFileSync(config, JSON.stringify({ database, listen: '127.0.0.1:0', poll: { allowPrivate: true }, agencies }))
  return config
}

const passwordIn = (address: string): string => new URL(address).password

describe.skipIf(!HAS_POSTGRES)('minwal copy', () => {
  it('that is killed half-way goes on when it is run again, from a file and from PostgreSQL', async () => {
    const where = folder()
    const file = largeFile(join(where, 'news.db'))
    const database = newSchema()
    for (const [from, to] of [
      [file, database],
      [database, join(where, 'back.db')],
    ] as const) {
      const args = ['copy', '--from', from, '--to', to]
      const running = start(args)
      const isHalf = (): boolean => {
        const last = polled(to)
        return last !== null && last > 500
      }
      await eventually('it has copied some', () => isHalf() || running.child.exitCode !== null)
      running.child.kill('SIGKILL')
      expect((await running.ended).signal).toBe('SIGKILL')
      const config = configFor(where, to)
      for (const command of [['poll'], ['run'], ['threads'], ['doctor']]) {
        const refused = await minwal([...command, '--config', config])
        expect(refused.code, command[0]).not.toBe(0)
        expect(refused.stdout + refused.stderr).toMatch(/is half a copy: run `minwal copy --from \S+ --to \S+` again/)
        expect(refused.stderr).not.toContain(passwordIn(database))
      }
      const again = await minwal([...args, '--json'])
      expect(again.code, again.stderr).toBe(0)
      const told = JSON.parse(again.stdout) as {
        resumed: number
        verified: boolean
        tables: Record<string, { rows: number }>
      }
      const page = readFileSync(join(root, 'docs/json.md'), 'utf8').split('\n## copy\n')[1]?.split('\n## ')[0] ?? ''
      const keys = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, key = '']) => key)
      expect(Object.keys(told).toSorted()).toEqual(keys.toSorted())
      expect(told).toMatchObject({ verified: true, tables: { polls: { rows: POLLS } } })
      expect(told.resumed).toBeGreaterThan(500)
      expect(again.stdout + again.stderr).not.toContain(passwordIn(database))
      expect((await minwal(['feeds', '--config', config])).code).toBe(0)
      if (!isPostgres(to)) expect(audit(to)).toEqual(audit(file))
    }
  })

  it('takes the database of the configuration for the end that is not named', async () => {
    const where = folder()
    const file = join(where, 'news.db')
    openNewsroom({ path: file }).close()
    const database = newSchema()
    const config = join(where, 'config.json')
    const agencies = agenciesOf(['http://127.0.0.1:9/none']).map(agency => ({ name: agency.id, ...agency }))
    writeFileSync(config, JSON.stringify({ database: `\${PG}`, agencies }))
    const env = { PG: database }
    const done = await minwal(['copy', '--from', file, '--config', config], { env })
    expect(done.code, done.stderr).toBe(0)
    expect(done.stdout).toMatch(/every row compared with \S+news\.db: 0 reports, 0 stories, 0 threads\n$/)
    expect(done.stdout + done.stderr).not.toContain(passwordIn(database))
    expect((await minwal(['copy', '--from', file, '--config', config, '--verify'], { env })).code).toBe(0)
    expect((await minwal(['copy', '--from', file, '--config', config], { env })).stderr).toMatch(/holds news already/)
    expect((await minwal(['copy', '--config', config], { env })).code).toBe(2)
  })

  it('reads beside a daemon, and says that what is filed meanwhile is not in it; a password may come from the environment', async () => {
    const where = folder()
    const next = random(9)
    const server = await feedServer()
    const items: { guid: string; title: string; text: string }[] = []
    server.answers.set('/a', (_, response) => {
      items.unshift({ guid: String(items.length), title: prose(next, 7), text: prose(next, 40) })
      response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss(items.slice(0, 20)))
    })
    const poll = { tick: '* * * * * *', minInterval: '1s', maxInterval: '1s' }
    const { config, database: file } = configure(where, agenciesOf([`${server.origin}/a`]), { poll })
    const running = await daemon(config)
    await eventually('it files', () => rowsIn(file, 'select id from report').length > 2)
    const database = newSchema()
    const url = new URL(database)
    const password = decodeURIComponent(url.password)
    url.password = ''
    const done = await minwal(['copy', '--from', file, '--to', url.href], { env: { PGPASSWORD: password } })
    expect(done.code, done.stderr).toBe(0)
    expect(done.stderr).toMatch(
      /minwal\.db is open in .*process \d+.*: what is filed there from now on is not in the copy/,
    )
    expect(done.stdout + done.stderr).not.toContain(password)
    expect(rowsIn(database, 'select id from x_reports').length).toBeGreaterThan(2)
    expect((await running.stop()).code).toBe(0)
  })
})
