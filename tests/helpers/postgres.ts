// A real PostgreSQL for tests: Debian's, in a temporary folder, on a free port of the loopback. It ends and is removed when the
// test or whoever started it ends, also by SIGKILL.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  accessSync,
  chownSync,
  constants,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { eventually } from './eventually.ts'

export interface PostgresServer {
  /** Address of a database of its own. */
  readonly url: string
  /** End it as an administrator does (`fast`) or as if it was killed (`immediate`). What was committed stays. */
  stop(how?: 'fast' | 'immediate'): Promise<void>
  /** Start it again after `stop`, on the same port. */
  start(): Promise<void>
  /** End it and remove what it kept. */
  remove(): Promise<void>
}

const DEBIAN = '/usr/lib/postgresql'

/** Folder of `initdb` and `postgres`: in the path, or the newest of Debian's; null where there is none. */
export function postgresPrograms(): string | null {
  const packaged = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...packaged.map(version => join(DEBIAN, version, 'bin')),
  ]
  const isThere = (folder: string): boolean => {
    try {
      for (const name of ['initdb', 'postgres']) accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  }
  return folders.find(isThere) ?? null
}

/** Whether this machine can run PostgreSQL, for `it.skipIf`. */
export const HAS_POSTGRES: boolean = process.env['MINWAL_TEST_DATABASE'] !== undefined || postgresPrograms() !== null

/** PostgreSQL refuses to run as root: then it is the user of its package, or nobody. */
function runAs(): { uid: number; gid: number } | object {
  if (process.getuid?.() !== 0) return {}
  const users = readFileSync('/etc/passwd', 'utf8').split('\n')
  const entry = users.find(line => line.startsWith('postgres:')) ?? users.find(line => line.startsWith('nobody:'))
  const [, , uid, gid] = entry?.split(':') ?? []
  return { uid: Number(uid), gid: Number(gid) }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

/**
 * Runs the server until a word comes or its starter's end of the pipe is closed, which a SIGKILL does too. `fast` and
 * `immediate` leave the folder, all else removes it.
 */
const KEEPER = `
folder=$1; shift
"$@" &
read -r how
case $how in
  fast) kill -INT $! ;;
  *) kill -QUIT $! ;;
esac
wait $!
case $how in
  fast|immediate) ;;
  *) rm -rf "$folder" ;;
esac
`

/** Settings of a server whose machine may lose everything with it. */
const SETTINGS = `
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 100
shared_buffers = 64MB
fsync = off
full_page_writes = off
lc_messages = 'C'
logging_collector = off
`

/** Start a server; whoever asks removes it. Throws where PostgreSQL is not installed: see `postgresPrograms`. */
export async function startPostgres(): Promise<PostgresServer> {
  const programs = postgresPrograms()
  if (programs === null) throw new Error('PostgreSQL is not installed')
  const owner = runAs()
  const folder = mkdtempSync(join(tmpdir(), 'minwal-postgres-'))
  const data = join(folder, 'data')
  const secret = join(folder, 'password')
  const password = randomBytes(12).toString('hex')
  writeFileSync(secret, password)
  if ('uid' in owner) for (const path of [folder, secret]) chownSync(path, owner.uid, owner.gid)
  const made = [
    '-D',
    data,
    '-U',
    'minwal',
    '-A',
    'password',
    `--pwfile=${secret}`,
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
  ]
  execFileSync(join(programs, 'initdb'), made, { ...owner, cwd: folder, stdio: 'pipe' })
  writeFileSync(join(data, 'postgresql.auto.conf'), SETTINGS)
  const port = await freePort()
  let keeper: ChildProcess | null = null

  const start = async (): Promise<void> => {
    const server = [join(programs, 'postgres'), '-D', data, '-p', `${port}`]
    const started = spawn('sh', ['-c', KEEPER, 'sh', folder, ...server], {
      ...owner,
      cwd: folder,
      // A key that interrupts the tests leaves it to whoever started it.
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    let said = ''
    started.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      said = (said + chunk).slice(-10_000)
    })
    started.stdin.on('error', () => {
      // It has ended by itself.
    })
    keeper = started
    await eventually('PostgreSQL takes connections', () => {
      // Whoever asks too soon is told so, with the same word.
      if (/FATAL: +(?! |the database system is )/.test(said) || started.exitCode !== null)
        throw new Error(`PostgreSQL does not start: ${said}`)
      return said.includes('ready to accept connections')
    })
    // What it says later is not looked at, and its pipes keep nobody from ending.
    for (const end of [started, started.stdin, started.stderr]) (end as { unref?: () => void }).unref?.()
  }
  const end = async (word: string): Promise<void> => {
    const ending = keeper
    keeper = null
    if (ending === null) return
    ending.ref()
    const ended = new Promise<void>(resolve => void ending.once('close', () => resolve()))
    ending.stdin?.end(word)
    await ended
  }
  await start()
  return {
    url: `postgres://minwal:${password}@127.0.0.1:${port}/postgres`,
    stop: (how = 'fast') => end(`${how}\n`),
    start,
    remove: async () => {
      if (keeper === null) await start()
      await end('')
    },
  }
}
