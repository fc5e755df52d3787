// Machines of bench/cluster.ts: each a network namespace of this one, with an address of its own on a bridge. All of it is
// removed at the end. Without namespaces all are this machine, at the loopback.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export interface Machine {
  readonly name: string
  /** The first is the machine's. */
  readonly addresses: readonly string[]
  /** Start a program there; its output goes to a file. */
  start(program: string, args: readonly string[], output: string, env?: NodeJS.ProcessEnv): ChildProcess
  /** Take it off the network, or bring it back. False where that cannot be done. */
  link(isUp: boolean): boolean
}

export interface Machines {
  readonly kind: 'namespaces' | 'loopback'
  /** Where this process is reached by all of them. */
  readonly here: string
  add(name: string, addresses?: number): Machine
  remove(): void
}

const run = (program: string, ...args: string[]): void => {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

/** Why no namespaces can be had; null where they can. */
export function namespacesRefusal(): string | null {
  if (process.platform !== 'linux') return 'network namespaces are there on Linux alone'
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  const name = `mw${process.pid}t`
  const made = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' })
  if (made.error !== undefined) return 'the command `ip` (iproute2) is not there'
  if (made.status !== 0) return `no network namespace can be made: ${made.stderr.trim()}`
  try {
    run('ip', 'link', 'add', name, 'type', 'bridge')
    run('ip', 'link', 'del', name)
    return null
  } catch (error) {
    return `no bridge can be made: ${error instanceof Error ? error.message.trim() : String(error)}`
  } finally {
    run('ip', 'netns', 'del', name)
  }
}

function started(program: string, args: readonly string[], output: string, env: NodeJS.ProcessEnv = {}): ChildProcess {
  const file = openSync(output, 'a')
  return spawn(program, args, { stdio: ['ignore', file, file], env: { ...process.env, ...env } })
}

export function loopbackMachines(): Machines {
  let next = 0
  return {
    kind: 'loopback',
    here: '127.0.0.1',
    add: (name, addresses = 1) => ({
      name,
      addresses: Array.from({ length: addresses }, () => `127.77.${Math.floor(++next / 250)}.${(next % 250) + 1}`),
      start: started,
      link: () => false,
    }),
    remove: () => {
      // Nothing was made.
    },
  }
}

/** Two benches at once have networks of their own. */
const NETWORK = `10.${77 + (process.pid % 100)}`

/** The bridge has the first address, so that this process reaches all of them. */
export function namespaceMachines(): Machines {
  const bridge = `mw${process.pid}`
  const made: string[] = []
  let next = 1
  const address = (): string => {
    next++
    return `${NETWORK}.${Math.floor(next / 250)}.${(next % 250) + 1}`
  }
  run('ip', 'link', 'add', bridge, 'type', 'bridge')
  try {
    run('ip', 'address', 'add', `${NETWORK}.0.1/16`, 'dev', bridge)
    run('ip', 'link', 'set', bridge, 'up')
  } catch (error) {
    run('ip', 'link', 'del', bridge)
    throw error
  }
  const add = (name: string, count: number): Machine => {
    const space = `${bridge}-${name}`
    const port = `${bridge}x${made.length}`
    const addresses = Array.from({ length: count }, address)
    run('ip', 'netns', 'add', space)
    made.push(space)
    run('ip', 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space)
    run('ip', 'link', 'set', port, 'master', bridge)
    run('ip', 'link', 'set', port, 'up')
    const there = (...args: string[]): void => run('ip', '-n', space, ...args)
    for (const one of addresses) there('address', 'add', `${one}/16`, 'dev', 'eth0')
    there('link', 'set', 'eth0', 'up')
    there('link', 'set', 'lo', 'up')
    return {
      name,
      addresses,
      // `ip netns exec` becomes the program: a signal reaches it.
      start: (program, args, output, env) => started('ip', ['netns', 'exec', space, program, ...args], output, env),
      link: isUp => {
        run('ip', 'link', 'set', port, isUp ? 'up' : 'down')
        return true
      },
    }
  }
  return {
    kind: 'namespaces',
    here: `${NETWORK}.0.1`,
    add: (name, addresses = 1) => add(name, addresses),
    remove: () => {
      for (const space of made.splice(0)) {
        // What still runs there was started there.
        const { stdout } = spawnSync('ip', ['netns', 'pids', space], { encoding: 'utf8' })
        for (const pid of stdout.split('\n').filter(Boolean)) spawnSync('kill', ['-9', pid])
        spawnSync('ip', ['netns', 'del', space])
      }
      spawnSync('ip', ['link', 'del', bridge])
    },
  }
}

/** Folder of `initdb` and `postgres`; null where there is none. */
export function postgresPrograms(): string | null {
  const packaged = '/usr/lib/postgresql'
  const versions = existsSync(packaged) ? readdirSync(packaged).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...versions.map(version => path.join(packaged, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
  ]
  return folders.find(folder => ['initdb', 'postgres'].every(name => existsSync(path.join(folder, name)))) ?? null
}

/** PostgreSQL refuses to run as root: then it is the user of its package. */
function owner(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find(entry => entry.startsWith('postgres:'))
  const [, , uid, gid] = line?.split(':') ?? []
  return { uid: Number(uid ?? 65_534), gid: Number(gid ?? 65_534) }
}

const PORT = 54_770

export interface Database {
  readonly url: string
  readonly process: ChildProcess
  /** End it as a power cut would, and start it again. Milliseconds until it answered. */
  restart(): Promise<number>
  stop(): Promise<void>
}

export interface DatabaseOptions {
  machine: Machine
  folder: string
  programs: string
  settings?: Readonly<Record<string, string>>
  /** Resolves when it answers. */
  answers: (url: string) => Promise<void>
}

export async function startDatabase({
  machine,
  folder,
  programs,
  answers,
  settings: more,
}: DatabaseOptions): Promise<Database> {
  const user = owner()
  const data = path.join(folder, 'postgres')
  mkdirSync(data)
  if (user !== null) chownSync(data, user.uid, user.gid)
  execFileSync(
    path.join(programs, 'initdb'),
    ['-D', data, '-U', 'minwal', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
    {
      stdio: 'ignore',
      ...(user ?? {}),
    },
  )
  const [host = ''] = machine.addresses
  writeFileSync(path.join(data, 'pg_hba.conf'), 'host all all samenet trust\nhost all all 127.0.0.0/8 trust\n')
  const settings = {
    listen_addresses: host,
    port: PORT,
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '256MB',
    // A killed server loses nothing that was committed; only a machine that dies would.
    fsync: 'off',
    logging_collector: 'off',
    lc_messages: 'C',
    ...more,
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const as = user === null ? [] : ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups']
  const [program = '', ...line] = [...as, path.join(programs, 'postgres'), '-D', data, ...flags]
  const url = `postgres://minwal@${host}:${PORT}/postgres`
  const start = (): ChildProcess => machine.start(program, line, path.join(folder, 'postgres.log'))
  let child = start()
  await answers(url)
  const end = async (how: NodeJS.Signals): Promise<void> => {
    const gone = new Promise<void>(resolve => child.once('close', () => resolve()))
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill(how)
    await gone
  }
  return {
    url,
    get process() {
      return child
    },
    restart: async () => {
      const began = performance.now()
      await end('SIGQUIT')
      child = start()
      await answers(url)
      return performance.now() - began
    },
    stop: () => end('SIGQUIT'),
  }
}
