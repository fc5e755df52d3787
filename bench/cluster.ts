// Minwal on many machines, under fire. `node bench/cluster.ts [--feeds 2000] [--kills 50] [--restarts 5] [--seconds 600]
// [--collectors 2] [--desks 2] [--publishers 2] [--loopback] [--keep]` runs each role on machines of its own (network
// namespaces, which need root), with one PostgreSQL and a feed server whose feeds go on filing. Roles are killed at random,
// PostgreSQL is ended as a power cut would, a collector and the desk that files are taken off the network. Exit code 1, and a
// line for each thing that is not as it must be. `--cost` measures instead what 1,000 entries cost: see cluster/cost.ts.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { clientPool, type Pool } from '../src/store/postgres/client.ts'
import { checkDatabase, checkPoliteness } from './cluster/checks.ts'
import { measureCost } from './cluster/cost.ts'
import type { Seen, Served } from './cluster/feeds.ts'
import {
  type Database,
  loopbackMachines,
  type Machines,
  namespaceMachines,
  namespacesRefusal,
  postgresPrograms,
  startDatabase,
} from './cluster/machines.ts'
import { configuration, type FeedServer, Readers, RoleProcess, startFeeds, until } from './cluster/roles.ts'
import { printJson, rounded, skipped } from './helpers.ts'

const { values } = parseArgs({
  options: {
    feeds: { type: 'string', default: '2000' },
    kills: { type: 'string', default: '50' },
    restarts: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '600' },
    collectors: { type: 'string', default: '2' },
    desks: { type: 'string', default: '2' },
    publishers: { type: 'string', default: '2' },
    loopback: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    cost: { type: 'boolean', default: false },
  },
})
const feeds = Number(values.feeds)
const seconds = Number(values.seconds)

const HOSTS = 40
const HOST_DELAY = 1_000
const PER_HOST = 2
const FIRST_ENTRIES = 3
const TICK = 10_000

const say = (text: string): void => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)
const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))
const picked = <T>(of: readonly T[]): T | undefined => of[Math.floor(Math.random() * of.length)]

/** Two cores poll some thirty feeds a second, with all else they do here. */
const interval = `${Math.max(10, Math.ceil(feeds / 20))}s`
const poll = { hostDelay: `${HOST_DELAY}ms`, perHost: PER_HOST, minInterval: interval, maxInterval: interval }

interface World {
  machines: Machines
  database: Database
  server: FeedServer
  roles: RoleProcess[]
  pool: Pool
}

const LEADER = `select a.pid, host(a.client_addr) as address from pg_locks l join pg_stat_activity a using (pid)
  where l.locktype = 'advisory' and l.classid = ${0x4d4e574d} and l.granted and a.backend_start < now() - interval '1 second'`

async function leader({ pool }: World): Promise<{ pid: number; address: string } | null> {
  const { rows } = await pool.query<{ pid: number; address: string }>(LEADER)
  return rows[0] ?? null
}

interface Happened {
  kills: Record<string, number>
  restarts: number[]
  takeovers: { how: string; seconds: number }[]
  cuts: number[]
}

/** Seconds until another connection leads. */
async function takeover(world: World, before: number, how: string, happened: Happened): Promise<void> {
  const began = performance.now()
  await until('a desk files', async () => ((await leader(world))?.pid ?? before) !== before, 180_000)
  happened.takeovers.push({ how, seconds: rounded((performance.now() - began) / 1_000) })
}

async function kill(world: World, readers: Readers, happened: Happened): Promise<void> {
  const { roles } = world
  // Pages come from the other publisher: one is killed when another answers.
  const mayEnd = (role: RoleProcess): boolean =>
    role.role !== 'publish' ||
    roles.some(other => other !== role && other.role === 'publish' && readers.isAnswering(other))
  const victim = picked(roles.filter(mayEnd))
  if (victim === undefined) return
  const led = await leader(world).catch(() => null)
  victim.kill()
  happened.kills[victim.role] = (happened.kills[victim.role] ?? 0) + 1
  if (victim.role === 'desk' && led !== null && victim.machine.addresses.includes(led.address))
    await takeover(world, led.pid, 'kill -9', happened)
}

/** Take a machine off the network for a while. */
async function cut(role: RoleProcess, ms: number, happened: Happened): Promise<void> {
  if (!role.machine.link(false)) return
  say(`${role.machine.name} is off the network for ${Math.round(ms / 1_000)} s`)
  await sleep(ms)
  role.machine.link(true)
  say(`${role.machine.name} is back`)
  happened.cuts.push(Math.round(ms / 1_000))
}

