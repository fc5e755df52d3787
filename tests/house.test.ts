// The rules of the house that a machine can hold: who imports whom, no circles, purity, one importer a package, sizes.
import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './helpers/cli.ts'
import { type Source, sourceOf } from './helpers/source.ts'

const source = join(root, 'src')

/** What each folder, and each file at the root, may import of the others. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  'log.ts': ['model', 'language'],
  language: ['model'],
  config: ['model', 'language'],
  collect: ['model', 'language'],
  decide: ['model', 'language'],
  store: ['model', 'language', 'decide/lead.ts'],
  publish: ['model', 'language', 'config/opml.ts', 'config/zod.ts'],
  encode: ['model', 'log.ts'],
  desk: ['model', 'language', 'decide', 'store', 'log.ts'],
  run: ['model', 'language', 'config', 'collect', 'decide', 'store', 'publish', 'encode', 'desk', 'log.ts'],
  cli: ['model', 'language', 'config', 'collect', 'decide', 'store', 'publish', 'encode', 'desk', 'run', 'log.ts'],
  'index.ts': ['model', 'config', 'collect', 'publish', 'run', 'log.ts'],
}

/** What commands do by way of the aggregator alone, which keeps the public API true. */
const BY_THE_AGGREGATOR = [
  'run/daemon.ts',
  'run/once.ts',
  'run/alone.ts',
  'desk/client.ts',
  'desk/explain.ts',
  'publish/site.ts',
]

/** Imports that rule forbids and that are there still, with why. */
const CROSSINGS: Readonly<Record<string, string>> = {}

/** Circles of imports that are there still, by one of their files. */
const CIRCLES: readonly string[] = []

/** Folders of pure functions, and what in them may nevertheless reach outside, with why. */
const PURE = ['decide', 'publish', 'language']
const IMPURE: Readonly<Record<string, string>> = {
  'language/grams.ts': 'loads the dictionary of languages from disk at first use',
  'publish/pages/assets.ts': 'reads the style sheet and the script from disk when it is loaded',
}
const PURE_MODULES = ['node:crypto', 'node:zlib']
/** What depends on when and where it is asked, or acts on the machine. */
const REACHES_OUT =
  /^(?:new Date\(\)|Date\(\)|Date\.now|Math\.random|(?:performance|process|console)\..*|(?:fetch|setTimeout|setInterval|setImmediate|queueMicrotask)\(\))$/

const MOST_LINES = 400
const MOST_LINES_OF_A_FUNCTION = 120
/** Files and functions that are longer still. */
const LONG_FILES: readonly string[] = []
const LONG_FUNCTIONS: readonly string[] = []

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts') && !name.endsWith('.d.ts'))
  .map(name => name.replaceAll('\\', '/'))
  .sort()

const sources = new Map<string, Source>(files.map(file => [file, sourceOf(readFileSync(join(source, file), 'utf8'))]))

const imports = [...sources].flatMap(([file, { imports }]) => imports.map(target => ({ file, target })))

const inside = (file: string, target: string): string | null =>
  target.startsWith('.') ? relative(source, resolve(source, dirname(file), target)).replaceAll('\\', '/') : null

const packageOf = (target: string): string | null => {
  if (target.startsWith('.') || target.startsWith('node:') || builtinModules.includes(target)) return null
  const parts = target.split('/')
  return target.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? null)
}

const roomOf = (file: string): string => file.split('/')[0] ?? ''

const neighbours = new Map<string, string[]>(
  files.map(file => [
    file,
    (sources.get(file)?.imports ?? []).map(target => inside(file, target)).filter(target => target !== null),
  ]),
)

/** Files that can be reached from themselves. */
function circles(): string[] {
  return files.filter(file => {
    const seen = new Set<string>()
    const ahead = [...(neighbours.get(file) ?? [])]
    for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
      if (next === file) return true
      if (seen.has(next)) continue
      seen.add(next)
      ahead.push(...(neighbours.get(next) ?? []))
    }
    return false
  })
}

