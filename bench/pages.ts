// How well are texts found on pages, and how fast? Prints tables and one JSON line.
//
//   node bench/pages.ts [--hostile]
//
// Reads ../shared/corpora/pages, and scores by the measure that lies there; skips, saying so, where it is absent. With
// --hostile, pages of 8 MB that are made to be slow are read in the thread that pages are read in.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { decodeText } from '../src/collect/feed/decode.ts'
import { blocksOf } from '../src/collect/page/blocks.ts'
import { judge } from '../src/collect/page/judge.ts'
import { takePage } from '../src/collect/page/read.ts'
import { readable } from '../src/collect/page/readable.ts'
import { createPageReader } from '../src/collect/page/reader.ts'
import { readTree } from '../src/collect/page/tree.ts'
import type { PageQuestion } from '../src/model/page.ts'
import { hostilePages } from '../tests/helpers/hostile-html.ts'
import { shared, skipped } from './helpers.ts'

interface Score {
  pages: number
  f1: number
  precision: number
  recall: number
  accuracy: number
  empty: number
}
type Predictions = Record<string, { articleBody: string }>
type Truth = Record<string, { articleBody: string; url: string }>

const corpus = path.join(shared, 'corpora', 'pages')
const question = (url: string): PageQuestion => ({
  title: '',
  summary: '',
  url,
  finalUrl: url,
  status: 200,
  contentType: 'text/html; charset=utf-8',
})

const alone = async (bytes: Uint8Array): Promise<string> => {
  const tree = readTree(decodeText(bytes, 'text/html; charset=utf-8').text)
  const found = await readable(tree.body, tree.title)
  return found === null
    ? ''
    : blocksOf(found)
        .map(({ text }) => text)
        .join('\n')
}

/** What is taken, and what of it would be filed. */
async function scored(): Promise<object> {
  const { score } = (await import(pathToFileURL(path.join(corpus, 'score-pages.mjs')).href)) as {
    score: (truth: Truth, predictions: Predictions) => Score
  }
  const truth = JSON.parse(readFileSync(path.join(corpus, 'ground-truth.json'), 'utf8')) as Truth
  const pages = Object.entries(truth).map(([id, { url }]) => {
    return { id, url, bytes: gunzipSync(readFileSync(path.join(corpus, 'html', `${id}.html.gz`))) }
  })
  const [taken, filed, plain]: Predictions[] = [{}, {}, {}]
  const verdicts: Record<string, number> = {}
  for (const { bytes } of pages.slice(0, 5)) await takePage(bytes, question(''))
  const before = process.cpuUsage()
  let longest = 0
  for (const { id, url, bytes } of pages) {
    const start = process.cpuUsage()
    const { text, evidence } = await takePage(bytes, question(url))
    const { verdict } = judge(evidence)
    longest = Math.max(longest, spent(start))
    verdicts[verdict] = (verdicts[verdict] ?? 0) + 1
    Object.assign(taken ?? {}, { [id]: { articleBody: text } })
    Object.assign(filed ?? {}, { [id]: { articleBody: verdict === 'article' ? text : '' } })
  }
  const seconds = spent(before) / 1000
  for (const { id, bytes } of pages) Object.assign(plain ?? {}, { [id]: { articleBody: await alone(bytes) } })
  const rows = {
    taken: score(truth, taken ?? {}),
    filed: score(truth, filed ?? {}),
    'Readability alone': score(truth, plain ?? {}),
  }
  console.table(
    Object.fromEntries(
      Object.entries(rows).map(([name, { f1, precision, recall, accuracy, empty }]) => [
        name,
        { f1: round(f1), precision: round(precision), recall: round(recall), 'same words': round(accuracy), empty },
      ]),
    ),
  )
  return {
    f1: round(rows.taken.f1),
    filed: round(rows.filed.f1),
    alone: round(rows['Readability alone'].f1),
    verdicts,
    pagesPerSecond: Math.round((10 * pages.length) / seconds) / 10,
    longestMs: Math.round(longest),
  }
}

/** Processor time since, in milliseconds: a busy machine does not change it. */
function spent(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1000
}

const round = (value: number): number => Math.round(value * 10_000) / 10_000

async function hostile(): Promise<object> {
  const reader = createPageReader()
  const rows: Record<string, { ms: number; outcome: string }> = {}
  try {
    await reader.read(Buffer.from('<p>first'), question(''))
    for (const [name, html] of Object.entries(hostilePages())) {
      const bytes = Buffer.from(html)
      const start = process.cpuUsage()
      const got = await reader.read(bytes, {
        ...question('https://wire.example/1'),
        title: 'Ferry crews vote to end strike',
      })
      rows[name] = { ms: Math.round(spent(start)), outcome: got.ok ? got.value.verdict : got.reason }
    }
  } finally {
    await reader.close()
  }
  console.table(rows)
  const times = Object.values(rows).map(({ ms }) => ms)
  return { hostile: times.length, over2s: times.filter(ms => ms > 2_000).length, longestHostileMs: Math.max(...times) }
}

if (process.argv.includes('--hostile')) console.log(JSON.stringify(await hostile()))
else if (existsSync(path.join(corpus, 'ground-truth.json'))) console.log(JSON.stringify(await scored()))
else skipped('pages', corpus)
