// The house's rule of who may import whom, held by a machine.
import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './helpers/cli.ts'

const source = join(root, 'src')
const ROOMS = ['collect', 'decide', 'store', 'publish']
// What a room may use of its neighbours: the pure helpers on words.
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  store: ['decide/text.ts'],
  publish: ['decide/text.ts'],
  collect: [],
  decide: [],
}

interface Import {
  file: string
  target: string
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts') && !name.endsWith('.d.ts'))
  .map(name => name.replaceAll('\\', '/'))

const imports: Import[] = files.flatMap(file => {
  const text = readFileSync(join(source, file), 'utf8')
  const statements = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'"\n]*(?:\{[^}]*\}[^'"\n]*)?from\s*['"]([^'"]+)['"]/g,
  )
  const dynamic = text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)
  const bare = text.matchAll(/(?:^|\n)import\s*['"]([^'"]+)['"]/g)
  return [...statements, ...dynamic, ...bare].map(match => ({ file, target: match[1] ?? '' }))
})

const inside = ({ file, target }: Import): string | null =>
  target.startsWith('.') ? relative(source, resolve(source, dirname(file), target)).replaceAll('\\', '/') : null

const packageOf = (target: string): string | null => {
  if (target.startsWith('.') || target.startsWith('node:') || builtinModules.includes(target)) return null
  const parts = target.split('/')
  return target.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? null)
}

describe('who may import whom', () => {
  it('sees the imports it judges', () => {
    expect(files.length).toBeGreaterThan(30)
    expect(imports.length).toBeGreaterThan(100)
  })

  it('keeps the four rooms apart', () => {
    const crossings = imports.flatMap(found => {
      const target = inside(found)
      const from = found.file.split('/')[0] ?? ''
      if (target === null || !ROOMS.includes(from)) return []
      const to = target.split('/')[0] ?? ''
      if (to === from || target === 'model.ts' || ALLOWED[from]?.includes(target)) return []
      return [`${found.file} imports ${target}`]
    })
    expect(crossings).toEqual([])
  })

  it('lets the model import nothing', () => {
    expect(imports.filter(({ file }) => file === 'model.ts')).toEqual([])
  })

  it('lets publishing, storing and deciding know nothing of the wiring', () => {
    const wiring = imports.filter(found => {
      const target = inside(found)
      return found.file.includes('/') && target !== null && !target.includes('/') && target !== 'model.ts'
    })
    expect(wiring).toEqual([])
  })

  it('gives every package exactly one importer', () => {
    const importers = new Map<string, Set<string>>()
    for (const { file, target } of imports) {
      const name = packageOf(target)
      if (name === null) continue
      importers.set(name, (importers.get(name) ?? new Set()).add(file))
    }
    const shared = [...importers].filter(([, found]) => found.size > 1).map(([name, found]) => [name, ...found])
    expect(shared).toEqual([])
    const declared = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: object }
    expect([...importers.keys()].sort()).toEqual(Object.keys(declared.dependencies).sort())
  })

  it('lets one file load each optional package', () => {
    const declared = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { peerDependencies: object }
    const loaders = Object.keys(declared.peerDependencies).map(name => [
      name,
      files.filter(file => readFileSync(join(source, file), 'utf8').includes(`'${name}'`)),
    ])
    expect(loaders).toEqual([['@huggingface/transformers', ['local-model.ts']]])
  })
})
