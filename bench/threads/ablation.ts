// What each piece of evidence adds: the labelled sets, filed again and again with one thing left out.

import { CopyIndex, copyFeatures } from '../../src/decide/copy/index.ts'
import {
  placeStory,
  storyFeatures,
  ThreadIndex,
  type ThreadWords,
  TUNING,
  type Tuning,
  threadWords,
} from '../../src/decide/thread/place.ts'
import { reviewAll } from '../../src/decide/thread/review.ts'
import { readWire, wireNames } from '../../src/decide/wire/read.ts'
import type { EvalItem } from '../../src/run/evaluate.ts'
import { readItems, scoreGroups } from '../../src/run/evaluate.ts'
import { printJson, printTable, skipped } from '../helpers.ts'
import { present, SETS, settings } from '../labelled.ts'

const HOUR = 3_600_000

interface Variant {
  name: string
  tuning?: Partial<Tuning>
  words?: (said: ThreadWords) => ThreadWords
  review?: false
  titleOnly?: true
}

const without = (mark: string) => (said: ThreadWords) => ({
  ...said,
  shared: new Map([...said.shared].filter(([term]) => !term.startsWith(mark))),
})

const VARIANTS: Variant[] = [
  { name: 'all' },
  { name: 'no review', review: false },
  { name: 'no runner-up', tuning: { standingOut: 0, scale: 0.28 / 0.3 } },
  { name: 'no nearest story', tuning: { nearest: 0, scale: 0.28 / 0.3 } },
  { name: 'no fading', tuning: { decay: Number.MAX_VALUE } },
  { name: 'no columns', tuning: { columns: false } },
  { name: 'countries apart', tuning: { differentCountries: 1 } },
  { name: 'no slugs', words: said => ({ ...said, header: null }) },
  { name: 'nothing across languages', tuning: { across: 0 }, words: said => ({ ...said, shared: new Map() }) },
  { name: 'across: no names by sound', words: without('~') },
  { name: 'across: no countries', words: without('@') },
  { name: 'across: no numbers', words: without('#') },
  { name: 'no body', titleOnly: true },
]

interface Read {
  item: EvalItem
  time: number
  story: number
  first: boolean
  title: string
  body: string
}

/** Items in time order, copies already with their story. */
function read(items: readonly EvalItem[], window: number): Read[] {
  const names = wireNames([])
  const copies = new CopyIndex(2 * window)
  const out: Read[] = []
  let stories = 0
  const timed = items.map((item, at) => ({ item, at, time: Date.parse(item.published ?? '') || 0 }))
  for (const { item, time } of timed.sort((a, b) => a.time - b.time || a.at - b.at)) {
    const { title, body } = readWire({ title: item.title, text: item.text ?? '', authors: [], source: null }, names)
    const features = copyFeatures(title, body, item.lang)
    const copy = features && copies.find(features, time)
    const story = copy?.story ?? ++stories
    if (features) copies.add(story, out.length, features, time)
    out.push({ item, time, story, first: !copy, title, body })
  }
  return out
}

/** Threads of the items, with one thing left out. */
function thread(items: readonly Read[], said: readonly ThreadWords[], variant: Variant): Map<number, number> {
  const options = settings()
  const index = new ThreadIndex(options, { ...TUNING, ...variant.tuning })
  const threadOf = new Map<number, number>()
  let opened = 0
  let hour = Number.NEGATIVE_INFINITY
  let since = 0
  let filed = 0
  const look = () => {
    for (const one of reviewAll(index, since, () => ++opened)) {
      if (one.kind === 'merge') for (const [story, of] of threadOf) if (of === one.from) threadOf.set(story, one.into)
    }
    since = filed
  }
  for (const [at, { time, story, first }] of items.entries()) {
    if (!first) continue
    if (variant.review !== false && Math.floor(time / HOUR) > hour) look()
    hour = Math.floor(time / HOUR)
    const limit = ThreadIndex.horizon(options, time)
    // What leaves the window keeps its thread.
    for (const { id, time: then, thread: of } of index.stories()) if (then < limit) threadOf.set(id, of.id)
    index.expire(limit)
    const words = said[at] as ThreadWords
    const features = storyFeatures(index, variant.words ? variant.words(words) : words)
    const placed = placeStory(index, features, time)
    index.add(placed.thread ?? ++opened, story, features, time)
    filed = story
  }
  if (variant.review !== false) look()
  for (const { id, thread: of } of index.stories()) threadOf.set(id, of.id)
  return threadOf
}

/** Print what each piece of evidence adds to the B-cubed F1 of the labelled sets. */
export async function ablate(): Promise<void> {
  const sets = [SETS.olympicsEnglish, SETS.olympicsArabic, SETS.olympics, SETS.saudiEvents, SETS.ecbplus]
  const scores = new Map<string, string[]>()
  const figures: Record<string, Record<string, unknown>> = {}
  const head = ['left out']
  for (const set of sets) {
    if (!present(set)) {
      skipped('threads', set.name)
      continue
    }
    head.push(set.name)
    const all = await readItems(set.file)
    if (!all.ok) throw new Error(all.reason)
    const labelled = set.language === null ? all.value : all.value.filter(({ lang }) => lang === set.language)
    const items = read(labelled, settings().window)
    const words = (titleOnly: boolean) =>
      items.map(({ item, title, body }) => threadWords({ title, body: titleOnly ? '' : body, language: item.lang }))
    const said = words(false)
    for (const variant of VARIANTS) {
      const threadOf = thread(items, variant.titleOnly ? words(true) : said, variant)
      const assignments = items.map(({ item, story }) => ({
        id: item.id,
        story: String(story),
        thread: String(threadOf.get(story)),
      }))
      const score = scoreGroups(
        items.map(({ item }) => item),
        assignments,
        'thread',
      )?.bcubed
      if (!score) continue
      const { precision, recall, f1 } = score
      const cells = scores.get(variant.name) ?? []
      cells.push(`${f1.toFixed(3)} (${precision.toFixed(2)}/${recall.toFixed(2)})`)
      scores.set(variant.name, cells)
      figures[variant.name] = { ...figures[variant.name], [set.name]: score }
    }
  }
  if (head.length === 1) return
  printTable(
    head,
    [...scores].map(([name, cells]) => [name, ...cells]),
  )
  printJson('threads-ablation', { f1: figures })
}
