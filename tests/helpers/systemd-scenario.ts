// What happens inside the sandbox: installs the shipped units as the README says, lives through a service's life, and
// prints what it saw as one JSON object. It judges nothing; tests/e2e/systemd.test.ts does. Builtins only.
// Arguments: root of the project, the node to run the service with, the drop-in for a user of its own.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

export interface Ran {
  code: number | null
  out: string
}

export interface Observations {
  verify: Ran
  security: string
  start: Ran
  startMessages: string[]
  status: string
  pages: Record<string, number>
  stateDirectory: { link: string; databaseMode: number }
  reading: { uri: Ran; plain: Ran; write: Ran; underPrivate: Ran; secrets: Ran; command: Ran }
  reload: { unchanged: Ran; heard: boolean; changed: Ran; agencies: string; status: string; bad: Ran; after: Unit }
  peakRssMB: number
  stop: { ran: Ran; unit: Unit; messages: string[]; reading: Ran; immutable: Ran }
  wrongConfig: { start: Ran; unit: Unit }
  watchdog: { fedSeconds: number; messages: number; before: Unit; frozen: Unit; log: string }
  socket: {
    verify: Ran
    start: Ran
    woken: number
    restart: number | null
    answered: number
    lost: string[]
    lives: number
    status: string
  }
  ownUser: { start: Ran; reading: Ran; link: boolean }
  journal: string[]
}

type Unit = Record<'ActiveState' | 'Result' | 'ExecMainStatus' | 'ExecMainCode' | 'NRestarts' | 'MainPID', string>

const UNIT_FILES = '/etc/systemd/system'
const CONFIG = '/etc/minwal/config.json'
const HOME = '/opt/minwal'
const SITE = 'http://127.0.0.1:8080'

function run(command: string, ...args: string[]): Ran {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 60_000 })
  return { code: status, out: `${stdout}${stderr}`.trim() }
}

const show = (name: string): string => execFileSync('systemctl', ['show', '-p', name, '--value', 'minwal'], TEXT).trim()
const TEXT = { encoding: 'utf8' } as const

/** All at one moment: asked one after another they may belong to two lives of the daemon. */
function unit(): Unit {
  const names = ['ActiveState', 'Result', 'ExecMainStatus', 'ExecMainCode', 'NRestarts', 'MainPID']
  const lines = execFileSync('systemctl', ['show', ...names.flatMap(name => ['-p', name]), 'minwal'], TEXT).trim()
  return Object.fromEntries(lines.split('\n').map(line => line.split('=', 2))) as Unit
}

/** What systemd itself noted about the unit: each message it got and each change of state, oldest first. */
function messages(): string[] {
  const lines = run('journalctl', '_PID=1', '-o', 'cat', '--no-pager').out.split('\n')
  return lines.filter(line => /^minwal\.service: (Got notification message|Changed )/.test(line))
}

const said = (): string[] => run('journalctl', '-t', 'minwal', '-o', 'cat', '--no-pager').out.split('\n')
const asNobody = (...command: string[]): Ran =>
  run('setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups', ...command)
const agencies = (file: string): Ran => asNobody('sqlite3', file, 'select count(*) from agency')

async function until(what: string, holds: () => boolean, within = 20_000): Promise<void> {
  const end = Date.now() + within
  while (!holds()) {
    if (Date.now() > end) throw new Error(`not within ${within} ms: ${what}`)
    await pause(100)
  }
}

function configure(ids: readonly string[]): void {
  // A closed port: the service has to be up although its feeds fail, and nothing leaves the machine.
  const feed = (id: string) => [{ url: `http://127.0.0.1:9/${id}`, allowPrivate: true }]
  const config = {
    database: `\${STATE_DIRECTORY:-data}/minwal.db`,
    agencies: ids.map(id => ({ id, name: id, feeds: feed(id) })),
  }
  writeFileSync(CONFIG, JSON.stringify(config))
}

