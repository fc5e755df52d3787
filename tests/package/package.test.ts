// What would be published, as a user gets it: packed, installed from the tarball into an empty folder, and run by each
// version of Node that is promised. Needs npm's registry, and skips where it cannot be asked.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseAtomFeed } from 'feedsmith'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { root } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { eventually } from '../helpers/eventually.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'

/** Oldest and newest that package.json and docs name. */
const NODES = ['22', '24']
const MINUTES = 60_000
/** npm's words for a registry that cannot be reached; anything else it says is a fault. */
const NO_REGISTRY = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ENOTCACHED|ERR_SOCKET_TIMEOUT/

const where = mkdtempSync(path.join(tmpdir(), 'minwal-package-'))
const installed = path.join(where, 'installed')
/** Why nothing can be tested here; null where it can. */
let missing: string | null = null

/** Run npm in a folder. Its output where the registry cannot be reached; throws where it fails otherwise. */
function npm(cwd: string, ...args: string[]): string | null {
  // Told by the npm that runs the tests: where it stands and what it was asked is not for this one.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(?!config_registry)/i.test(name)),
  )
  const ran = spawnSync('npm', args, { cwd, env, encoding: 'utf8', timeout: 5 * MINUTES })
  if (ran.status === 0) return null
  const said = `${ran.stderr}${ran.stdout}${ran.error ?? ''}`
  if (NO_REGISTRY.test(said)) return said
  throw new Error(`npm ${args.join(' ')} failed: ${said}`)
}

/** A folder with a package.json of its own, so that npm installs there and nowhere above. */
function empty(name: string, manifest: object = {}): string {
  const made = path.join(where, name)
  mkdirSync(made)
  writeFileSync(path.join(made, 'package.json'), JSON.stringify({ name, private: true, ...manifest }))
  return made
}

const nodeOf = (version: string): string => path.join(where, `node-${version}`, 'node_modules', 'node', 'bin', 'node')

beforeAll(() => {
  npm(root, 'pack', '--silent', '--pack-destination', where)
  const tarball = readdirSync(where).find(name => name.endsWith('.tgz')) ?? ''
  missing = npm(empty('installed'), 'install', '--no-audit', '--no-fund', '--ignore-scripts', path.join(where, tarball))
  for (const version of NODES) {
    // The package `node` brings its binary by a script.
    const into = empty(`node-${version}`, { allowScripts: { node: true } })
    missing ??= npm(into, 'install', '--no-audit', '--no-fund', `node@${version}`)
  }
}, 10 * MINUTES)

afterAll(() => rmSync(where, { recursive: true, force: true }))

it('holds the lock of its dependencies, by which `npm ci --omit=dev` installs what was tested', ({ skip }) => {
  skip(missing !== null, `npm's registry cannot be reached: ${missing}`)
  const unpacked = path.join(where, 'unpacked')
  mkdirSync(unpacked)
  const tarball = readdirSync(where).find(name => name.endsWith('.tgz')) ?? ''
  expect(spawnSync('tar', ['-xzf', path.join(where, tarball), '-C', unpacked, '--strip-components=1']).status).toBe(0)
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; dev?: boolean; optional?: boolean }>
  }
  expect(npm(unpacked, 'ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund')).toBe(null)
  const wanted = Object.entries(packages).filter(([name, { dev, optional }]) => name !== '' && !dev && !optional)
  expect(wanted.length).toBeGreaterThan(30)
  for (const [name, { version }] of wanted) {
    const manifest = readFileSync(path.join(unpacked, name, 'package.json'), 'utf8')
    expect([name, (JSON.parse(manifest) as { version: string }).version]).toEqual([name, version])
  }
  expect(existsSync(path.join(unpacked, 'node_modules', 'vitest'))).toBe(false)
  expect(existsSync(path.join(root, 'npm-shrinkwrap.json'))).toBe(false)
}, 300_000)

function run(version: string, args: readonly string[]) {
  const command = path.join(installed, 'node_modules', 'minwal', 'bin', 'minwal.js')
  const child = spawn(nodeOf(version), [command, ...args], { cwd: installed, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const told = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      told[stream] += chunk
    })
  const ended = new Promise<number | null>(resolve => child.once('close', code => resolve(code)))
  return { child, told, ended }
}

