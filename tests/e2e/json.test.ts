// What commands print with --json, against docs/json.md; and what they print on a terminal.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import stringWidth from 'string-width'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MIGRATIONS } from '../../src/store/migrations.ts'
import { minwal, root } from '../helpers/cli.ts'

const PAGE = readFileSync(join(root, 'docs/json.md'), 'utf8')
const where = mkdtempSync(join(tmpdir(), 'minwal-json-'))
const config = join(where, 'config.json')

beforeAll(() => {
  writeFileSync(
    join(where, 'news.db'),
    gunzipSync(readFileSync(new URL(`../fixtures/db/v${MIGRATIONS.length}.sqlite.gz`, import.meta.url))),
  )
  const agency = (id: string) => ({ id, name: id, feeds: [`http://127.0.0.1:9/${id}`] })
  const agencies = ['meridian', 'vostok', 'harir'].map(agency)
  writeFileSync(
    config,
    JSON.stringify({
      database: 'news.db',
      agencies,
      retain: { reports: '400d' },
      notify: [{ name: 'ill', failure: true, command: ['true'] }],
    }),
  )
})

afterAll(() => rmSync(where, { recursive: true, force: true }))

/** Keys that a section of the page has in its table. */
function documented(section: string): string[] {
  const text = PAGE.split(`\n## ${section}\n`)[1]?.split('\n## ')[0] ?? ''
  return [...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, key = '']) => key)
}

const printed = async (...args: string[]): Promise<unknown> =>
  JSON.parse((await minwal([...args, '--json', '--config', config])).stdout)

type Shown = Record<string, unknown>

const keysOf = (value: unknown): string[] => Object.keys(value as Shown).sort()
const itemsOf = (value: unknown): Shown[] => value as Shown[]

/** Numbers that would be a moment in milliseconds, wherever they stand. */
function moments(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return value > 1e12 ? [path] : []
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([name, inner]) => moments(inner, `${path}.${name}`))
}

describe('docs/json.md', () => {
  it('has the keys that commands print, and no others', async () => {
    const same = (value: unknown, ...sections: string[]): void => {
      expect(keysOf(value), sections.join()).toEqual(sections.flatMap(documented).sort())
    }
    for (const feed of itemsOf(await printed('feeds'))) same(feed, 'feeds')
    for (const thread of itemsOf(await printed('threads'))) {
      same(thread, 'threads')
      same(thread['lead'], 'search')
    }
    const thread = (await printed('thread', '1')) as Shown
    same(thread, 'threads', 'thread')
    for (const told of itemsOf(thread['timeline'])) {
      same(told, 'search')
      for (const report of itemsOf(told['reports'])) same(report, 'story')
    }
    for (const story of itemsOf(await printed('search', 'dam'))) same(story, 'search')
    const story = (await printed('story', '1')) as Shown
    same(story, 'search')
    for (const report of itemsOf(story['reports'])) same(report, 'story')
    same(await printed('explain', '1'), 'explain')
    const rules = [...itemsOf(await printed('notify')), ...itemsOf(await printed('notify', '--test'))]
    expect([...new Set(rules.flatMap(keysOf))].sort()).toEqual(documented('notify').sort())
    for (const decision of itemsOf(await printed('decisions'))) same(decision, 'decisions')
    same(await printed('prune', '--dry-run'), 'prune')
    same(await printed('doctor'), 'doctor')
    same(await printed('backup', join(where, 'copy.db')), 'backup')
    same(await printed('poll', '--force'), 'poll')
    const merged = (await printed('merge', '1', '3')) as Shown
    const split = (await printed('split', '1', '7')) as Shown
    expect([...new Set([...keysOf(merged), ...keysOf(split)])].sort()).toEqual(documented('merge and split').sort())
  })

  it('says times as ISO 8601, everywhere', async () => {
    for (const command of [
      ['feeds'],
      ['threads'],
      ['thread', '1'],
      ['story', '1'],
      ['explain', 'thread:1'],
      ['decisions'],
    ]) {
      const value = await printed(...command)
      expect(moments(value), command.join(' ')).toEqual([])
    }
  })
})

describe('a command on a terminal', () => {
  /** What it prints in a terminal so many columns wide, in a zone. */
  function onTerminal(columns: number, zone: string, ...args: string[]): string[] {
    const command = [process.execPath, join(root, 'bin/minwal.js'), ...args, '--config', config].map(
      word => `'${word}'`,
    )
    const ran = spawnSync('script', ['-qec', `stty cols ${columns}; ${command.join(' ')}`, '/dev/null'], {
      encoding: 'utf8',
      env: { ...process.env, TZ: zone },
    })
    expect(ran.status).toBe(0)
    return ran.stdout.split(/\r?\n/)
  }
  const there = spawnSync('script', ['--version']).status === 0

  it.skipIf(!there).each([
    [80, ['threads']],
    [120, ['threads']],
    [80, ['feeds']],
    [120, ['feeds']],
    [80, ['search', 'dam']],
    [80, ['story', '1']],
    [40, ['feeds']],
  ])(
    'fits %i columns: %j',
    (columns, args) => {
      const lines = onTerminal(columns, 'UTC', ...args)
      const tables = args[0] === 'story' ? lines.slice(0, lines.indexOf('', lines.indexOf('') + 1)) : lines
      expect(tables.filter(line => stringWidth(line.replace(/[\u2068\u2069]/g, '')) > columns)).toEqual([])
      expect(lines.length).toBeGreaterThan(3)
    },
    30_000,
  )

  it.skipIf(!there)(
    'draws a bar while it evaluates, and none where its output goes elsewhere',
    async () => {
      const items = join(root, 'tests/fixtures/labelled/general.jsonl')
      const some = join(where, 'some.jsonl')
      writeFileSync(some, readFileSync(items, 'utf8').split('\n').slice(0, 60).join('\n'))
      const ran = spawnSync(
        'script',
        ['-qec', `'${process.execPath}' '${join(root, 'bin/minwal.js')}' eval '${some}'`, '/dev/null'],
        {
          encoding: 'utf8',
        },
      )
      expect(ran.stdout).toMatch(/\[[█·]+\] \d+\/60 items/)
      expect(await minwal(['eval', some])).toMatchObject({ code: 0, stderr: '' })
    },
    60_000,
  )

  it.skipIf(!there)(
    'keeps Arabic cells to themselves, and says times in the zone of the machine, by its name',
    () => {
      const lines = onTerminal(120, 'Asia/Riyadh', 'threads')
      expect(lines[0]).toContain('last (Asia/Riyadh)')
      expect(lines.filter(line => /[\u0600-\u06ff]/.test(line)).length).toBeGreaterThan(0)
      for (const line of lines.filter(one => /[\u0600-\u06ff]/.test(one)))
        expect(line).toMatch(/\u2068[^\u2068]+\u2069/)
      const clock = (shown: readonly string[]) =>
        shown.flatMap(line => /\d{4}-\d\d-\d\d (\d\d):\d\d/.exec(line)?.[1] ?? [])
      const utc = clock(onTerminal(120, 'UTC', 'threads'))
      expect(clock(lines)).toEqual(utc.map(hour => String((Number(hour) + 3) % 24).padStart(2, '0')))
    },
    30_000,
  )
})
