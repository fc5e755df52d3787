// What 1,000 entries cost, by role, on PostgreSQL and on SQLite in one run: `node bench/cluster.ts --cost`. All feeds are polled
// for the first time, then again without anything new; what processes took to start is not counted. CPU seconds are those of /proc, statements those that
// pg_stat_statements counts by the user of each role, round trips those that pass between the desk and the server.
import { readdirSync, readFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import Database from 'better-sqlite3'
import { clientPool, type Pool } from '../../src/store/postgres/client.ts'
import { openRows } from '../../tests/helpers/rows.ts'
import { printJson, printTable, rounded } from '../helpers.ts'
import { type Machines, startDatabase } from './machines.ts'
import { configuration, type FeedServer, pageStatus, RoleProcess, startFeeds, until } from './roles.ts'

const FEEDS = 200
const ENTRIES = 30
const HOSTS = 20
const PAGES = 500
/** Polls of each feed that bring nothing. */
const ROUNDS = 5
/** Of /proc: a tick of the kernel's clock. */
const TICKS = 100
const ROLES = ['collect', 'desk', 'publish'] as const

/** CPU seconds by role. */
type Cpu = Readonly<Record<string, number>>

/** CPU seconds of a process with all its threads; of its children that have ended too. */
function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS
}

/** Of the server and those that it has started. */
function cpuOfServer(pid: number): number {
  const children = readdirSync('/proc').filter(name => {
    if (!/^\d+$/.test(name)) return false
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid
    } catch {
      return false
    }
  })
  return [pid, ...children.map(Number)].reduce((sum, one) => sum + cpuOf(one), 0)
}

interface Trips {
  all: number
  /** On the connection that files. */
  filing: number
}

/** Stands between the desk and the server, and counts how often one waits for the other. */
async function startCounter(
  to: { host: string; port: number },
  host: string,
): Promise<{ url: string; trips: Trips; stop(): void }> {
  const trips: Trips = { all: 0, filing: 0 }
  const server = net.createServer(client => {
    // As the client and the server have it.
    const onward = net.connect({ port: to.port, host: to.host, noDelay: true })
    client.setNoDelay(true)
    let files = false
    let isAnswered = true
    client.on('data', (chunk: Buffer) => {
      files ||= chunk.includes('insert into x_reports')
      if (isAnswered) {
        trips.all++
        if (files) trips.filing++
      }
      isAnswered = false
    })
    onward.on('data', () => {
      isAnswered = true
    })
    for (const [from, into] of [
      [client, onward],
      [onward, client],
    ] as const) {
      from.pipe(into)
      from.on('error', () => into.destroy()).on('close', () => into.destroy())
    }
  })
  await new Promise<void>(resolve => server.listen(0, host, resolve))
  const { port } = server.address() as net.AddressInfo
  return { url: `postgres://desk@${host}:${port}/postgres`, trips, stop: () => server.close() }
}

const poll = { hostDelay: '0s', perHost: 16, minInterval: '1h', maxInterval: '4h' }
const configured = (database: string, server: FeedServer): object =>
  configuration(server, { database, feeds: FEEDS, poll, level: 'warn' })

async function askPages(of: RoleProcess): Promise<void> {
  for (let at = 0; at < PAGES; at++) {
    const status = await pageStatus(of.page)
    if (status !== 200) throw new Error(`${of.page} answers ${status}`)
  }
}

interface Measured {
  /** CPU seconds for all entries. */
  cpu: Cpu
  /** CPU seconds for `PAGES` pages. */
  pages: Cpu
  seconds: number
}

/** What `measure` needs of the database. */
interface Counted {
  reports(): Promise<number>
  /** All feeds are due now. */
  makeDue(): Promise<void>
  /** Feeds that are. */
  due(): Promise<number>
}

const MAKE_DUE = 'update x_feeds set next_poll = 0'
const COUNT_REPORTS = 'select count(*) as n from x_reports'
const COUNT_DUE = 'select count(*) as n from x_feeds where next_poll = 0'