describe('the rules of the house', () => {
  it('judge what they see: files, imports and functions', () => {
    expect(files.length).toBeGreaterThan(100)
    expect(imports.length).toBeGreaterThan(500)
    const seen = sourceOf(
      "import { a } from './a.ts'\nexport const f = () => {\n  return [new Date(), Date.now(), new Date(1)]\n}\nawait import('b')",
    )
    expect(seen).toEqual({
      imports: ['./a.ts', 'b'],
      functions: [{ name: 'f', lines: 3 }],
      uses: ['new Date()', 'Date.now'],
      lines: 5,
    })
    expect(['new Date()', 'Date.now', 'process.env'].filter(use => REACHES_OUT.test(use))).toHaveLength(3)
  })

  it('let each folder import only what its row in the table names', () => {
    const crossings = imports.flatMap(({ file, target }) => {
      const to = inside(file, target)
      const from = roomOf(file)
      if (to === null || roomOf(to) === from) return []
      const allowed = MAY_IMPORT[from] ?? []
      return allowed.includes(roomOf(to)) || allowed.includes(to) ? [] : [`${file} imports ${to}`]
    })
    expect(crossings.sort()).toEqual(Object.keys(CROSSINGS).sort())
  })

  it('let commands poll, serve, edit and explain through the aggregator alone', () => {
    const around = [...sources].flatMap(([file, { imports }]) =>
      roomOf(file) === 'cli' ? imports.map(target => `${file} imports ${inside(file, target)}`) : [],
    )
    expect(around).toContain('cli/run.ts imports run/aggregator.ts')
    expect(around.filter(one => BY_THE_AGGREGATOR.some(target => one.endsWith(` ${target}`)))).toEqual([])
  })

  it('know every folder and every file at the root', () => {
    expect([...new Set(files.map(roomOf))].sort()).toEqual(Object.keys(MAY_IMPORT).sort())
  })

  it('let no file import itself by way of others', () => {
    expect(circles()).toEqual(CIRCLES)
  })

  it('keep deciding, publishing and language free of clocks, chance, timers and the machine', () => {
    const found = [...sources].flatMap(([file, { imports, uses }]) => {
      if (!PURE.includes(roomOf(file))) return []
      const modules = imports.filter(target => target.startsWith('node:') && !PURE_MODULES.includes(target))
      return [...modules, ...new Set(uses.filter(use => REACHES_OUT.test(use)))].map(name => `${file} uses ${name}`)
    })
    const excused = found.filter(one => Object.keys(IMPURE).some(file => one.startsWith(`${file} `)))
    expect(found.filter(one => !excused.includes(one))).toEqual([])
    expect([...new Set(excused.map(one => one.split(' ')[0]))].sort()).toEqual(Object.keys(IMPURE).sort())
  })

  it('give every package exactly one importer', () => {
    const importers = new Map<string, Set<string>>()
    for (const { file, target } of imports) {
      const name = packageOf(target)
      if (name !== null) importers.set(name, (importers.get(name) ?? new Set()).add(file))
    }
    const shared = [...importers].filter(([, found]) => found.size > 1).map(([name, found]) => [name, ...found])
    expect(shared).toEqual([])
    const declared = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: object }
    expect([...importers.keys()].sort()).toEqual(Object.keys(declared.dependencies).sort())
  })

  it(`keep files to ${MOST_LINES} lines`, () => {
    expect([...sources].filter(([, { lines }]) => lines > MOST_LINES).map(([file]) => file)).toEqual(LONG_FILES)
  })

  it(`keep functions to ${MOST_LINES_OF_A_FUNCTION} lines`, () => {
    const long = [...sources].flatMap(([file, { functions }]) =>
      functions.filter(({ lines }) => lines > MOST_LINES_OF_A_FUNCTION).map(({ name }) => `${file} ${name}`),
    )
    expect(long).toEqual(LONG_FUNCTIONS)
  })
})
