// A world of agencies that is lived through with the real commands, whole or with one of them killed in each round; and
// what must be so after each kill and at the end. Used by the suite and, for longer, by `npm run soak`.
import { audit, copyOf, count, type Filed, reportsOnFile, strayed } from './audit.ts'
import { type Ended, minwal, type Running, start } from './cli.ts'
import { agenciesOf, configure } from './configuration.ts'
import { eventually } from './eventually.ts'
import type { FeedServer } from './feed-server.ts'
import { prose, random } from './random.ts'
import { openRows } from './rows.ts'
import { type Item, rss } from './rss.ts'

const FEEDS = 30
const FIRST_ITEMS = 4
const GROWTH = 2

/** What a round does; with kills, the process is killed in the middle and, for an editor's command, tried again. */
const ACTIONS = ['poll', 'run', 'merge', 'poll', 'poll beside run', 'split'] as const
type Action = (typeof ACTIONS)[number]

/** Thirty agencies that add news, edit what they have, and take over one another's copy. Nothing ever leaves a feed. */
class World {
  readonly feeds: Item[][] = Array.from({ length: FEEDS }, () => [])
  /** Items that nobody took over and that took over nobody, of the first. */
  readonly alone: { feed: number; guid: string }[]
  readonly #next: () => number
  readonly #start: number
  readonly #shared = new Set<Item>()
  #made = 0

