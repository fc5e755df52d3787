// What does it cost to read an entry? Microseconds an entry of processor time for naming it, reading it, counting what its
// document has in common, and counting its words at the desk. Prints a table and one JSON line.
//
//   node bench/read.ts [--entries 3000] [--rounds 4] [DOCUMENTS]
//
// Entries are those of the synthetic feeds of ../shared/tools/feedgen.mjs, or of DOCUMENTS: one document a line, as
// {"language": "ar" | null, "entries": [entries as parsed]}. The first rounds warm up; the figures are of the quickest.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { parseDocument } from '../src/collect/feed/parse.ts'
import { identify } from '../src/decide/identify.ts'
import { readEntry, threadWordsOf } from '../src/decide/reading.ts'
import { BoilerplateCount } from '../src/decide/thread/boilerplate.ts'
import { wireNames } from '../src/decide/wire/read.ts'
import type { ParsedEntry } from '../src/model/collected.ts'
import { printJson, printTable, rounded, shared, skipped } from './helpers.ts'

interface Document {
  language: string | null
  entries: ParsedEntry[]
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { entries: { type: 'string', default: '3000' }, rounds: { type: 'string', default: '4' } },
})
const most = Number(values.entries)
const NOW = Date.UTC(2026, 10, 28, 12)

async function synthetic(generator: string): Promise<Document[]> {
  const { Gen } = (await import(generator)) as {
    Gen: new (options: {
      feeds: number
      items: number
      base: number
    }) => { render(feed: number, top: number, version: number, url: string): Buffer }
  }
  const items = 30
  const feeds = new Gen({ feeds: 1_000, items, base: NOW })
  const documents: Document[] = []
  for (let feed = 0; feed < most / items; feed++) {
    const url = `https://feeds.example/f/${feed}.xml`
    const parsed = await parseDocument(feeds.render(feed, items, 1, url), null, { url, maxEntries: items, now: NOW })
    if (!parsed.ok) throw new Error(parsed.reason)
    documents.push(parsed.value)
  }
  return documents
}

function stored(file: string): Document[] {
  const documents: Document[] = []
  let entries = 0
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line === '' || entries >= most) continue
    const document = JSON.parse(line) as Document
    entries += document.entries.length
    documents.push(document)
  }
  return documents
}

const STEPS = ['identify', 'read', 'hand over', 'count runs', 'count words'] as const
type Figures = Record<(typeof STEPS)[number], number>

/** One pass over all documents: microseconds an entry. */
function pass(documents: readonly Document[]): Figures {
  const names = wireNames([])
  const sums: Figures = { identify: 0, read: 0, 'hand over': 0, 'count runs': 0, 'count words': 0 }
  let count = 0
  const timed = <T>(step: keyof Figures, work: () => T): T => {
    const before = process.cpuUsage()
    const result = work()
    const { user, system } = process.cpuUsage(before)
    sums[step] += user + system
    return result
  }
  for (const { language, entries } of documents) {
    const context = { feed: 1, agency: 'agency', language, identity: 'guid' as const, names, now: NOW }
    const found = timed('identify', () => entries.map((entry, at) => identify(entry, entry.text, at, context)))
    const read = timed('read', () =>
      found.flatMap((one, at) => {
        const entry = entries[at]
        return one.ok && entry ? [readEntry(entry, entry.text, one.value, context)] : []
      }),
    )
    const received = timed('hand over', () => structuredClone(read))
    const boilerplate = timed('count runs', () => {
      const runs = new BoilerplateCount()
      for (const reading of received) runs.addRuns(reading.runs)
      runs.sharing()
      return runs.found()
    })
    timed('count words', () => received.map(reading => threadWordsOf(reading, boilerplate, null, null)))
    count += entries.length
  }
  for (const step of STEPS) sums[step] = rounded(sums[step] / count)
  return sums
}

const generator = path.join(shared, 'tools', 'feedgen.mjs')
const [file] = positionals
if (file === undefined && !existsSync(generator)) skipped('read', '../shared/tools/feedgen.mjs')
else {
  const documents = file === undefined ? await synthetic(generator) : stored(file)
  const passes = Array.from({ length: Number(values.rounds) }, () => pass(documents))
  const best = Object.fromEntries(STEPS.map(step => [step, Math.min(...passes.map(one => one[step]))]))
  const entries = documents.reduce((sum, document) => sum + document.entries.length, 0)
  printTable(['entries', ...STEPS], [[entries, ...STEPS.map(step => `${best[step]} µs`)]])
  printJson('read', { entries, rounds: passes.length, microseconds: best })
}