/** Poll everything once, and ask for pages, while the CPU is read. */
async function measure(
  server: FeedServer,
  { reports }: Counted,
  { read, publisher }: { read: () => Cpu; publisher: RoleProcess },
): Promise<Measured> {
  // What has begun is idle when its first requests wait.
  await new Promise(resolve => setTimeout(resolve, 8_000))
  const before = read()
  const began = performance.now()
  await server.ask('POST', '/open')
  await until('all is on file', async () => (await reports()) >= FEEDS * ENTRIES, 300_000)
  const seconds = rounded((performance.now() - began) / 1_000)
  await new Promise(resolve => setTimeout(resolve, 2_000))
  const after = read()
  await askPages(publisher)
  const last = read()
  return { cpu: difference(before, after), pages: difference(after, last), seconds }
}

/** CPU seconds of `ROUNDS` polls of each feed that bring nothing. */
async function measureUnchanged({ makeDue, due }: Counted, read: () => Cpu): Promise<Cpu> {
  const before = read()
  for (let round = 0; round < ROUNDS; round++) {
    await makeDue()
    await until('all was polled again', async () => (await due()) === 0, 120_000)
  }
  await new Promise(resolve => setTimeout(resolve, 2_000))
  return difference(before, read())
}

const difference = (from: Cpu, to: Cpu): Cpu =>
  Object.fromEntries(Object.entries(to).map(([name, value]) => [name, value - (from[name] ?? 0)]))

const perThousand = (of: Cpu, count: number): Cpu =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [name, rounded((1_000 * value) / count, 3)]))

const sumOf = (of: Cpu): number => Object.values(of).reduce((sum, one) => sum + one, 0)

interface Place {
  machines: Machines
  folder: string
  programs: string
  answers: (url: string) => Promise<void>
}

async function onPostgres(place: Place, server: FeedServer, closers: (() => unknown)[]) {
  const { machines, folder } = place
  const machine = machines.add('db')
  const database = await startDatabase({
    ...place,
    machine,
    settings: { shared_preload_libraries: 'pg_stat_statements' },
  })
  closers.push(() => database.stop())
  const pool = clientPool(database.url, 2, () => {})
  closers.push(() => pool.end())
  await pool.query('create extension pg_stat_statements')
  for (const role of ROLES) await pool.query(`create role ${role} superuser login`)
  const { hostname, port } = new URL(database.url)
  const counter = await startCounter({ host: hostname, port: Number(port) }, machines.here)
  closers.push(() => counter.stop())
  const started: Partial<Record<(typeof ROLES)[number], RoleProcess>> = {}
  for (const role of ['desk', 'collect', 'publish'] as const) {
    const url = role === 'desk' ? counter.url : database.url.replace('minwal@', `${role}@`)
    const one = new RoleProcess(role, machines.add(role), { folder, config: configured(url, server) })
    closers.push(() => one.stop())
    one.start()
    started[role] = one
    if (role === 'desk') await until('tables are there', async () => (await countReports(pool)) === 0)
  }
  const { publish } = started
  if (publish === undefined) throw new Error('no publisher')
  await until('the publisher answers', async () => (await pageStatus(publish.page)) === 200)
  const counted: Counted = {
    reports: () => countReports(pool),
    makeDue: async () => void (await pool.query(MAKE_DUE)),
    due: async () => Number((await pool.query<{ n: number }>(COUNT_DUE)).rows[0]?.n),
  }
  const read = (): Cpu => ({
    ...Object.fromEntries(ROLES.map(role => [role, cpuOf(started[role]?.pid ?? 0)])),
    database: cpuOfServer(database.process.pid ?? 0),
  })
  const before = { trips: { ...counter.trips }, wal: await walOf(pool) }
  await pool.query('select pg_stat_statements_reset()')
  const measured = await measure(server, counted, { read, publisher: publish })
  const { rows } = await pool.query<{ role: string; calls: number }>(
    `select rolname as role, sum(calls) as calls from pg_stat_statements s join pg_roles r on r.oid = s.userid group by 1`,
  )
  const sizes = await pool.query<{ bytes: number }>(`select pg_database_size(current_database()) as bytes`)
  const wal = (await walOf(pool)) - before.wal
  const trips = { ...counter.trips }
  const unchanged = await measureUnchanged(counted, read)
  const documents = (of: number): number => rounded(of / FEEDS, 1)
  return {
    measured,
    unchanged,
    statementsADocument: Object.fromEntries(rows.map(({ role, calls }) => [role, documents(calls)])),
    tripsADocument: {
      filing: documents(trips.filing - before.trips.filing),
      desk: documents(trips.all - before.trips.all),
    },
    walBytesAnEntry: Math.round(wal / (FEEDS * ENTRIES)),
    databaseBytesAnEntry: Math.round((sizes.rows[0]?.bytes ?? 0) / (FEEDS * ENTRIES)),
  }
}

