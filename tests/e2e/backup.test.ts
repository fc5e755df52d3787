// Backups as an administrator makes and restores them: the real command, the real daemon, and the steps of docs/operation.md.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { beforeVersion } from '../../src/store/backup.ts'
import { MIGRATIONS } from '../../src/store/migrations.ts'
import { audit, count, reportsOnFile } from '../helpers/audit.ts'
import { minwal, root, start } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { daemon } from '../helpers/daemon.ts'
import { eventually } from '../helpers/eventually.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { prose, random } from '../helpers/random.ts'

const EVERY_SECOND = { tick: '* * * * * *', minInterval: '1s', maxInterval: '1s' }

/** A feed with a new report at every visit. */
async function livelyFeed() {
  const next = random(7)
  const server = await feedServer()
  const items: { guid: string; title: string; text: string }[] = []
  server.answers.set('/a', (_, response) => {
    items.unshift({ guid: String(items.length), title: prose(next, 7), text: prose(next, 60) })
    response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss(items.slice(0, 30)))
  })
  return { items, agencies: agenciesOf([`${server.origin}/a`]) }
}

/** The commands of a section of docs/operation.md. */
function steps(heading: string): string {
  const page = readFileSync(join(root, 'docs/operation.md'), 'utf8')
  const section = page.split(`\n### ${heading}\n`)[1] ?? ''
  return /```sh\n([\s\S]*?)```/.exec(section)?.[1] ?? ''
}

describe('minwal backup', () => {
  it('copies beside the daemon, which goes on filing; the copy is sound and can be asked', async () => {
    const where = folder()
    const { agencies } = await livelyFeed()
    const { config, database } = configure(where, agencies, { poll: EVERY_SECOND })
    const running = await daemon(config)
    await eventually('it files', () => count(database, 'select count(*) from report') > 2)
    const to = join(where, 'copy.db')
    const made = await minwal(['backup', to, '--json', '--config', config])
    expect(made.code, made.stderr).toBe(0)
    const told = JSON.parse(made.stdout) as { verified: boolean; rows: { reports: number }; secrets: string[] }
    expect(told).toMatchObject({ verified: true, secrets: [] })
    expect(told.rows.reports).toBe(count(to, 'select count(*) from report'))
    const then = count(database, 'select count(*) from report')
    await eventually('it goes on', () => count(database, 'select count(*) from report') > then)
    expect((await running.stop()).code).toBe(0)
    expect(audit(to)).toEqual([])
    const again = await minwal(['backup', to, '--config', config])
    expect(again.stdout).toMatch(/copy\.db: \d+ MB in [\d.]+ s, verified: \d+ reports, \d+ stories, \d+ threads?\n$/)
    expect(await minwal(['backup', config, '--config', config])).toMatchObject({ code: 1, stdout: '' })
  })

  it('that is killed leaves no copy that looks whole; the next one is', async () => {
    const where = folder()
    const { config, database } = configure(where, agenciesOf(['http://127.0.0.1:9/none']))
    // No feed answers.
    expect((await minwal(['poll', '--config', config])).code).toBe(1)
    const db = new Database(database)
    const put = db.prepare(`insert into x_meta (key, value) values (?, hex(randomblob(${1_048_576})))`)
    for (let at = 0; at < 40; at++) put.run(`filler ${at}`)
    db.close()
    const to = join(where, 'copy.db')
    const running = start(['backup', to, '--config', config])
    await eventually('it has begun', () => existsSync(`${to}.part`) || running.child.exitCode !== null)
    running.child.kill('SIGKILL')
    await running.ended
    if (existsSync(to)) expect(audit(to)).toEqual([])
    expect((await minwal(['backup', to, '--config', config])).code).toBe(0)
    expect(audit(to)).toEqual([])
    expect(readdirSync(where).filter(name => name.startsWith('copy'))).toEqual(['copy.db'])
  })

  it('is restored by the steps of docs/operation.md, and the daemon goes on from there', async () => {
    const where = folder()
    const { agencies, items } = await livelyFeed()
    const { config, database } = configure(where, agencies, { poll: EVERY_SECOND })
    const first = await daemon(config)
    await eventually('it files', () => count(database, 'select count(*) from report') > 1)
    const to = join(where, 'copy.db')
    expect((await minwal(['backup', to, '--secrets', '--config', config])).code).toBe(0)
    const kept = reportsOnFile(to)
    const then = count(database, 'select count(*) from report')
    await eventually('news comes after it', () => count(database, 'select count(*) from report') > then)
    expect((await first.stop()).code).toBe(0)
    // The machine's folders stand for the service's; stopping and starting is the test's.
    const script = steps('Restore')
      .replaceAll('/path/to/minwal-backup.db', to)
      .replaceAll('/var/lib/minwal', where)
      .replace(/^systemctl .*$/gm, '')
    expect(script).toMatch(/\bcp\b/)
    execFileSync('bash', ['-euc', script], { cwd: where })
    expect(reportsOnFile(database)).toEqual(kept)
    const second = await daemon(config)
    // What was lost comes back as far as the feed still carries it, and nothing twice.
    await eventually(
      'it has caught up',
      () => count(database, 'select count(*) from report') >= Math.min(items.length, 25),
      60_000,
    )
    expect((await second.stop()).code).toBe(0)
    expect(audit(database)).toEqual([])
    const now = reportsOnFile(database)
    for (const [key, report] of kept) expect(now.get(key)?.identity).toBe(report.identity)
  }, 180_000)
})

