// Every regular expression of the program takes linear time on text made to be slow for it. Expressions are found in the
// parsed sources; those that are put together when a module is loaded are caught as they are made.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { parseSync } from 'vite'
import { describe, expect, it } from 'vitest'
import { root } from './helpers/cli.ts'

interface Found {
  where: string
  source: string
  flags: string
}

const source = join(root, 'src')
// What runs when it is loaded: a process of its own, a thread of its own, a command.
const PROGRAMS = new Set([
  'collect/feed/worker.ts',
  'collect/page/worker.ts',
  'run/reader.ts',
  'run/renderer-thread.ts',
  'run/backup-child.ts',
  'desk/thread.ts',
  'store/postgres/connection-thread.ts',
])
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts') && !name.endsWith('.d.ts'))
  .map(name => name.replaceAll('\\', '/'))

function literals(file: string): Found[] {
  const found: Found[] = []
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const child of node) visit(child)
    else if (typeof node === 'object' && node !== null) {
      const { regex } = node as { regex?: { pattern: string; flags: string } }
      if (regex) found.push({ where: file, source: regex.pattern, flags: regex.flags })
      else for (const child of Object.values(node)) visit(child)
    }
  }
  visit(parseSync(file, readFileSync(join(source, file), 'utf8')).program)
  return found
}

/** What `new RegExp` makes while all modules are loaded. */
async function composed(): Promise<Found[]> {
  const found: Found[] = []
  const Real = globalThis.RegExp
  globalThis.RegExp = new Proxy(Real, {
    construct(target, given: [string | RegExp, string?]) {
      const made = new target(...given)
      if (new Error('where').stack?.includes('/src/') === true) {
        found.push({ where: 'new RegExp', source: made.source, flags: made.flags })
      }
      return made
    },
  })
  try {
    for (const file of files) if (!PROGRAMS.has(file)) await import(pathToFileURL(join(source, file)).href)
  } finally {
    globalThis.RegExp = Real
  }
  return found
}

const LENGTH = 12_000
/** A quadratic expression needs some seventy million steps at that length, a linear one some thousands. */
const SLOW = 60

/** Texts to repeat: the characters that the expression itself names, alone and with a blank, and what stands in all texts. */
function pumps({ source: written }: Found): string[] {
  const plain = written
    .replace(/\\[pP]\{[^}]*\}|\\[sSdDwWbB]|\(\?(?:[:=!]|<[=!])|\{\d+,?\d*\}/g, ' ')
    .replace(/\\u\{?([0-9a-fA-F]{4,6})\}?/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(/\\n/g, '\n')
  const words = plain.split(/[|()[\]?*+^$\\{}]+/).filter(word => word !== '' && word.length < 40)
  const characters = [...new Set(plain.replace(/[|()[\]?*+^$\\{}]/g, ''))].slice(0, 24)
  return [
    ...new Set([...characters, ...words.slice(0, 12), ...' \t\naA1я.-/#<&(["', ' a', 'a ', '\n-', 'A a', '1 ', 'a-']),
  ]
}

/** A pump on which the expression is slow, or null. It runs in a context of its own, which can be stopped. */
function slowOn(found: Found): string | null {
  const opening = pumps(found)
  const [first = 'a'] = opening
  const texts = opening.flatMap(pump => {
    const repeated = pump.repeat(Math.ceil(LENGTH / pump.length))
    return [`${repeated}\u0001`, `${first}${repeated}\n\u0001`, `\u0001${repeated}x`].map(text => ({ pump, text }))
  })
  const spent = { pump: '', before: process.threadCpuUsage() }
  const ended = (): boolean => {
    const { user, system } = process.threadCpuUsage(spent.before)
    return (user + system) / 1000 > SLOW
  }
  const next = (pump: string): void => {
    spent.pump = pump
    spent.before = process.threadCpuUsage()
  }
  try {
    return runInContext(
      `(() => {
        const pattern = new RegExp(${JSON.stringify(found.source)}, ${JSON.stringify(found.flags.replace('g', ''))})
        for (const { pump, text } of texts) {
          next(pump)
          pattern.lastIndex = 0
          pattern.exec(text)
          if (ended()) return pump
        }
        return null
      })()`,
      createContext({ texts, next, ended }),
      { timeout: 3_000 },
    ) as string | null
  } catch {
    return spent.pump
  }
}

describe('regular expressions', () => {
  it('are found in the sources', () => {
    expect(files.flatMap(literals).length).toBeGreaterThan(500)
  })

  it('take linear time on hostile text', { timeout: 120_000 }, async () => {
    const known = new Set<string>()
    const slow: string[] = []
    for (const found of [...files.flatMap(literals), ...(await composed())]) {
      const key = `/${found.source}/${found.flags}`
      if (known.has(key)) continue
      known.add(key)
      const pump = slowOn(found)
      if (pump !== null) slow.push(`${found.where}: ${key.slice(0, 120)} on ${JSON.stringify(pump)}`)
    }
    expect(slow).toEqual([])
  })

  it('would be noticed if they were not', () => {
    for (const [written, flags] of [
      ['/+$', ''],
      ['(?:a|aa)+$', 'u'],
      ['\\s*[(].*$', 'u'],
    ] as const) {
      expect(slowOn({ where: '', source: written, flags })).not.toBeNull()
    }
  })
})
