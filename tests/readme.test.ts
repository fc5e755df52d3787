// The README in Arabic says what the English one says: the same commands, headings and links.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './helpers/cli.ts'

const read = (name: string): string => readFileSync(join(root, name), 'utf8')
const english = read('README.md')
const arabic = read('README.ar.md')

const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(match => match[1] ?? '')
/** Without blocks of code, where `#` begins no heading. */
const prose = (text: string): string => text.replace(/^```[\s\S]*?^```$/gm, '')

describe('the README in Arabic', () => {
  it('has the blocks of code of the English one, and each command of its list', () => {
    const blocks = (text: string): string[] => all(text, /^```(?:sh|json)\n([\s\S]*?)^```$/gm)
    expect(blocks(arabic)).toEqual(blocks(english))
    const [list = ''] = all(english, /^```\n(minwal run[\s\S]*?)^```$/gm)
    const commands = list
      .trim()
      .split('\n')
      .map(line => line.slice(0, 30).trim())
    expect(all(arabic, /^\| `(minwal [^`]+)` \|/gm)).toEqual(commands)
  })

  it('has its headings, in their order', () => {
    const levels = (text: string): string[] => all(prose(text), /^(#+) /gm)
    expect(levels(arabic)).toEqual(levels(english))
    expect(arabic).not.toMatch(/^#+ [A-Za-z ]+$/m)
  })

  it('leads where it leads, and to files that are there', () => {
    const targets = (text: string): string[] =>
      [...new Set(all(text, /\]\(([^)]+)\)/g))].filter(target => !target.startsWith('README')).toSorted()
    expect(targets(arabic)).toEqual(targets(english))
    for (const target of targets(arabic)) expect(existsSync(join(root, target)), target).toBe(true)
    expect(english).toContain('](README.ar.md)')
    expect(arabic).toContain('](README.md)')
  })

  it('names the same addresses, parameters and versions', () => {
    const named = (text: string): string[] => [
      ...new Set(all(text, /((?:\/[a-z]+(?:\/12)?\.(?:atom|rss|json)|[a-z-]+=\b|\b\d+\.\d+\b|https?:[^>\s]+))/g)),
    ]
    expect(named(arabic).toSorted()).toEqual(named(english).toSorted())
  })
})