describe('a database of an older version', () => {
  it('that is killed while it is brought up to date is whole afterwards, and so is its copy', async () => {
    const where = folder()
    const { config, database } = configure(where, agenciesOf(['http://127.0.0.1:9/none']))
    const fixture = gunzipSync(readFileSync(new URL('../fixtures/db/v6.sqlite.gz', import.meta.url)))
    for (const moment of ['.part', '', '-wal']) {
      for (const name of readdirSync(where)) if (name.startsWith('minwal.db')) rmSync(join(where, name))
      writeFileSync(database, fixture)
      const db = new Database(database)
      const put = db.prepare(`insert into meta (key, value) values (?, hex(randomblob(${1_048_576})))`)
      for (let at = 0; at < 20; at++) put.run(`filler ${at}`)
      db.close()
      const before = reportsOnFile(database)
      const copy = beforeVersion(database, MIGRATIONS.length)
      const until = moment === '-wal' ? `${database}-wal` : copy + moment
      const running = start(['poll', '--config', config])
      await eventually(`${moment} is there`, () => existsSync(until) || running.child.exitCode !== null)
      running.child.kill('SIGKILL')
      await running.ended
      // No feed answers.
      expect((await minwal(['poll', '--config', config])).code).toBe(1)
      expect(audit(database)).toEqual([])
      expect([...reportsOnFile(database).keys()]).toEqual([...before.keys()])
      expect(reportsOnFile(copy)).toEqual(before)
      expect(existsSync(`${copy}.part`)).toBe(false)
    }
  }, 180_000)
})

describe('backup in the configuration', () => {
  it('has the daemon make one, which health and metrics know of', async () => {
    const where = folder()
    const { agencies } = await livelyFeed()
    const { config, database } = configure(where, agencies, {
      poll: EVERY_SECOND,
      backup: { to: 'backups', every: '1h' },
    })
    const running = await daemon(config)
    await eventually('one is made', () => running.log().some(({ msg }) => msg === 'backup made'))
    const [file = ''] = readdirSync(join(where, 'backups'))
    expect(file).toMatch(/^minwal-\d{8}T\d{6}Z\.db$/)
    const metrics = await (await fetch(`${running.address}/metrics`)).text()
    expect(metrics).toMatch(/^minwal_backup_failing 0$/m)
    expect(metrics).toMatch(/^minwal_backup_timestamp_seconds 1\d{9}/m)
    expect((await running.stop()).code).toBe(0)
    expect(audit(join(where, 'backups', file))).toEqual([])
    expect(audit(database)).toEqual([])
  })

  it('that cannot be made is said in health, and stops nothing', async () => {
    const where = folder()
    const { agencies } = await livelyFeed()
    const { config } = configure(where, agencies, { poll: EVERY_SECOND, backup: { to: '/dev/null/x' } })
    const running = await daemon(config)
    await eventually('it is said', () => running.log().some(({ msg }) => msg === 'no backup was made'))
    const health = await fetch(`${running.address}/healthz`)
    expect(health.status).toBe(200)
    const text = await health.text()
    expect(text).toContain('the last backup failed: the log says why')
    expect(text).not.toContain('/dev/null')
    for (const [language, words] of [
      ['en', 'The last backup failed'],
      ['ar', 'أخفقت آخر نسخة احتياطية'],
      ['fr', 'La dernière sauvegarde a échoué'],
    ]) {
      const page = await (await fetch(`${running.address}/feeds?hl=${language}`)).text()
      expect(page).toContain(words)
      expect(page).not.toContain('/dev/null')
    }
    await eventually('it files', () => running.log().some(({ msg }) => msg === 'polled'))
    expect((await running.stop()).code).toBe(0)
  })

  it('to nowhere is a fault', async () => {
    const { config } = configure(folder(), agenciesOf(['http://127.0.0.1:9/none']), { backup: { every: '1d' } })
    const checked = await minwal(['check', '--config', config])
    expect(checked).toMatchObject({ code: 2 })
    expect(checked.stderr).toContain('backup.to: is missing; it must be the folder that backups are written to')
  })
})