  constructor(next: () => number, begins: number) {
    this.#next = next
    this.#start = begins
    for (let at = 0; at < FIRST_ITEMS; at++) this.#grow()
    this.alone = this.feeds.flatMap((items, feed) =>
      items.filter(item => !this.#shared.has(item)).map(({ guid }) => ({ feed, guid })),
    )
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
      const item = {
        guid: `${feed}-${items.length}`,
        title: prose(this.#next, 7),
        text: source?.text ?? prose(this.#next, 40),
        link: `https://agency-${feed}.example/news/${number}`,
        date: new Date(this.#start + number * 10_000).toISOString(),
      }
      if (source) this.#shared.add(source).add(item)
      items.unshift(item)
    }
  }

  #pick(items: readonly Item[]): Item | undefined {
    return items[Math.floor(this.#next() * items.length)]
  }
}

/** What is on file at the end, without ids and times: the same however often the way there was interrupted. */
export interface End {
  reports: { key: string; title: string; text: string }[]
  /** Keys of reports by story, and by thread. */
  stories: string[][]
  threads: string[][]
  decisions: string[]
}

export interface Lived {
  end: End
  /** What was wrong on the way and at the end, in words. */
  faults: string[]
  kills: number
  /** Kills between the first and the last feed of a round. */
  halfway: number
}

export interface Life {
  /** In whose folder the database lies. */
  where: string
  server: Pick<FeedServer, 'origin' | 'answers'>
  seed: number
  rounds: number
  /** Whether each round's process is killed. */
  kill: boolean
  /** Time of the first report, Unix milliseconds. */
  begins: number
}

/** Live through a world. Everything that happens in it follows from the seed; when a kill comes follows from chance. */
export async function live({ where, server, seed, rounds, kill, begins }: Life): Promise<Lived> {
  const world = new World(random(seed), begins)
  // Apart from the world's own, so that both lives see the same world.
  const chance = random(seed + 1)
  const choice = random(seed + 2)
  let requests = 0
  let onRequest = (): void => {}
  for (const [at, items] of world.feeds.entries()) {
    server.answers.set(`/${at}`, (_request, response) => {
      requests++
      onRequest()
      response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss(items))
    })
  }
  const addresses = world.feeds.map((_, at) => `${server.origin}/${at}`)
  const { config, database } = configure(where, agenciesOf(addresses), {
    poll: { concurrency: 4, perHost: 4, tick: '* * * * * *', minInterval: '1s', maxInterval: '1s' },
    log: { level: 'error' },
  })
  const command = (...args: string[]): Promise<Ended> => minwal([...args, '--config', config])
  const begin = (...args: string[]): Running => start([...args, '--config', config])
  const faults: string[] = []
  let kills = 0
  let halfway = 0
  let polls = 0
  let known = new Map<string, Filed>()
  const merged: { kept: string; gone: string }[] = []

  /** The process is at this feed, and so many milliseconds into filing what came before it. */
  const killAt = (running: Running): void => {
    const at = requests + 5 + Math.floor(chance() * (FEEDS - 6))
    const delay = chance() * 20
    onRequest = () => {
      if (requests === at) setTimeout(() => running.child.kill('SIGKILL'), delay)
    }
  }
  const killed = async (running: Running, told: string): Promise<void> => {
    const ended = await running.ended
    onRequest = () => {}
    kills++
    if (ended.signal !== 'SIGKILL') faults.push(`${told}: not killed but ended with ${ended.code}: ${ended.stderr}`)
  }
  const whole = async (told: string, ...args: string[]): Promise<void> => {
    const ended = await command(...args)
    if (ended.code !== 0) faults.push(`${told}: ended with ${ended.code}: ${ended.stderr}`)
  }

  const beside = async (told: string): Promise<void> => {
    const daemon = begin('run')
    const seen = requests
    await eventually('the daemon polls', () => requests > seen || daemon.child.exitCode !== null)
    const poll = begin('poll', '--force')
    const victim = chance() < 0.5 ? daemon : poll
    if (kill) {
      killAt(victim)
      await killed(victim, told)
    }
    if (victim !== poll || !kill) {
      const ended = await poll.ended
      if (ended.code !== 0) faults.push(`${told}: the poll beside ended with ${ended.code}: ${ended.stderr}`)
    }
    if (victim !== daemon || !kill) {
      daemon.child.kill('SIGTERM')
      const ended = await daemon.ended
      if (ended.code !== 0) faults.push(`${told}: the daemon ended with ${ended.code}: ${ended.stderr}`)
    }
  }

  /** An editor's command, killed when it is about to write or just has; then given again until it is done. */
  const edit = async (told: string, args: () => string[] | null): Promise<void> => {
    const first = args()
    if (first === null) return
    if (kill) {
      const running = begin(...first)
      // Most of a short command is starting: kill in the latter half of what one takes here.
      setTimeout(() => running.child.kill('SIGKILL'), typical * (0.5 + chance() * 0.6))
      await running.ended
      kills++
    }
    const again = args()
    if (again !== null) await whole(told, ...again)
  }
  const placeOf = (key: string): { thread: number; story: number } => {
    const found = reportsOnFile(database).get(key)
    const story = Number(/in story (\d+)/.exec(found?.identity ?? '')?.[1])
    return { thread: found?.thread ?? 0, story }
  }
  const lone = (): string => {
    const { feed, guid } = world.alone[Math.floor(choice() * world.alone.length)] ?? { feed: 0, guid: '' }
    return `${addresses[feed]} ${guid}`
  }

  const act: Readonly<Record<Action, (told: string) => Promise<void>>> = {
    poll: async told => {
      if (!kill) return whole(told, 'poll', '--force')
      const running = begin('poll', '--force')
      killAt(running)
      await killed(running, told)
    },
    run: async told => {
      if (!kill) return whole(told, 'poll', '--force')
      const running = begin('run')
      killAt(running)
      await killed(running, told)
    },
    'poll beside run': beside,
    merge: told => {
      const pair = { kept: lone(), gone: lone() }
      merged.push(pair)
      return edit(told, () => {
        const [one, other] = [placeOf(pair.kept).thread, placeOf(pair.gone).thread]
        return one === other ? null : ['merge', `${one}`, `${other}`]
      })
    },
    split: told => {
      const pair = merged.shift()
      if (pair === undefined) return Promise.resolve()
      return edit(told, () => {
        const [one, other] = [placeOf(pair.kept), placeOf(pair.gone)]
        return one.thread === other.thread && one.story !== other.story
          ? ['split', `${one.thread}`, `${other.story}`]
          : null
      })
    },
  }

  await whole('the first poll', 'poll', '--force')
  polls = count(database, 'select count(*) from x_polls')
  const started = performance.now()
  await whole('a short command', 'threads', '--limit', '1')
  const typical = performance.now() - started
  known = reportsOnFile(database)
  for (let round = 0; round < rounds; round++) {
    const action = ACTIONS[round % ACTIONS.length] ?? 'poll'
    if (action !== 'merge' && action !== 'split') world.advance(round % 2 === 0)
    const told = `seed ${seed}, round ${round + 1} (${action})`
    await act[action](told)
    if (!kill) continue

    const copy = copyOf(database, where, 'looked-at.db')
    faults.push(...audit(copy).map(fault => `${told}: ${fault}`))
    const filed = reportsOnFile(copy)
    faults.push(...changed(known, filed).map(fault => `${told}: ${fault}`))
    faults.push(...strayed(copy, moves(known, filed)).map(fault => `${told}: ${fault}`))
    // A feed is filed as a whole or not at all, unless its poll stands as interrupted.
    const interrupted = new Set(feedsInterrupted(copy))
    for (const [feed, reports] of Map.groupBy(filed.values(), report => report.feed)) {
      if (!interrupted.has(feed) && (reports.length - FIRST_ITEMS) % GROWTH !== 0) {
        faults.push(`${told}: ${feed} has ${reports.length} reports`)
      }
    }
    const finished = count(copy, 'select count(*) from x_polls') - polls
    polls += finished
    if (finished > 0 && finished < FEEDS) halfway++
    known = filed
  }

  world.advance(true)
  const polled = await command('poll', '--force', '--json')
  if (polled.code !== 0 || polled.stderr !== '') faults.push(`the last poll: ${polled.code} ${polled.stderr}`)
  faults.push(...audit(database))
  const filed = reportsOnFile(database)
  const expected = world.feeds.flatMap((items, at) =>
    items.map(item => ({ ...item, key: `${addresses[at]} ${item.guid}` })),
  )
  for (const { key, title, text } of expected) {
    const found = filed.get(key)
    if (found?.title !== title || found.text !== text) faults.push(`${key} is not on file as it is served`)
  }
  if (filed.size !== expected.length) faults.push(`${filed.size} reports on file of ${expected.length} served`)
  if (kill) faults.push(...changed(known, filed), ...strayed(database, moves(known, filed)))
  const again = JSON.parse((await command('poll', '--force', '--json')).stdout) as Record<string, number>
  for (const kind of ['new', 'copy', 'revision', 'failedFeeds', 'rejected']) {
    if (again[kind] !== 0) faults.push(`polled again, ${kind}: ${again[kind]}`)
  }
  faults.push(...audit(database))
  return { end: endOf(database, server.origin), faults, kills, halfway }
}

/** Reports that are gone, or have another id or story than they had. */
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
  const db = openRows(path)
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

function endOf(path: string, origin: string): End {
  const db = openRows(path)
  try {
    const rows = db
      .prepare(
        `select r.id, replace(f.url, ?, '') || ' ' || r.guid as key, r.title, r.text, r.story, s.thread
         from x_reports r join x_feeds f on f.id = r.feed join x_stories s on s.id = r.story order by key`,
      )
      .all(origin) as { id: number; key: string; title: string; text: string; story: number; thread: number }[]
    const grouped = (by: 'story' | 'thread'): string[][] =>
      [...Map.groupBy(rows, row => row[by]).values()].map(group => group.map(({ key }) => key)).sort()
    const ofStories = (json: string): string =>
      (JSON.parse(json) as number[])
        .flatMap(story => rows.filter(row => row.story === story).map(({ key }) => key))
        .sort()
        .join(' ')
    const decisions = db.prepare('select kind, one, other from x_decisions').all() as Record<
      'kind' | 'one' | 'other',
      string
    >[]
    return {
      reports: rows.map(({ key, title, text }) => ({ key, title, text })),
      stories: grouped('story'),
      threads: grouped('thread'),
      decisions: decisions.map(({ kind, one, other }) => `${kind}: ${ofStories(one)} | ${ofStories(other)}`).sort(),
    }
  } finally {
    db.close()
  }
}
