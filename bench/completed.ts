// What do copies and threads lose where feeds are cut to a headline and 120 characters, and what do texts of pages give back?
// Prints a table and one JSON line.
//
//   node bench/completed.ts [--most N] [--lost N] [SET ...]
//
// `--lost` prints so many of the labelled copies that are found uncut and not when completed.
//
// Made of the labelled sets: the cut is the feed, the whole text is the page. A page is read after fifty other reports were filed.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { NOTHING_STATED } from '../src/decide/page.ts'
import { wireNames } from '../src/decide/wire/read.ts'
import { Desk } from '../src/desk/desk.ts'
import type { PageReading } from '../src/model/page.ts'
import { type Assignment, agenciesOf, type EvalItem, entryOf, scoreGroups } from '../src/run/evaluate.ts'
import { openStore } from '../src/store/open.ts'
import { skipped } from './helpers.ts'
import { itemsOf, present, SETS, scorePairs, settings } from './labelled.ts'

const HOUR = 3_600_000
const CUT = 120
const BEHIND = 50

type Way = 'uncut' | 'cut' | 'completed'

const cut = (text: string): string => (text.length <= CUT ? text : `${text.slice(0, CUT)}…`)

const pageOf = (text: string): PageReading => ({
  verdict: 'article',
  because: 'it is the page of a bench',
  ...NOTHING_STATED,
  text,
})

async function assigned(items: readonly EvalItem[], way: Way): Promise<Assignment[]> {
  const opened = openStore({ path: ':memory:' })
  if (!opened.ok) throw new Error(opened.reason)
  const store = opened.value
  store.syncAgencies(agenciesOf(items), 0)
  const feeds = new Map(store.feeds().map(one => [one.agencyName, one]))
  const names = wireNames([])
  const desk = new Desk(store, settings())
  const timed = items
    .map((item, at) => ({ item, at, time: Date.parse(item.published ?? '') || 0 }))
    .sort((a, b) => a.time - b.time || a.at - b.at)
  const reports = new Map<string, number>()
  const waiting: { report: number; text: string }[] = []
  const outcomes: Record<string, number> = {}
  let clock = 0
  const read = async (left: number): Promise<void> => {
    while (waiting.length > left) {
      const { report, text } = waiting.shift() ?? { report: 0, text: '' }
      const asked = { report, host: 'page.invalid', answer: pageOf(text), attempts: 1, extractor: 1 }
      const outcome = (await desk.pages.file(asked, { now: clock, names })) ?? 'gone'
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    }
  }
  for (const { item, time } of timed) {
    const of = feeds.get(item.source ?? 'unknown')
    if (of === undefined) throw new Error(`no feed for ${item.source}`)
    clock = Math.max(clock, time)
    const whole = item.text ?? ''
    const entries = [{ entry: entryOf(item, time || clock), text: way === 'uncut' ? whole : cut(whole) }]
    const context = { feed: of.id, feedKey: of.url, agency: of.agency, language: item.lang, identity: 'guid' as const }
    const [filed] = desk.file(entries, { ...context, names, now: clock }, () => {})
    if (filed?.report == null) continue
    reports.set(item.id, filed.report)
    if (way === 'completed' && whole.length > CUT) waiting.push({ report: filed.report, text: whole })
    await read(BEHIND)
  }
  await read(0)
  const [last] = feeds.values()
  if (last) {
    const context = { feed: last.id, feedKey: last.url, agency: last.agency, language: null, identity: 'guid' as const }
    desk.file([], { ...context, names, now: clock + HOUR }, () => {})
  }
  const assignments = timed.map(({ item }): Assignment => {
    const report = reports.get(item.id)
    const story = report === undefined ? null : store.storyOf(report)
    if (story === null) return { id: item.id, story: `rejected-${item.id}`, thread: `rejected-${item.id}` }
    return { id: item.id, story: String(story), thread: String(store.story(story)?.thread ?? 0) }
  })
  store.close()
  if (way === 'completed') process.stderr.write(`${JSON.stringify(outcomes)}\n`)
  return assignments
}

interface Row {
  set: string
  way: Way
  copiesRecall: number | null
  keptApart: number | null
  storyF1: number | null
  threadF1: number | null
  seconds: number
}

/** Labelled copies that one way finds and the other does not. */
function lost(items: readonly EvalItem[], file: string, from: readonly Assignment[], to: readonly Assignment[]): void {
  const [before, after] = [from, to].map(all => new Map(all.map(({ id, story }) => [String(id), story])))
  const texts = new Map(items.map(item => [String(item.id), item]))
  const shown = readFileSync(file, 'utf8')
    .split('\n')
    .map(line => line.split('\t'))
    .filter(([a = '', b = '', label]) => label === 'dup' && texts.has(a) && texts.has(b))
    .filter(([a = '', b = '']) => before?.get(a) === before?.get(b) && after?.get(a) !== after?.get(b))
  console.log(`${shown.length} copies are found uncut and not completed`)
  for (const pair of shown.slice(0, Number(values.lost))) {
    for (const id of pair.slice(0, 2)) {
      const { title, text, source, published } = texts.get(id) as EvalItem
      console.log(`${id} ${source} ${published} story ${after?.get(id)}\n  ${title}\n  ${text}`)
    }
    console.log()
  }
}

const { values, positionals } = parseArgs({
  options: { most: { type: 'string' }, lost: { type: 'string', default: '0' } },
  allowPositionals: true,
})
const most = Number(values.most ?? Number.POSITIVE_INFINITY)
const rows: Row[] = []
for (const [name, labelled] of Object.entries(SETS)) {
  if (positionals.length > 0 ? !positionals.includes(name) : !['agencies', 'saudiCopies', 'saudiEvents'].includes(name))
    continue
  if (!present(labelled)) {
    skipped('completed', labelled.file)
    continue
  }
  const items = (await itemsOf(labelled))
    .toSorted((a, b) => Date.parse(a.published ?? '') - Date.parse(b.published ?? ''))
    .slice(0, most)
  let uncut: Assignment[] = []
  for (const way of ['uncut', 'cut', 'completed'] as const) {
    const start = process.cpuUsage()
    const assignments = await assigned(items, way)
    if (way === 'uncut') uncut = assignments
    if (way === 'completed' && values.lost !== '0' && labelled.pairs !== null)
      lost(items, labelled.pairs, uncut, assignments)
    const { user, system } = process.cpuUsage(start)
    const pairs = labelled.pairs === null ? null : scorePairs(items, labelled.pairs, assignments)
    const row: Row = {
      set: labelled.name,
      way,
      copiesRecall: pairs?.recall ?? null,
      keptApart: pairs?.keptApart ?? null,
      storyF1: scoreGroups(items, assignments, 'story')?.bcubed.f1 ?? null,
      threadF1: scoreGroups(items, assignments, 'thread')?.bcubed.f1 ?? null,
      seconds: Math.round((user + system) / 1e5) / 10,
    }
    rows.push(row)
    process.stderr.write(`${JSON.stringify(row)}\n`)
  }
}
console.table(rows)
console.log(JSON.stringify(rows))
