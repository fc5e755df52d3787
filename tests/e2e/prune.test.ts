// Retention as a user meets it: the command, the daemon, pages of what is gone, and a process that is killed in the middle.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { age } from '../helpers/ageing.ts'
import { audit, copyOf, count, reportsOnFile } from '../helpers/audit.ts'
import { minwal, start } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { daemon } from '../helpers/daemon.ts'
import { ENGINE } from '../helpers/engine.ts'
import { eventually } from '../helpers/eventually.ts'
import { feedServer, type Item, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { prose, random } from '../helpers/random.ts'

const DAYS = 200
const RETAIN = { reports: '100d' }
const EVERY_SECOND = { tick: '* * * * * *', minInterval: '1s', maxInterval: '1s' }

function items(from: number, to: number, words = 40): Item[] {
  return Array.from({ length: to - from }, (_, at) => {
    const next = random(from + at + 1)
    const date = new Date(Date.now() - (from + at + 1) * 60_000).toISOString()
    return { guid: `g${from + at}`, title: prose(next, 7), text: prose(next, words), date }
  })
}

/** A database with old news that has left its feed, and news of today. */
async function aged(old: readonly Item[], changes: Parameters<typeof configure>[2] = {}) {
  // By a tenth of the last reports it is known which day it is.
  const today = items(10_000, 10_003 + Math.ceil(old.length / 8))
  const server = await feedServer({ '/feed': rss(old) })
  const where = folder()
  const { config, database } = configure(where, agenciesOf([`${server.origin}/feed`]), { retain: RETAIN, ...changes })
  const polled = async () => {
    const ended = await minwal(['poll', '--force', '--json', '--config', config])
    if (ended.code !== 0) throw new Error(ended.stderr)
    return JSON.parse(ended.stdout) as Record<string, number>
  }
  await polled()
  server.answers.set('/feed', rss(today))
  await polled()
  age(
    database,
    DAYS,
    old.map(({ guid }) => guid),
  )
  return { server, config, database, where, polled, old, today }
}

const guidsOf = (served: readonly Item[]): string[] => served.map(({ guid }) => guid).sort()
const guidsOnFile = (database: string): string[] =>
  [...reportsOnFile(database).keys()].map(key => key.split(' ')[1] ?? '').sort()

describe('minwal prune', () => {
  it('says what would go, does it, and says afterwards that it is gone', async () => {
    const { config, database, polled, server, old, today } = await aged(items(0, 4))
    const prune = (...args: string[]) => minwal(['prune', ...args, '--config', config])
    const would = await prune('--dry-run')
    expect(would).toMatchObject({ code: 0, stderr: '' })
    expect(would.stdout).toMatch(
      /^would go: \d threads?, 4 stories, 4 reports, 0 earlier texts, 0 polls\nlast news of these threads from \d{4}-/,
    )
    const plan = JSON.parse((await prune('--dry-run', '--json')).stdout) as Record<string, unknown>
    expect(plan).toMatchObject({ dryRun: true, stories: 4, reports: 4, revisions: 0, polls: 0, edited: 0, standing: 0 })
    expect(String(plan['oldest'])).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
    expect(reportsOnFile(database).size).toBe(8)
    const thread = count(database, 'select min(thread) from story')

    const done = await prune()
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expect(done.stdout).toMatch(/^to go: .*\n(?:.*\n)*pruned: \d threads?, 4 stories, 4 reports, /)
    // A server looks after its files.
    if (ENGINE === 'sqlite') expect(done.stdout).toMatch(/; the database holds [\d.]+ MB/)
    expect(audit(database)).toEqual([])
    expect(guidsOnFile(database)).toEqual(guidsOf(today))
    expect(await minwal(['thread', `${thread}`, '--config', config])).toMatchObject({
      code: 1,
      stderr: `minwal: thread ${thread} was pruned: it is older than "retain" keeps news\n`,
    })
    expect((await minwal(['merge', `${thread}`, '99999', '--config', config])).stderr).toContain('was pruned')
    const doctor = JSON.parse((await minwal(['doctor', '--json', '--config', config])).stdout) as Record<
      string,
      unknown
    >
    expect(doctor['findings']).not.toContainEqual(expect.objectContaining({ level: 'wrong' }))
    expect((await prune()).stdout).toContain('nothing is older than "retain" keeps it')
    expect(JSON.parse((await prune('--json')).stdout)).toMatchObject({
      dryRun: false,
      reports: 0,
      free: null,
      tooLarge: null,
    })

    server.answers.set(
      '/feed',
      rss([...today, ...old.map(item => ({ ...item, date: new Date(Date.now() - 1.8e10).toISOString() }))]),
    )
    expect(await polled()).toMatchObject({ entries: 8, new: 0, copy: 0, revision: 0, unchanged: 8 })
  })

  it('deletes nothing without "retain", and says so', async () => {
    const { config, database } = await aged(items(0, 2), { retain: undefined })
    const ended = await minwal(['prune', '--config', config])
    expect(ended).toMatchObject({ code: 0, stdout: '' })
    expect(ended.stderr).toContain('the configuration has no "retain"')
    expect(reportsOnFile(database).size).toBe(6)
  })

  it('names the bound that a shorter time breaks', async () => {
    const { config } = configure(folder(), agenciesOf(['http://127.0.0.1:1/']), { retain: { reports: '10d' } })
    expect(await minwal(['prune', '--config', config])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('retain.reports: "10d" must be at least 44d'),
    })
  })
})

