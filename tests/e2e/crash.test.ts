// A process that is killed while it polls, again and again, costs nothing that was filed and files nothing twice.
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { audit, copyOf, count, type Filed, reportsOnFile, strayed } from '../helpers/audit.ts'
import { minwal, start } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { feedServer, type Item, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { prose, random } from '../helpers/random.ts'

const SEED = Number(process.env['MINWAL_SEED'] ?? 20_260_105)
const FEEDS = 30
const KILLS = 20
const FIRST_ITEMS = 4
const GROWTH = 2

/** Thirty agencies that add news, edit what they have, and take over one another's copy. Nothing ever leaves a feed. */
class World {
  readonly feeds: Item[][] = Array.from({ length: FEEDS }, () => [])
  readonly #next: () => number
  readonly #start = Date.now() - 86_400_000
  #made = 0

  constructor(next: () => number) {
    this.#next = next
    for (let at = 0; at < FIRST_ITEMS; at++) this.#grow()
  }

  /** Every agency edits something; and, if `news`, adds two reports. */
  advance(news: boolean): void {
    for (let at = 0; news && at < GROWTH; at++) this.#grow()
    for (const items of this.feeds) {
      const edited = this.#pick(items)
      if (edited) edited.text = `${prose(this.#next, 6)} ${edited.text}`
    }
  }

  #grow(): void {
    for (const [feed, items] of this.feeds.entries()) {
      const source = this.#next() < 0.2 ? this.#pick(this.feeds[Math.floor(this.#next() * FEEDS)] ?? []) : undefined
      const number = this.#made++
      items.unshift({
        guid: `${feed}-${items.length}`,
        title: prose(this.#next, 7),
        text: source?.text ?? prose(this.#next, 40),
        link: `https://agency-${feed}.example/news/${number}`,
        date: new Date(this.#start + number * 10_000).toISOString(),
      })
    }
  }

  #pick(items: readonly Item[]): Item | undefined {
    return items[Math.floor(this.#next() * items.length)]
  }
}

/** Reports that are gone, or have another id, story or thread than they had. */
function changed(before: ReadonlyMap<string, Filed>, after: ReadonlyMap<string, Filed>): string[] {
  return [...before].flatMap(([key, { identity }]) =>
    after.get(key)?.identity === identity ? [] : [`${key} was ${identity}, is ${after.get(key)?.identity}`],
  )
}

/** From which thread to which the stories of known reports went. */
function moves(before: ReadonlyMap<string, Filed>, after: ReadonlyMap<string, Filed>): { from: number; to: number }[] {
  return [...before].flatMap(([key, { thread }]) => {
    const to = after.get(key)?.thread
    return to === undefined ? [] : [{ from: thread, to }]
  })
}

/** Feeds whose last poll did not come to its end. */
function feedsInterrupted(path: string): string[] {
  const db = new Database(path, { readonly: true })
  try {
    return db
      .prepare(
        `select f.url from feed f where (select p.status from poll p where p.feed = f.id order by p.id desc limit 1) = 'interrupted'`,
      )
      .pluck()
      .all() as string[]
  } finally {
    db.close()
  }
}

it(`kill -9 in the middle of ${KILLS} polls: nothing twice, nothing lost, every id as it was`, async () => {
  const next = random(SEED)
  const world = new World(next)
  let requests = 0
  let onRequest = (): void => {}
  const server = await feedServer()
  for (const [at, items] of world.feeds.entries()) {
    server.answers.set(`/${at}`, (_request, response) => {
      requests++
      onRequest()
      response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss(items))
    })
  }
  const where = folder()
  const addresses = world.feeds.map((_, at) => `${server.origin}/${at}`)
  const { config, database } = configure(where, agenciesOf(addresses), {
    poll: { concurrency: 4, perHost: 4, tick: '* * * * * *', minInterval: '1s', maxInterval: '1s' },
    log: { level: 'error' },
  })

  let known = new Map<string, Filed>()
  let halfway = 0
  let polls = 0
  for (let round = 0; round < KILLS; round++) {
    if (round > 0) world.advance(round % 2 === 0)
    // The poll is at this feed, and so many milliseconds into filing what came before it.
    const at = requests + 5 + Math.floor(next() * (FEEDS - 6))
    const delay = next() * 20
    const command = round % 4 === 3 ? ['run'] : ['poll', '--force']
    const running = start([...command, '--config', config])
    onRequest = () => {
      if (requests === at) setTimeout(() => running.child.kill('SIGKILL'), delay)
    }
    const ended = await running.ended
    onRequest = () => {}
    const told = `seed ${SEED}, kill ${round + 1} (${command.join(' ')}), stderr ${ended.stderr}`
    expect(ended.signal, told).toBe('SIGKILL')

    const copy = copyOf(database, where, `kill-${round}.db`)
    expect(audit(copy), told).toEqual([])
    const filed = reportsOnFile(copy)
    expect(changed(known, filed), told).toEqual([])
    expect(strayed(copy, moves(known, filed)), told).toEqual([])
    // A feed is filed as a whole or not at all, unless its poll stands as interrupted.
    const interrupted = new Set(feedsInterrupted(copy))
    const counts = Map.groupBy(filed.values(), report => report.feed)
    for (const feed of addresses) {
      const size = counts.get(feed)?.length ?? 0
      if (interrupted.has(feed)) continue
      expect(size === 0 || (size - FIRST_ITEMS) % GROWTH === 0, `${told}: ${feed} has ${size}`).toBe(true)
    }
    const finished = count(copy, 'select count(*) from polls') - polls
    polls += finished
    if (finished > 0 && finished < FEEDS) halfway++
    known = filed
  }
  console.log(`crash: seed ${SEED}, ${KILLS} kills, ${halfway} of them between the first and the last of its feeds`)
  // Otherwise the kills did not come in the middle of anything.
  expect(halfway).toBeGreaterThanOrEqual(KILLS / 2)

  world.advance(true)
  const polled = await minwal(['poll', '--force', '--json', '--config', config])
  expect(polled).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(polled.stdout)).toMatchObject({ feeds: FEEDS, failedFeeds: 0, rejected: 0 })
  expect(audit(database)).toEqual([])

  const filed = reportsOnFile(database)
  const expected = world.feeds.flatMap((items, at) =>
    items.map(item => ({ item, key: `${addresses[at]} ${item.guid}` })),
  )
  expect([...filed.keys()].sort()).toEqual(expected.map(({ key }) => key).sort())
  expect(count(database, 'select count(*) from reports')).toBe(expected.length)
  const outdated = expected.filter(
    ({ item, key }) => filed.get(key)?.title !== item.title || filed.get(key)?.text !== item.text,
  )
  expect(outdated).toEqual([])
  expect(changed(known, filed)).toEqual([])
  expect(strayed(database, moves(known, filed))).toEqual([])

  const again = await minwal(['poll', '--force', '--json', '--config', config])
  expect(JSON.parse(again.stdout)).toMatchObject({ new: 0, copy: 0, revision: 0, failedFeeds: 0 })
  expect(audit(join(where, 'minwal.db'))).toEqual([])
}, 300_000)