async function fire(world: World, readers: Readers, happened: Happened): Promise<void> {
  const { roles, database, server } = world
  const kills = Number(values.kills)
  const restarts = Number(values.restarts)
  const pause = (seconds * 1_000) / (kills + restarts + 1)
  const ticking = setInterval(() => {
    server.ask('POST', '/tick?share=0.05&entries=1').catch(() => {})
  }, TICK)
  const apart: Promise<void>[] = []
  const steps = kills + restarts
  for (let step = 0; step < steps; step++) {
    await sleep(pause)
    if (step === Math.floor(steps / 4)) {
      const collector = picked(roles.filter(({ role }) => role === 'collect'))
      if (collector !== undefined) apart.push(cut(collector, Math.min(150_000, seconds * 250), happened))
    }
    if (step === Math.floor((3 * steps) / 4)) apart.push(cutLeader(world, happened))
    const isRestart = Math.floor(((step + 1) * restarts) / steps) > Math.floor((step * restarts) / steps)
    if (isRestart) {
      const ms = await database.restart()
      say(`PostgreSQL was ended and answers again after ${Math.round(ms)} ms`)
      happened.restarts.push(Math.round(ms))
    } else await kill(world, readers, happened)
  }
  await Promise.all(apart)
  clearInterval(ticking)
}

async function cutLeader(world: World, happened: Happened): Promise<void> {
  const led = await leader(world).catch(() => null)
  const role = world.roles.find(({ machine }) => led !== null && machine.addresses.includes(led.address))
  if (role === undefined || led === null || world.machines.kind === 'loopback') return
  await Promise.all([
    cut(role, Math.min(90_000, seconds * 250), happened),
    takeover(world, led.pid, 'off the network', happened).catch(error => say(String(error))),
  ])
}

/** Everything that was served is on file; then nothing is polled any more, and nothing waits. */
async function settled({ pool, server, roles }: World): Promise<Served[]> {
  const served = await server.ask<Served[]>('GET', '/truth')
  const one = async (query: string): Promise<number> => Number((await pool.query<{ n: number }>(query)).rows[0]?.n)
  let shown = 0
  await until(
    'everything that was served is on file',
    async () => {
      const reports = await one('select count(*) as n from x_reports')
      const open = await one('select count(*) as n from x_calls where answered is null')
      if (performance.now() - shown > 10_000) {
        say(`${reports} of ${served.length} entries are on file, ${open} calls wait`)
        shown = performance.now()
      }
      return reports >= served.length
    },
    Math.max(180_000, seconds * 1_000),
  ).catch(error => say(String(error)))
  await Promise.all(roles.filter(({ role }) => role === 'collect').map(role => role.stop()))
  const open = 'select count(*) as n from x_calls where answered is null'
  await until('no call waits', async () => (await one(open)) === 0).catch(error => say(String(error)))
  return served
}

/** Share of the rounds in which a publisher answered, and the longest time without any page. */
function pagesOf(rounds: readonly { at: number; statuses: number[] }[], publishers: readonly RoleProcess[]) {
  const silent: string[] = []
  let silence = 0
  let begins: number | null = null
  for (const { at, statuses } of rounds) {
    if (statuses.includes(200)) begins = null
    else {
      begins ??= at
      silence = Math.max(silence, at - begins + 200)
      silent.push(`${new Date(performance.timeOrigin + at).toISOString().slice(11, 23)} ${statuses.join(' ')}`)
    }
  }
  const share = (of: (statuses: readonly number[]) => boolean): number =>
    rounded((100 * rounds.filter(({ statuses }) => of(statuses)).length) / Math.max(1, rounds.length), 2)
  return {
    rounds: rounds.length,
    any: share(statuses => statuses.includes(200)),
    each: Object.fromEntries(
      publishers.map(({ machine }, at) => [machine.name, share(statuses => statuses[at] === 200)]),
    ),
    silentSeconds: rounded(silence / 1_000),
    silent: silent.slice(0, 10),
  }
}

/** Lines that no process may write, whatever is killed around it. */
function crashesIn(log: string): string[] {
  return log
    .split('\n')
    .filter(line => /^[A-Za-z]*Error\b|fault in Minwal|could not be (?:stored|filed)/.test(line))
    .slice(0, 5)
}