describe.each(NODES)('the packed package on Node %s', version => {
  it('says that the shipped configuration is right', async ({ skip }) => {
    skip(missing !== null, `npm's registry cannot be reached: ${missing}`)
    expect(spawnSync(nodeOf(version), ['--version'], { encoding: 'utf8' }).stdout).toMatch(
      new RegExp(`^v${version}\\.`),
    )
    const config = path.join(installed, 'node_modules', 'minwal', 'config.json')
    const { told, ended } = run(version, ['check', '--config', config])
    expect(await ended, told.stderr).toBe(0)
    expect(told.stderr).toBe('')
  })

  it('polls a feed, serves it again, and ends when it is told to', async ({ skip }) => {
    skip(missing !== null, `npm's registry cannot be reached: ${missing}`)
    const date = new Date(Date.now() - 60_000).toISOString()
    const items = [
      { guid: '1', title: 'Ferry service resumes after storm', text: 'Boats sail again between the islands.', date },
      { guid: '2', title: 'اتفاق على خفض الرسوم بين البلدين', text: 'وقع الوزيران الاتفاق بعد أسبوع.', date },
    ]
    const feeds = await feedServer({ '/feed': rss(items) })
    const { config } = configure(folder(), agenciesOf([`${feeds.origin}/feed`]), { poll: { tick: '* * * * * *' } })
    const { child, told, ended } = run(version, ['run', '--config', config])
    const address = (): string | undefined => /"address":"([^"]+)"/.exec(told.stderr)?.[1]
    await eventually('the daemon has started', () => child.exitCode !== null || address() !== undefined)
    const entries = async (): Promise<(string | undefined)[]> => {
      const feed = parseAtomFeed(await (await fetch(`${address()}/feed.atom`)).text())
      return (feed.entries ?? []).map(({ title }) => (typeof title === 'string' ? title : title?.value))
    }
    await eventually('both reports are served', async () => (await entries()).length === 2)
    expect((await entries()).toSorted()).toEqual(items.map(({ title }) => title).toSorted())
    expect(await (await fetch(`${address()}/`)).text()).toContain('Ferry service resumes after storm')
    expect((await fetch(`${address()}/metrics`)).status).toBe(200)
    child.kill('SIGTERM')
    expect(await ended, told.stderr).toBe(0)
    for (const args of [['backup', path.join(folder(), 'copy.db')], ['threads'], ['sql', '.tables'], ['doctor']]) {
      const ran = run(version, [...args, '--config', config])
      expect(await ran.ended, ran.told.stderr).toBe(0)
    }
  })

  it('reads a feed that is a file, in the process that files are read in', async ({ skip }) => {
    skip(missing !== null, `npm's registry cannot be reached: ${missing}`)
    const where = folder({
      'feed.xml': rss([{ guid: '1', title: 'A report from a file', text: 'It stood in a file.' }]),
    })
    const { config } = configure(where, agenciesOf([pathToFileURL(path.join(where, 'feed.xml')).href]))
    const { told, ended } = run(version, ['poll', '--config', config, '--json'])
    expect(await ended, told.stderr).toBe(0)
    expect(JSON.parse(told.stdout)).toMatchObject({ new: 1 })
  })

  it('has every program that it starts', ({ skip }) => {
    skip(missing !== null, `npm's registry cannot be reached: ${missing}`)
    const sources = globSync('**/*.ts', { cwd: path.join(root, 'src') })
    const started = sources.flatMap(file => {
      const text = readFileSync(path.join(root, 'src', file), 'utf8')
      return [...text.matchAll(/`\.\/([\w-]+)\$\{import\.meta/g)].map(([, name]) =>
        path.join(path.dirname(file), `${name}.js`),
      )
    })
    expect(started.length).toBeGreaterThan(4)
    for (const file of started) {
      expect(existsSync(path.join(installed, 'node_modules', 'minwal', 'dist', file)), file).toBe(true)
    }
  })

  it('can be imported, with its types beside', async ({ skip }) => {
    skip(missing !== null, `npm's registry cannot be reached: ${missing}`)
    const code = "import('minwal').then(minwal => process.stdout.write(typeof minwal.parseFeed))"
    const ran = spawnSync(nodeOf(version), ['-e', code], { cwd: installed, encoding: 'utf8' })
    expect(ran.stdout, ran.stderr).toBe('function')
    expect(existsSync(path.join(installed, 'node_modules', 'minwal', 'dist', 'index.d.ts'))).toBe(true)
  })
})
