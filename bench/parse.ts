// How fast are feed documents parsed, beside raw rss-parser and feedsmith? Prints a table and one JSON line.
//
//   node bench/parse.ts [DIRECTORY]
//
// Reads ../shared/corpora/feeds/real (or DIRECTORY, in the same form: files and an index.jsonl with their entry
// counts) and skips, saying so, where it is absent. Ours is the whole way: bytes, charset, drafts of
// entries, rss-parser, sanitised entries. The others get text already decoded and sanitise nothing.

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseFeed as feedsmith } from 'feedsmith'
import RssParser from 'rss-parser'
import { decodeText } from '../src/collect/feed/decode.ts'
import { parseDocument } from '../src/collect/feed/parse.ts'
import { readDrafts } from '../src/collect/feed/xml.ts'

interface Sample {
  file: string
  bytes: Buffer
  text: string
  entries: number
}

interface Row {
  parser: string
  feeds: number
  withEntries: number
  countRight: number
  /** Of processor time, so that a busy machine does not change the answer. */
  megabytesPerSecond: number
  longestMs: number
}

const directory = process.argv[2] ?? path.join(import.meta.dirname, '..', '..', 'shared', 'corpora', 'feeds', 'real')

function load(): Sample[] {
  return readFileSync(path.join(directory, 'index.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map(line => {
      const { file, entries } = JSON.parse(line) as { file: string; entries: number }
      const bytes = readFileSync(path.join(directory, file))
      return { file, bytes, text: decodeText(bytes, null).text, entries }
    })
}

async function measure(
  parser: string,
  samples: readonly Sample[],
  count: (sample: Sample) => Promise<number>,
): Promise<Row> {
  let withEntries = 0
  let countRight = 0
  let longestMs = 0
  let bytes = 0
  const before = process.cpuUsage()
  for (const sample of samples) {
    const start = performance.now()
    const found = await count(sample).catch(() => -1)
    longestMs = Math.max(longestMs, performance.now() - start)
    bytes += sample.bytes.length
    if (found > 0) withEntries++
    if (found === sample.entries) countRight++
  }
  const used = process.cpuUsage(before)
  const seconds = (used.user + used.system) / 1e6
  return {
    parser,
    feeds: samples.length,
    withEntries,
    countRight,
    megabytesPerSecond: bytes / 1e6 / seconds,
    longestMs,
  }
}

/** What a feed of any format keeps its entries in. */
function entriesOf(feed: object): unknown[] {
  const holder = feed as { items?: unknown[]; entries?: unknown[] }
  return holder.items ?? holder.entries ?? []
}

if (!existsSync(path.join(directory, 'index.jsonl'))) {
  process.stderr.write(`bench/parse: skipped, no corpus at ${directory}\n`)
} else {
  const samples = load()
  const plain = new RssParser()
  const contenders: [string, (sample: Sample) => Promise<number>][] = [
    [
      'minwal (bytes to sanitised entries)',
      async ({ bytes }) => {
        const parsed = await parseDocument(bytes, null, { url: 'https://feed.example/', maxEntries: 100_000 })
        return parsed.ok ? parsed.value.entries.length : -1
      },
    ],
    ['minwal (decoding alone)', async ({ bytes, entries }) => (decodeText(bytes, null).text === '' ? -1 : entries)],
    [
      'minwal (reading alone)',
      async ({ text, entries }) => (readDrafts(text, { url: null, maxEntries: 100_000 }).ok ? entries : -1),
    ],
    ['rss-parser (raw)', async ({ text }) => (await plain.parseString(text)).items.length],
    ['feedsmith', async ({ text }) => entriesOf(feedsmith(text).feed).length],
  ]
  const rows: Row[] = []
  for (const [name, count] of contenders) {
    // Once to warm the compiler, then measured.
    await measure(name, samples.slice(0, 200), count)
    rows.push(await measure(name, samples, count))
  }
  const percent = (part: number, whole: number): string => `${((part / whole) * 100).toFixed(1)}%`
  process.stdout.write(
    `${'parser'.padEnd(38)}${'with entries'.padStart(14)}${'count right'.padStart(13)}${'MB/s'.padStart(8)}${'longest'.padStart(10)}\n`,
  )
  for (const row of rows) {
    process.stdout.write(
      `${row.parser.padEnd(38)}${percent(row.withEntries, row.feeds).padStart(14)}${percent(row.countRight, row.feeds).padStart(13)}${row.megabytesPerSecond.toFixed(1).padStart(8)}${`${row.longestMs.toFixed(0)} ms`.padStart(10)}\n`,
    )
  }
  process.stdout.write(`${JSON.stringify({ bench: 'parse', rows })}\n`)
}
