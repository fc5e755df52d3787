// The daemon and a file that cannot be written: another program's lock, a full disk, a file that is taken away.
import { spawnSync } from 'node:child_process'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { audit, reportsOnFile } from '../helpers/audit.ts'
import { minwal } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { daemon, type RunningDaemon } from '../helpers/daemon.ts'
import { describeTheFile, ENGINE } from '../helpers/engine.ts'
import { eventually } from '../helpers/eventually.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { holdLock } from '../helpers/lock.ts'
import { prose, random } from '../helpers/random.ts'

const EVERY_SECOND = { tick: '* * * * * *', minInterval: '1s', maxInterval: '1s', concurrency: 4 }

/** Feeds with a new report at every visit, of about so many characters. */
async function agencies(count: number, words = 30) {
  const next = random(11)
  const server = await feedServer()
  const items = Array.from({ length: count }, (): { guid: string; title: string; text: string }[] => [])
  for (const [feed, own] of items.entries()) {
    server.answers.set(`/${feed}`, (_, response) => {
      own.unshift({ guid: `${feed}-${own.length}`, title: prose(next, 7), text: prose(next, words) })
      response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss(own.slice(0, 30)))
    })
  }
  return { server, items, addresses: items.map((_, feed) => `${server.origin}/${feed}`) }
}

const logged = (running: RunningDaemon, text: string) => running.log().filter(({ msg }) => msg.startsWith(text))

async function ask(running: RunningDaemon, path: string): Promise<{ status: number; text: string; ms: number }> {
  const started = performance.now()
  const response = await fetch(running.address + path)
  return { status: response.status, text: await response.text(), ms: performance.now() - started }
}

/** As it is told of a file, and of a server. */
const LOCKED = ENGINE === 'sqlite' ? 'is locked by another program' : 'is held up by another program'

describe('while another program holds the lock', () => {
  it('pages and health are answered, what was fetched waits, and all of it is filed afterwards', async () => {
    const { server, items, addresses } = await agencies(6)
    const { config, database } = configure(folder(), agenciesOf(addresses), { poll: EVERY_SECOND })
    const running = await daemon(config)
    await eventually('it files', () => logged(running, 'polled').length >= 6)
    const release = holdLock(database)
    await eventually('the lock is said', () => logged(running, 'the database cannot be written').length > 0)
    const visits = server.requests.length
    for (const path of ['/healthz', '/', '/feeds', '/feed.atom']) {
      const answer = await ask(running, path)
      expect({ path, status: answer.status }).toEqual({ path, status: 200 })
      expect(answer.ms).toBeLessThan(2_000)
    }
    expect((await ask(running, '/healthz')).text).toContain(LOCKED)
    expect((await ask(running, '/feeds')).text).toContain(LOCKED)
    expect((await ask(running, '/metrics')).text).toContain('minwal_storing 1')
    // No more than there are places for.
    expect(server.requests.length - visits).toBeLessThanOrEqual(4)
    // Nothing that was fetched is thrown away.
    expect(logged(running, 'the poll could not be stored')).toEqual([])
    release()
    await eventually('it files again', () => logged(running, 'the database is written again').length > 0)
    const polled = logged(running, 'polled').length
    await eventually('polling goes on', () => logged(running, 'polled').length >= polled + 6)
    expect((await running.stop()).code).toBe(0)
    expect(audit(database)).toEqual([])
    // Each visit brought one report, and each of them is on file but for what the end cut short.
    const filed = reportsOnFile(database)
    for (const [feed, own] of items.entries()) {
      const missing = own.filter(({ guid }) => !filed.has(`${addresses[feed]} ${guid}`))
      expect(missing.length).toBeLessThanOrEqual(1)
    }
    expect(logged(running, 'the database cannot be written')).toHaveLength(1)
  })

  it('it stops at once, and reloads when the lock is gone', async () => {
    const { addresses } = await agencies(2)
    const where = folder()
    const write = (title: string) => configure(where, agenciesOf(addresses), { poll: EVERY_SECOND, title })
    const { config, database } = write('Old')
    const running = await daemon(config)
    await eventually('it files', () => logged(running, 'polled').length >= 2)
    const release = holdLock(database)
    write('Novel')
    running.signal('SIGHUP')
    const asked = Date.now()
    await eventually('it has tried', () => Date.now() > asked + 500)
    expect(logged(running, 'configuration')).toEqual([])
    release()
    await eventually('the new title', async () => (await ask(running, '/')).text.includes('Novel'))
    holdLock(database)
    await eventually(
      'polls wait',
      async () => /[12] feeds being polled/.test((await ask(running, '/healthz')).text),
      20_000,
    )
    // A reload that waits does not hold the end up either.
    write('Last')
    running.signal('SIGHUP')
    const stopped = Date.now()
    expect((await running.stop()).code).toBe(0)
    expect(Date.now() - stopped).toBeLessThan(10_000)
    expect(running.log().filter(({ level }) => level >= 50)).toEqual([])
  })
})

