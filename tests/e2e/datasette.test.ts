// docs/metadata.json in Datasette itself, from PyPI, over a file of the real daemon's tables.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../helpers/cli.ts'
import { eventually } from '../helpers/eventually.ts'
import { openNewsroom } from '../store/newsroom.ts'

const MINUTES = 60_000
/** pip's words for an index that cannot be reached; anything else it says is a fault. */
const UNREACHABLE =
  /ConnectionError|NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|Network is unreachable|No matching distribution/

interface Metadata {
  databases: Record<string, { tables: Record<string, unknown>; queries: Record<string, { title: string }> }>
}

const metadata = join(root, 'docs/metadata.json')
let where = ''
let missing: string | null = null
let child: ChildProcess | null = null
let address = ''

/** Null when Datasette is there; else why it is not. */
function install(): string | null {
  const python = ['/usr/bin/python3', '/usr/local/bin/python3'].find(existsSync)
  if (python === undefined) return 'there is no Python'
  const run = (program: string, ...args: string[]) =>
    spawnSync(program, args, { encoding: 'utf8', timeout: 8 * MINUTES, env: { ...process.env, PIP_RETRIES: '1' } })
  const made = run(python, '-m', 'venv', join(where, 'venv'))
  if (made.status !== 0) return `Python has no venv: ${made.stdout}${made.stderr}`.trim()
  const got = run(join(where, 'venv/bin/pip'), 'install', '--quiet', '--disable-pip-version-check', 'datasette==0.65.*')
  const said = `${got.stdout}${got.stderr}`
  if (got.status === 0) return null
  if (UNREACHABLE.test(said)) return `PyPI cannot be reached: ${said.trim().split('\n').at(-1)}`
  throw new Error(`pip failed: ${said}`)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const bound = server.address()
  await new Promise(done => server.close(done))
  return typeof bound === 'object' && bound !== null ? bound.port : 0
}

beforeAll(async () => {
  where = mkdtempSync(join(tmpdir(), 'minwal-datasette-'))
  missing = install()
  if (missing !== null) return void process.stderr.write(`Datasette is not tried: ${missing}\n`)
  const database = join(where, 'minwal.db')
  openNewsroom({ path: database }).close()
  const port = await freePort()
  address = `http://127.0.0.1:${port}`
  const args = ['serve', database, '--metadata', metadata, '--port', String(port)]
  child = spawn(join(where, 'venv/bin/datasette'), args, { stdio: 'ignore' })
  const answers = (): Promise<boolean> =>
    fetch(`${address}/-/versions.json`).then(
      answer => answer.ok,
      () => false,
    )
  await eventually('Datasette serves', answers, 2 * MINUTES)
}, 12 * MINUTES)

afterAll(() => {
  child?.kill()
  rmSync(where, { recursive: true, force: true })
})

describe('Datasette', () => {
  it(
    'shows what columns mean, and answers each sample query',
    async context => {
      context.skip(missing !== null, missing ?? '')
      const { tables = {}, queries = {} } =
        (JSON.parse(readFileSync(metadata, 'utf8')) as Metadata).databases['minwal'] ?? {}
      const page = async (path: string): Promise<string> => (await fetch(`${address}/minwal${path}`)).text()
      expect(await page('/thread')).toContain('Threads: stories about one event.')
      expect(await page('/report')).toContain('Number of the report; also its rowid in search.')
      for (const view of Object.keys(tables)) {
        const answer = await fetch(`${address}/minwal/${view}.json?_shape=array&_size=1`)
        expect([view, answer.status]).toEqual([view, 200])
      }
      expect(Object.keys(queries).length).toBeGreaterThan(15)
      const front = await page('')
      for (const [name, { title }] of Object.entries(queries)) {
        const answer = await fetch(`${address}/minwal/${name}.json?_shape=array`)
        expect([name, answer.status, Array.isArray(await answer.json())]).toEqual([name, 200, true])
        expect(front).toContain(`/minwal/${name}" title=`)
        expect(title).not.toBe('')
      }
    },
    3 * MINUTES,
  )
})
