// The threads of the daemon: what becomes of it when one of them dies, and of documents that are being filed when it stops.
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { isPostgres } from '../../src/model/database.ts'
import { audit, reportsOnFile } from '../helpers/audit.ts'
import { minwal, root } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { daemon, type RunningDaemon } from '../helpers/daemon.ts'
import { eventually } from '../helpers/eventually.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { prose, random } from '../helpers/random.ts'
import { openRows, tablesOf } from '../helpers/rows.ts'

const EVERY_SECOND = { tick: '* * * * * *', minInterval: '1s', maxInterval: '1s' }
const fixture = pathToFileURL(join(root, 'tests/fixtures/dying-thread.cjs'))

/** A feed of so many reports. */
function feedOf(seed: number, items: number, words = 30): string {
  const next = random(seed)
  return rss(
    Array.from({ length: items }, (_, at) => ({
      guid: `${seed}-${at}`,
      title: prose(next, 7),
      text: prose(next, words),
    })),
  )
}

/** Threads of it end as soon as the files are there. */
function dying(where: string) {
  const kill = { desk: join(where, 'kill-desk'), reader: 'Unreadable' }
  const env = {
    NODE_OPTIONS: `--require ${JSON.stringify(fixture.pathname)}`,
    KILL_DESK: kill.desk,
    KILL_READER: kill.reader,
  }
  return { kill, env }
}

const logged = (running: RunningDaemon, text: string) => running.log().filter(({ msg }) => msg === text)

describe('a thread that dies', () => {
  it('is said of the one that files, and ends the daemon with 1; after a start all goes on', async () => {
    const server = await feedServer({ '/feed': feedOf(1, 5) })
    const where = folder()
    const { config, database } = configure(where, agenciesOf([`${server.origin}/feed`]), { poll: EVERY_SECOND })
    const { kill, env } = dying(where)
    const running = await daemon(config, env)
    await eventually('it files', () => logged(running, 'polled').length > 0)
    writeFileSync(kill.desk, '')
    const ended = await running.ended
    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(/minwal: the thread that files has ended \(.*a defect of the desk\).* after a start/)
    expect(logged(running, 'the desk has ended')).toHaveLength(1)
    expect(audit(database)).toEqual([])
    rmSync(kill.desk)
    server.answers.set('/feed', feedOf(2, 3))
    const again = await daemon(config, env)
    await eventually('it files again', () => logged(again, 'polled').length > 0)
    expect((await again.stop()).code).toBe(0)
    expect(reportsOnFile(database).size).toBe(8)
    expect(audit(database)).toEqual([])
  })

  it('is said of the one that files, and ends `minwal poll` with 1', async () => {
    const server = await feedServer({ '/feed': feedOf(1, 5) })
    const where = folder()
    const { config } = configure(where, agenciesOf([`${server.origin}/feed`]))
    const { kill, env } = dying(where)
    server.answers.set('/feed', () => writeFileSync(kill.desk, ''))
    const ended = await minwal(['poll', '--config', config], { env })
    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(/minwal: the thread that files has ended \(.*a defect of the desk\)/)
  })

  it('costs one document where it was reading, and the others are read by another', async () => {
    const good = Object.fromEntries(Array.from({ length: 6 }, (_, feed) => [`/${feed}`, feedOf(feed, 5)]))
    const where = folder()
    const { kill, env } = dying(where)
    const bad = rss([{ guid: 'bad', title: kill.reader, text: 'Nobody can read this.' }])
    const server = await feedServer({ ...good, '/bad': bad })
    const addresses = ['/bad', ...Object.keys(good)].map(path => server.origin + path)
    const { config, database } = configure(where, agenciesOf(addresses), { poll: { perHost: 8 } })
    const ended = await minwal(['poll', '--json', '--config', config], { env })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    const { failures, ...counts } = JSON.parse(ended.stdout) as Record<string, unknown>
    expect(counts).toMatchObject({ feeds: 7, failedFeeds: 1, entries: 30, new: 30 })
    expect(failures).toEqual([
      {
        url: `${server.origin}/bad`,
        kind: 'document',
        reason: expect.stringMatching(/^the parser failed on this document/),
      },
    ])
    expect(audit(database)).toEqual([])
  })
})

it('a stop while large documents are being filed ends in time, and files each of them wholly or not at all', async () => {
  const ITEMS = 300
  const paths = Array.from({ length: 6 }, (_, feed) => `/${feed}`)
  const server = await feedServer(Object.fromEntries(paths.map((path, feed) => [path, feedOf(feed, ITEMS, 60)])))
  const addresses = paths.map(path => server.origin + path)
  const { config, database } = configure(folder(), agenciesOf(addresses), {
    poll: { perHost: 6, maxEntries: ITEMS },
  })
  const running = await daemon(config)
  const filed = (): number => {
    if (!isPostgres(database) && !existsSync(database)) return 0
    if (!tablesOf(database).includes('x_reports')) return 0
    const db = openRows(database)
    try {
      return Number(db.prepare('select count(*) from report').pluck().get())
    } finally {
      db.close()
    }
  }
  await eventually('it is in the middle of them', () => filed() > 20, 90_000)
  const asked = Date.now()
  const ended = await running.stop()
  expect(ended.code).toBe(0)
  // What TimeoutStopSec of the unit allows.
  expect(Date.now() - asked).toBeLessThan(30_000)
  expect(audit(database)).toEqual([])
  const byFeed = Map.groupBy(reportsOnFile(database).values(), report => report.feed)
  expect([...byFeed.values()].map(reports => reports.length)).toEqual([...byFeed].map(() => ITEMS))
  expect(byFeed.size).toBeGreaterThan(0)
}, 180_000)
