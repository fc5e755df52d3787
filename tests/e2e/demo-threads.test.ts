// The demo's week, filed as a new user sees it, against what an editor says of each report: which event it tells. What
// `data/demo/wires` holds is all on Kazakhstan; the other reports are named by their headlines in the fixture.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Running, root, start } from '../helpers/cli.ts'
import { eventually } from '../helpers/eventually.ts'

interface Wire {
  entries: { guid: string; versions: { title: string }[] }[]
}

/** The event of each report, by agency and guid; the headlines that nobody has labelled. */
function labels(): { events: Map<string, string>; unlabelled: string[] } {
  const named = new Map<string, string>()
  const fixture = JSON.parse(readFileSync(`${root}tests/fixtures/demo-events.json`, 'utf8')) as Record<string, string[]>
  for (const [event, headlines] of Object.entries(fixture)) for (const one of headlines) named.set(one, event)
  const events = new Map<string, string>()
  const unlabelled: string[] = []
  for (const part of ['wires', 'other']) {
    for (const file of readdirSync(`${root}data/demo/${part}`)) {
      const agency = file.replace('.json', '')
      const wire = JSON.parse(readFileSync(`${root}data/demo/${part}/${file}`, 'utf8')) as Wire
      for (const { guid, versions } of wire.entries) {
        const headline = `${agency}: ${versions[0]?.title}`
        const event = part === 'wires' ? 'Kazakhstan' : named.get(headline)
        if (event === undefined) unlabelled.push(headline)
        else events.set(`${agency} ${guid}`, event)
      }
    }
  }
  return { events, unlabelled }
}

describe('the threads of the demo week', () => {
  const { events, unlabelled } = labels()
  const where = mkdtempSync(join(tmpdir(), 'minwal-'))
  let running: Running
  let filed: { story: number; thread: number; event: string; title: string }[] = []

  beforeAll(async () => {
    const database = join(where, 'demo.db')
    running = start(['--port', '0', '--at', 'end', '--database', database], { program: `${root}demo/main.ts` })
    await eventually('the week is over', () => running.stdout().includes('The week is over'))
    const db = new Database(database, { readonly: true })
    filed = db
      .prepare<[], { agency: string; guid: string; story: number; thread: number; title: string }>(
        'select agency, guid, story, thread, title from report order by id',
      )
      .all()
      .map(({ agency, guid, ...one }) => {
        // Maps and lists know a report by its address.
        const named = `${agency} ${guid.replace(/^https?:\/\/127\.0\.0\.1:\d+/, '')}`
        return { ...one, event: events.get(named) ?? named }
      })
    db.close()
  })
  afterAll(async () => {
    running.child.kill('SIGTERM')
    await running.ended
    rmSync(where, { recursive: true, force: true })
  })

  it('are judged by labels that name every report', () => {
    expect(unlabelled).toEqual([])
    expect(filed.length).toBe(events.size)
    expect(filed.filter(({ event }) => ![...events.values()].includes(event))).toEqual([])
  })

  it('hold one event each, and so do the stories', () => {
    const mixed = (group: 'story' | 'thread'): string[][] =>
      [...Map.groupBy(filed, one => one[group]).values()]
        .map(members => [...new Set(members.map(({ event }) => event))].sort())
        .filter(told => told.length > 1)
        .sort()
    expect(mixed('story')).toEqual([])
    expect(mixed('thread')).toEqual([])
  })

  it('bring most reports of an event together', () => {
    let share = 0
    for (const members of Map.groupBy(filed, one => one.event).values()) {
      const threads = [...Map.groupBy(members, one => one.thread).values()]
      share += Math.max(...threads.map(some => some.length)) / members.length
    }
    expect(share / new Set(filed.map(one => one.event)).size).toBeGreaterThan(0.6)
  })
})