async function underFire(world: World): Promise<string[]> {
  const { server, roles, pool } = world
  const happened: Happened = { kills: {}, restarts: [], takeovers: [], cuts: [] }
  for (const role of roles) role.start()
  await until(
    'a desk has made the tables',
    async () => (await pool.query('select 1 from x_feeds limit 1')).rows.length > 0,
  )
  const publishers = roles.filter(({ role }) => role === 'publish')
  const readers = new Readers(publishers)
  await until('all publishers answer', async () => publishers.every(publisher => readers.isAnswering(publisher)))
  say('the cluster runs')
  // At the very start tables are not there yet, and whoever needs them is started again.
  for (const role of roles) role.ended = []
  await readers.stop()
  const watched = new Readers(publishers)
  await sleep(2_000)
  await fire(world, watched, happened)
  const rounds = await watched.stop()
  say('no more fire')
  const served = await settled(world)
  const paced = world.machines.kind === 'loopback' ? 0 : HOST_DELAY
  const seen = await server.ask<Seen[]>('GET', `/seen?delay=${paced}`)
  const left = (await pool.query<{ n: number }>('select count(*) as n from x_calls')).rows[0]?.n
  await Promise.all(roles.map(role => role.stop()))
  const checked = checkDatabase(world.database.url, { served, address: feed => server.address(feed) })
  const pages = pagesOf(rounds, publishers)
  const endedAlone = roles.reduce((sum, { ended }) => sum + ended.length, 0)
  const faults = [
    ...checked.faults,
    ...checkPoliteness(seen, { hostDelay: paced, perHost: PER_HOST }),
    ...(pages.any < 100 ? [`for ${pages.silentSeconds} s no publisher answered 200`] : []),
    ...roles.flatMap(({ machine, log }) => crashesIn(log).map(line => `${machine.name}: ${line}`)),
  ]
  const gaps = seen.flatMap(({ closest }) => closest ?? [])
  printJson('cluster', {
    machines: world.machines.kind,
    feeds,
    seconds,
    ...happened,
    entries: served.length,
    reports: checked.reports,
    stories: checked.stories,
    threads: checked.threads,
    regroupings: checked.regroupings,
    requests: seen.reduce((sum, { requests }) => sum + requests, 0),
    hosts: seen.length,
    closestMs: rounded(Math.min(...gaps)),
    mostAtOnce: Math.max(...seen.map(({ most }) => most)),
    leftInCalls: left,
    endedAlone,
    pages,
    faults: faults.length,
  })
  return faults
}

const answers = (url: string): Promise<void> =>
  until('PostgreSQL answers', async () => {
    const pool = clientPool(url, 1, () => {})
    try {
      await pool.query('select 1')
      return true
    } finally {
      await pool.end()
    }
  })

async function inWorld(programs: string, machines: Machines, folder: string): Promise<string[]> {
  const closers: (() => unknown)[] = [() => machines.remove()]
  try {
    const database = await startDatabase({ machine: machines.add('db'), folder, programs, answers })
    closers.push(() => database.stop())
    const server = await startFeeds(machines.add('feeds', HOSTS), { folder, feeds, entries: FIRST_ENTRIES })
    closers.push(() => server.stop())
    const cluster = { folder, config: configuration(server, { database: database.url, feeds, poll, level: 'info' }) }
    const numbers = {
      collect: Number(values.collectors),
      desk: Number(values.desks),
      publish: Number(values.publishers),
    }
    const roles = (['desk', 'collect', 'publish'] as const).flatMap(role =>
      Array.from(
        { length: numbers[role] },
        (_, at) => new RoleProcess(role, machines.add(`${role}${at + 1}`), cluster),
      ),
    )
    closers.push(() => Promise.all(roles.map(role => role.stop())))
    const pool = clientPool(database.url, 3, () => {})
    closers.push(() => pool.end())
    return await underFire({ machines, database, server, roles, pool })
  } finally {
    for (const close of closers.reverse()) await close()
  }
}

async function cost(programs: string, machines: Machines, folder: string): Promise<string[]> {
  await measureCost({ machines, folder, programs, answers })
  return []
}

const programs = postgresPrograms()
const refusal = values.loopback ? null : namespacesRefusal()
if (programs === null) skipped('cluster.ts', 'PostgreSQL')
else {
  if (refusal !== null)
    say(
      `${refusal}: all machines are this one, at the loopback; no pauses between requests are kept there, and nothing is taken off the network`,
    )
  const folder = mkdtempSync(path.join(tmpdir(), 'minwal-cluster-'))
  chmodSync(folder, 0o755)
  // An interrupted run leaves nothing either.
  const machines = values.loopback || refusal !== null ? loopbackMachines() : namespaceMachines()
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => reject(new Error(signal)))
  })
  try {
    const faults = await Promise.race([
      values.cost ? cost(programs, machines, folder) : inWorld(programs, machines, folder),
      interrupted,
    ])
    for (const fault of faults) process.stdout.write(`${fault}\n`)
    if (faults.length > 0) process.exitCode = 1
  } finally {
    machines.remove()
    if (values.keep) say(`kept: ${folder}`)
    else rmSync(folder, { recursive: true, force: true })
  }
}