function dropIn(name: string, text: string): void {
  mkdirSync(`${UNIT_FILES}/minwal.service.d`, { recursive: true })
  writeFileSync(`${UNIT_FILES}/minwal.service.d/${name}.conf`, text)
  run('systemctl', 'daemon-reload')
}

/** Stands in for `npm install -g minwal` and a recent Node, at paths the hardened service can see. */
function install(root: string, node: string): void {
  mkdirSync(HOME, { recursive: true })
  run('mount', '--bind', root, HOME)
  symlinkSync(`${HOME}/bin/minwal.js`, '/usr/local/bin/minwal')
  writeFileSync('/usr/local/bin/node', '')
  run('mount', '--bind', node, '/usr/local/bin/node')
  for (const file of ['minwal.service', 'srv-minwal.mount']) {
    run('install', '-m', '644', `${HOME}/deploy/${file}`, UNIT_FILES)
  }
  mkdirSync('/etc/minwal')
  configure(['first'])
  run('systemctl', 'daemon-reload')
}

async function watchdog(): Promise<Observations['watchdog']> {
  dropIn('watchdog', '[Service]\nWatchdogSec=4s\nTimeoutAbortSec=1s\nRestartSec=100ms\n')
  const earlier = messages().length
  run('systemctl', 'start', 'minwal')
  const micros = (name: string): number => Number(show(name))
  const fed = (): number => micros('WatchdogTimestampMonotonic') - micros('ActiveEnterTimestampMonotonic')
  await until('the watchdog is fed for more than two periods', () => fed() > 8_500_000)
  const seen = { fedSeconds: fed() / 1e6, before: unit() }
  const count = messages()
    .slice(earlier)
    .filter(line => line.includes('WATCHDOG=1')).length
  run('kill', '-STOP', seen.before.MainPID)
  let frozen = unit()
  await until('the frozen daemon is replaced', () => {
    frozen = unit()
    return frozen.ActiveState === 'active' && frozen.MainPID !== seen.before.MainPID
  })
  const log = run('journalctl', '_PID=1', '-o', 'cat', '--no-pager', '--grep', 'Watchdog timeout').out
  return { ...seen, messages: count, frozen, log }
}

/** Status of an answer on a connection of its own. */
function ask(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    http
      .get(SITE + path, { agent: false, timeout: 30_000 }, response => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0))
      })
      .on('error', reject)
      .on('timeout', () => reject(new Error('no answer in 30 s')))
  })
}

/** The address is systemd's: asked all the while, the service is started anew three times. */
async function socket(): Promise<Observations['socket']> {
  run('install', '-m', '644', `${HOME}/deploy/minwal.socket`, UNIT_FILES)
  run('systemctl', 'daemon-reload')
  const verify = run('systemd-analyze', 'verify', `${UNIT_FILES}/minwal.socket`)
  const start = run('systemctl', 'start', 'minwal.socket')
  const woken = await ask('/healthz')
  const lost: string[] = []
  let answered = 0
  let asking = true
  const askers = ['/', '/feed.atom', '/healthz'].map(async path => {
    while (asking) {
      await ask(path).then(
        status => {
          if (status === 200) answered++
          else lost.push(`${path} ${status}`)
        },
        (error: unknown) => lost.push(`${path} ${String(error)}`),
      )
    }
  })
  const pids = new Set([show('MainPID')])
  let restart: number | null = 0
  for (let round = 0; round < 3 && restart === 0; round++) {
    restart = await new Promise(done => spawn('systemctl', ['restart', 'minwal']).on('close', done))
    pids.add(show('MainPID'))
    await pause(500)
  }
  const status = show('StatusText')
  asking = false
  await Promise.all(askers)
  run('systemctl', 'stop', 'minwal.socket', 'minwal')
  return { verify, start, woken, restart, answered, lost, lives: pids.size, status }
}

