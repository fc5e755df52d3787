// Are reports of one feed taken for copies by what their publisher says below all of them? Every document of the corpus is
// filed by itself, as a first poll would; what was joined by its text there is counted, by likeness. Few feeds print one
// report twice under two guids, so that most of what is joined at less than .5 is worth reading. Prints a table and one
// JSON line.
//
//   node bench/notices.ts [--list] [--feeds 150]
//
// `--list` prints the pairs that are joined below .5, for reading by eye; `--feeds` takes so many feeds, evenly spread.
// Reads ../shared/corpora/feeds/real and skips, saying so, where it is absent.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { parseDocument } from '../src/collect/feed/parse.ts'
import { wireNames } from '../src/decide/wire/read.ts'
import { Desk, type ReadEntry } from '../src/desk/desk.ts'
import type { Agency } from '../src/model/config.ts'
import type { Millis } from '../src/model/units.ts'
import { openStore } from '../src/store/open.ts'
import { printJson, printTable, shared, skipped } from './helpers.ts'
import { settings } from './labelled.ts'

const HOUR: Millis = 3_600_000
/** Below this likeness a copy within one feed is worth reading. */
const DOUBTED = 0.5

const { values } = parseArgs({ options: { list: { type: 'boolean' }, feeds: { type: 'string' } } })
const folder = path.join(shared, 'corpora', 'feeds', 'real')

const AGENCY: Agency = {
  id: 'paper',
  name: 'Paper',
  aliases: [],
  language: null,
  homepage: null,
  feeds: [
    {
      url: 'https://paper.invalid/feed',
      category: null,
      language: null,
      every: null,
      headers: {},
      identity: 'guid',
      allowPrivate: false,
      paused: false,
    },
  ],
}

interface Joined {
  similarity: number
  title: string
  first: string
  shared: string[]
}

/** What became of one document: reports, stories, threads, and the reports that were joined by their text. */
function fileDocument(entries: readonly ReadEntry[], language: string | null) {
  const opened = openStore({ path: ':memory:' })
  if (!opened.ok) throw new Error(opened.reason)
  const store = opened.value
  try {
    store.syncAgencies([AGENCY], 0)
    const [feed] = store.feeds()
    if (!feed) throw new Error('no feed')
    const times = entries.flatMap(({ entry }) => entry.published ?? entry.updated ?? [])
    const now = times.reduce((latest, time) => Math.max(latest, time), 0) + HOUR
    const names = wireNames([])
    const context = {
      feed: feed.id,
      feedKey: feed.url,
      agency: 'paper',
      language,
      identity: 'guid' as const,
      names,
      now,
    }
    const filed = new Desk(store, settings()).file(entries, context, () => {})
    const stories = new Set(filed.flatMap(({ story }) => story ?? []))
    const joined: Joined[] = []
    for (const id of stories) {
      const [first, ...others] = store.story(id)?.members ?? []
      for (const member of [first, ...others]) {
        if (member?.joinedBy !== 'text') continue
        const evidence = member.evidence as { shared: string[] } | null
        joined.push({
          similarity: member.similarity,
          title: member.title,
          first: first?.title ?? '',
          shared: evidence?.shared ?? [],
        })
      }
    }
    return { reports: filed.length, stories: stories.size, joined }
  } finally {
    store.close()
  }
}

async function main(): Promise<void> {
  const all = readFileSync(path.join(folder, 'index.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map(line => (JSON.parse(line) as { file: string }).file)
  const wanted = Math.min(all.length, Number(values.feeds ?? all.length))
  const files = all.filter(
    (_, at) => Math.floor((at * wanted) / all.length) !== Math.floor(((at - 1) * wanted) / all.length),
  )
  const sum = { feeds: 0, reports: 0, stories: 0, joined: 0, doubted: 0 }
  for (const file of files) {
    const options = { url: 'https://paper.invalid/feed', maxEntries: 1_000 }
    const parsed = await parseDocument(readFileSync(path.join(folder, file)), null, options)
    if (!parsed.ok) continue
    const entries = parsed.value.entries.map(entry => ({ entry, text: entry.text }))
    const { reports, stories, joined } = fileDocument(entries, parsed.value.language)
    const doubted = joined.filter(({ similarity }) => similarity < DOUBTED)
    sum.feeds++
    sum.reports += reports
    sum.stories += stories
    sum.joined += joined.length
    sum.doubted += doubted.length
    if (!values.list) continue
    for (const { similarity, title, first, shared } of doubted) {
      process.stdout.write(`${similarity.toFixed(2)} ${file}\n  ${title}\n  ${first}\n    ${shared.join('\n    ')}\n`)
    }
  }
  printTable(
    ['feeds', 'reports', 'stories', 'joined by text', `below ${DOUBTED}`],
    [[sum.feeds, sum.reports, sum.stories, sum.joined, sum.doubted]],
  )
  printJson('notices', sum)
}

if (existsSync(path.join(folder, 'index.jsonl'))) await main()
else skipped('notices', 'corpora/feeds/real')