const mounts = process.getuid?.() === 0 && spawnSync('mount', ['--version']).status === 0

/** A file system of so many KB; null where it may not be made. */
function smallDisk(kilobytes: number): string | null {
  if (!mounts) return null
  const where = folder()
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', where])
  if (mounted.status !== 0) return null
  onTestFinished(() => void spawnSync('umount', ['-l', where]))
  return where
}

describeTheFile('on a disk that is full', () => {
  it('it rests, says so, serves what it has, and goes on when there is room, without a restart', async context => {
    const disk = smallDisk(8_000)
    context.skip(disk === null, 'a small disk can only be mounted by root')
    if (disk === null) return
    const { server, addresses } = await agencies(4, 400)
    const { config } = configure(folder(), agenciesOf(addresses), {
      poll: EVERY_SECOND,
      database: join(disk, 'minwal.db'),
    })
    const ballast = join(disk, 'ballast')
    const running = await daemon(config)
    await eventually('it files', () => logged(running, 'polled').length >= 4)
    writeFileSync(ballast, new Uint8Array(1))
    spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4k'])
    await eventually('it says so', () => logged(running, 'the database cannot be written').length > 0)
    const ill = await ask(running, '/healthz')
    expect(ill.status).toBe(503)
    expect(ill.text).toMatch(/nothing has been stored for .*(?:database or disk is full|disk I\/O error).*free space/)
    const ready = await ask(running, '/readyz')
    expect(ready.status).toBe(503)
    expect(ready.text).toMatch(/nothing has been stored for /)
    expect((await ask(running, '/metrics')).text).toContain('minwal_storing 0')
    const page = await ask(running, '/feeds')
    expect(page.status).toBe(200)
    expect(page.text).toContain('nothing has been stored for')
    expect((await ask(running, '/')).status).toBe(200)
    // It rests: at most what there are places for is fetched.
    const visits = server.requests.length
    const since = Date.now()
    await eventually('several ticks pass', () => Date.now() > since + 3_500)
    expect(server.requests.length - visits).toBeLessThanOrEqual(4)
    expect(logged(running, 'the database cannot be written')).toHaveLength(1)
    expect(logged(running, 'the poll could not be stored')).toEqual([])
    rmSync(ballast)
    await eventually('it is well', async () => (await ask(running, '/healthz')).status === 200)
    await eventually('it is ready', async () => (await ask(running, '/readyz')).status === 200)
    const polled = logged(running, 'polled').length
    await eventually('polling goes on', () => logged(running, 'polled').length > polled + 4)
    expect(logged(running, 'the database is written again')).toHaveLength(1)
    expect((await running.stop()).code).toBe(0)
    expect(audit(join(disk, 'minwal.db'))).toEqual([])
  })
})

describeTheFile('a database that is taken away', () => {
  it.each([
    ['deleted', (database: string) => rmSync(database)],
    [
      'replaced by another file',
      (database: string) => {
        writeFileSync(`${database}.new`, '')
        renameSync(`${database}.new`, database)
      },
    ],
  ] as const)(
    'by being %s ends the daemon with a failure that says so',
    async (_, takeAway) => {
      const { server, addresses } = await agencies(1)
      const { config, database } = configure(folder(), agenciesOf(addresses), { poll: EVERY_SECOND })
      const running = await daemon(config)
      await eventually('it files', () => logged(running, 'polled').length >= 1)
      takeAway(database)
      const ended = await running.ended
      expect(ended.code).toBe(1)
      expect(ended.stderr).toMatch(/minwal: the (?:database|journal) .* while Minwal had it open: .*start it again/)
      expect(logged(running, 'the database is gone')).toHaveLength(1)
      // Nothing is polled into the void.
      expect(server.requests.length).toBeLessThan(8)
    },
    60_000,
  )
})

describe('minwal poll', () => {
  it('ends with 0 when a report has left its feed, and asks after its page', async () => {
    const server = await feedServer({ '/gone/1': (_, response) => void response.writeHead(410).end() })
    const item = (n: number) => ({
      guid: `g${n}`,
      title: `Report ${n} from the valley`,
      text: prose(random(n), 30),
      link: `${server.origin}/gone/${n}`,
      date: new Date(Date.now() - (10 - n) * 60_000).toISOString(),
    })
    const { config } = configure(folder(), agenciesOf([`${server.origin}/feed`]), {
      poll: { hostDelay: '100ms' },
    })
    server.answers.set('/feed', rss([item(1), item(0)]))
    expect((await minwal(['poll', '--force', '--json', '--config', config])).code).toBe(0)
    server.answers.set('/feed', rss([item(2), item(0)]))
    const second = await minwal(['poll', '--force', '--json', '--config', config])
    expect(second).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(second.stdout)).toMatchObject({ feeds: 1, new: 1 })
    expect(server.requests).toContain('/gone/1')
  })
})