const countReports = async (pool: Pool): Promise<number> =>
  Number((await pool.query<{ n: number }>(COUNT_REPORTS)).rows[0]?.n)

const walOf = async (pool: Pool): Promise<number> =>
  Number((await pool.query<{ at: number }>(`select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') as at`)).rows[0]?.at)

async function onSqlite(
  { machines, folder }: Place,
  server: FeedServer,
  closers: (() => unknown)[],
): Promise<{ measured: Measured; unchanged: Cpu }> {
  const file = path.join(folder, 'minwal.db')
  const one = new RoleProcess('all', machines.add('all'), { folder, config: configured(file, server) })
  closers.push(() => one.stop())
  one.start()
  await until('it answers', async () => (await pageStatus(one.page)) === 200)
  const count = async (query: string): Promise<number> => {
    const rows = openRows(file)
    try {
      return Number(rows.prepare(query).pluck().get())
    } finally {
      rows.close()
    }
  }
  const counted: Counted = {
    reports: () => count(COUNT_REPORTS),
    makeDue: async () => {
      const db = new Database(file, { timeout: 30_000 })
      db.prepare(MAKE_DUE).run()
      db.close()
    },
    due: () => count(COUNT_DUE),
  }
  const read = (): Cpu => ({ all: cpuOf(one.pid ?? 0) })
  const measured = await measure(server, counted, { read, publisher: one })
  return { measured, unchanged: await measureUnchanged(counted, read) }
}

/** Measure both, and print it. */
export async function measureCost(place: Place): Promise<void> {
  const closers: (() => unknown)[] = []
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  const feedsFor = async (name: string): Promise<FeedServer> => {
    const server = await startFeeds(place.machines.add(name, HOSTS), {
      folder: place.folder,
      feeds: FEEDS,
      entries: ENTRIES,
      more: ['--held', '--delay', '0'],
    })
    closers.push(() => server.stop())
    return server
  }
  try {
    const postgres = await onPostgres(place, await feedsFor('feeds1'), closers)
    await close()
    const sqlite = await onSqlite(place, await feedsFor('feeds2'), closers)
    const entries = FEEDS * ENTRIES
    const cpu = perThousand(postgres.measured.cpu, entries)
    const alone = perThousand(sqlite.measured.cpu, entries)['all'] ?? 0
    const all = sumOf(cpu)
    const unchanged = perThousand(postgres.unchanged, FEEDS * ROUNDS)
    const unchangedAlone = perThousand(sqlite.unchanged, FEEDS * ROUNDS)['all'] ?? 0
    printTable(
      ['CPU seconds', 'per 1,000 entries', 'of SQLite', 'per 1,000 pages', 'per 1,000 polls that bring nothing'],
      [
        ...Object.entries(cpu).map(([name, value]) => [
          name,
          value,
          rounded(value / alone, 2),
          rounded((1_000 * (postgres.measured.pages[name] ?? 0)) / PAGES, 2),
          unchanged[name] ?? '',
        ]),
        ['all of PostgreSQL', rounded(all, 3), rounded(all / alone, 2), '', rounded(sumOf(unchanged), 3)],
        ['SQLite', alone, 1, rounded((1_000 * (sqlite.measured.pages['all'] ?? 0)) / PAGES, 2), unchangedAlone],
      ],
    )
    const { measured, ...rest } = postgres
    printJson('cluster --cost', {
      entries,
      cpu,
      sqlite: alone,
      unchangedOnSqlite: unchangedAlone,
      ratio: rounded(all / alone, 2),
      seconds: [measured.seconds, sqlite.measured.seconds],
      ...rest,
      unchanged,
    })
  } finally {
    await close()
  }
}