async function life(ownUser: string): Promise<Observations> {
  const verify = run('systemd-analyze', 'verify', `${UNIT_FILES}/minwal.service`, `${UNIT_FILES}/srv-minwal.mount`)
  const security = run('systemd-analyze', 'security', '--no-pager', 'minwal.service').out
  run('systemd-analyze', 'log-level', 'debug')

  const start = run('systemctl', 'start', 'minwal')
  const pages: Record<string, number> = {}
  for (const path of ['/', '/healthz', '/feed.atom']) pages[path] = (await fetch(SITE + path)).status
  const startMessages = messages()
  const status = show('StatusText')
  await until('the database is shown at /srv/minwal', () => agencies('/srv/minwal/minwal.db').code === 0)

  const stateDirectory = {
    link: readlinkSync('/var/lib/minwal'),
    databaseMode: statSync('/var/lib/minwal/minwal.db').mode & 0o777,
  }
  const reading = {
    uri: agencies('file:/srv/minwal/minwal.db?mode=ro'),
    plain: agencies('/srv/minwal/minwal.db'),
    write: asNobody('sqlite3', '/srv/minwal/minwal.db', 'create table mine (a)'),
    underPrivate: agencies('file:/var/lib/minwal/minwal.db?mode=ro'),
    secrets: asNobody('cat', '/srv/minwal/minwal.db.private'),
    command: asNobody('env', 'STATE_DIRECTORY=/srv/minwal', 'minwal', 'feeds', '--config', CONFIG, '--json'),
  }

  const reloads = (): number => said().filter(line => line.includes('configuration reloaded')).length
  // Nothing was changed, so this is the signal and not the watch on the file.
  const unchanged = run('systemctl', 'reload', 'minwal')
  await until('the daemon reloads', () => reloads() > 0, 5_000).catch(() => {})
  const heard = reloads() > 0
  configure(['first', 'second'])
  const changed = run('systemctl', 'reload', 'minwal')
  const active = (): string =>
    asNobody('sqlite3', '/srv/minwal/minwal.db', 'select count(*) from x_agencies where active').out
  await until('the second agency is known', () => active() === '2')
  await until('the new status is known', () => show('StatusText') !== status, 5_000).catch(() => {})
  const reloaded = { unchanged, heard, changed, agencies: active(), status: show('StatusText') }
  writeFileSync(CONFIG, '{ "agencies": [] }')
  const reload = { ...reloaded, bad: run('systemctl', 'reload', 'minwal'), after: unit() }
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${show('MainPID')}/status`, 'utf8'))
  const peakRssMB = Math.round(Number(peak?.[1]) / 1_024)

  const earlier = messages().length
  const stopped = run('systemctl', 'stop', 'minwal')
  const stop = {
    ran: stopped,
    unit: unit(),
    messages: messages().slice(earlier),
    reading: agencies('file:/srv/minwal/minwal.db?mode=ro'),
    immutable: agencies('file:/srv/minwal/minwal.db?immutable=1'),
  }
  const failedStart = run('systemctl', 'start', 'minwal')
  const wrongConfig = { start: failedStart, unit: unit() }
  configure(['first', 'second'])

  const watched = await watchdog()
  run('systemctl', 'stop', 'minwal')

  const socketed = await socket()
  run('useradd', '--system', '--no-create-home', 'minwal')
  dropIn('user', ownUser)
  const own = run('systemctl', 'start', 'minwal')
  const database = 'file:/var/lib/minwal/minwal.db?mode=ro'
  const link = run('test', '-L', '/var/lib/minwal').code === 0
  const ownReading = { start: own, reading: agencies(database), link }
  run('systemctl', 'stop', 'minwal')
  return {
    verify,
    security,
    start,
    startMessages,
    status,
    pages,
    stateDirectory,
    reading,
    reload,
    peakRssMB,
    stop,
    wrongConfig,
    watchdog: watched,
    socket: socketed,
    ownUser: ownReading,
    journal: said(),
  }
}

const [root, node, ownUser] = process.argv.slice(2)
if (root && node && ownUser) {
  install(root, node)
  try {
    process.stdout.write(`${JSON.stringify(await life(ownUser))}\n`)
  } catch (error) {
    process.stderr.write(`${String(error)}\n${run('journalctl', '-u', 'minwal', '--no-pager', '-n', '60').out}\n`)
    process.exitCode = 1
  }
}