describe('the daemon', () => {
  it('prunes after its first round, answers 410 for what is gone in the words of the reader, and goes on filing', async () => {
    const { config, database, server, today } = await aged(items(0, 6), { poll: EVERY_SECOND })
    const thread = count(
      database,
      `select thread from story where title = (select title from report where guid = 'g0')`,
    )
    const story = count(database, `select story from report where guid = 'g0'`)
    const running = await daemon(config)
    const ask = async (path: string) => {
      const response = await fetch(running.address + path)
      return { status: response.status, text: await response.text() }
    }
    await eventually('it has pruned', () => running.log().some(({ msg }) => msg === 'old news was pruned'))
    expect(running.log().find(({ msg }) => msg === 'old news was pruned')).toMatchObject({ stories: 6, reports: 6 })
    for (const [language, title] of [
      ['en', 'This is no longer kept'],
      ['fr', 'Cette page n’est plus conservée'],
      ['ar', 'لم تعد هذه الصفحة محفوظة'],
    ]) {
      for (const path of [`/threads/${thread}`, `/stories/${story}`]) {
        const page = await ask(`${path}?hl=${language}`)
        expect({ path, status: page.status }).toEqual({ path, status: 410 })
        expect(page.text).toContain(title)
      }
    }
    expect(await ask(`/threads/${thread}.atom`)).toMatchObject({
      status: 410,
      text: expect.stringContaining('older than'),
    })
    expect((await ask('/threads/99999')).status).toBe(404)
    expect((await ask('/metrics')).text).toContain('\nminwal_pruned_reports_total 6\n')
    expect((await ask('/readyz')).status).toBe(200)
    for (const path of [
      '/',
      '/feed.atom',
      '/threads.json',
      '/agencies',
      '/agencies/agency-0',
      '/search?q=the',
      '/feeds',
    ]) {
      expect({ path, status: (await ask(path)).status }).toEqual({ path, status: 200 })
    }
    server.answers.set('/feed', rss([...items(20_000, 20_001), ...today]))
    await eventually('it files on', () => reportsOnFile(database).size === 5)
    expect((await running.stop()).code).toBe(0)
    expect(audit(database)).toEqual([])
  })

  it('files and answers while a command prunes beside it', async () => {
    const old = items(0, 150)
    const { config, database, where, server, today } = await aged(old, { retain: undefined, poll: EVERY_SECOND })
    const running = await daemon(config)
    await eventually('it polls', () => running.log().some(({ msg }) => msg === 'started'))
    const { config: pruning } = configure(join(where), agenciesOf([`${server.origin}/feed`]), {
      retain: RETAIN,
      poll: EVERY_SECOND,
    })
    let at = 30_000
    server.answers.set('/feed', (_, response) => {
      at++
      response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss([...items(at, at + 1), ...today]))
    })
    const before = reportsOnFile(database).size
    const pruned = minwal(['prune', '--json', '--config', pruning])
    const answered = await fetch(`${running.address}/feed.atom`)
    expect(answered.status).toBe(200)
    expect(await pruned).toMatchObject({ code: 0, stderr: '' })
    const left = reportsOnFile(database).size
    expect(left).toBeLessThan(before - 100)
    await eventually('it files on', () => reportsOnFile(database).size > left)
    expect((await running.stop()).code).toBe(0)
    expect(running.log().filter(({ level }) => level >= 50)).toEqual([])
    expect(audit(database)).toEqual([])
  })
})

describe('kill -9', () => {
  it('in the middle of pruning leaves a sound file, and the next run comes to the same end', async () => {
    const { config, database, where, polled, server, old, today } = await aged(items(0, 240, 120))
    const threads = () => count(database, 'select count(*) from x_threads')
    let kills = 0
    for (let round = 0; round < 5; round++) {
      const before = threads()
      const running = start(['prune', '--config', config])
      await eventually('it has deleted something', () => running.child.exitCode !== null || threads() < before)
      running.child.kill('SIGKILL')
      await running.ended
      if (running.child.exitCode !== null) break
      kills++
      expect(audit(copyOf(database, where, `round-${round}.db`))).toEqual([])
    }
    expect(kills).toBeGreaterThan(0)
    expect((await minwal(['prune', '--config', config])).code).toBe(0)
    expect(audit(database)).toEqual([])
    expect(guidsOnFile(database)).toEqual(guidsOf(today))
    expect(count(database, 'select sum(reports) from pruned')).toBe(old.length)
    const looked = await minwal(['doctor', '--json', '--config', config])
    expect(looked).toMatchObject({ code: 0, stderr: '' })
    const { findings } = JSON.parse(looked.stdout) as { findings: { level: string; check: string }[] }
    expect(findings.filter(({ level, check }) => level === 'wrong' || /counts|text|integrity/.test(check))).toEqual([])
    server.answers.set(
      '/feed',
      rss([...today, ...old.map(item => ({ ...item, date: new Date(Date.now() - 1.8e10).toISOString() }))]),
    )
    expect(await polled()).toMatchObject({ new: 0, copy: 0, revision: 0 })
    expect(audit(database)).toEqual([])
  }, 180_000)
})
