// Quality of the real filing and threading over labelled items: B-cubed and pairs. The items pass the same desk as the
// daemon's, in time order, in a throwaway store.
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { wireNames } from '../decide/wire/read.ts'
import { Desk } from '../desk/desk.ts'
import type { ReadEntry } from '../desk/document.ts'
import type { Entry } from '../model/collected.ts'
import type { Agency, Config } from '../model/config.ts'
import type { Placement } from '../model/decided.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { openStore } from '../store/open.ts'

const HOUR: Millis = 3_600_000

export interface EvalItem {
  id: string
  lang: string | null
  title: string
  text: string | null
  source: string | null
  url: string | null
  published: string | null
  story: string | null
  thread: string | null
}

export interface Assignment {
  id: string
  story: string
  thread: string
}

export interface GroupScore {
  labelled: number
  groups: number
  goldGroups: number
  bcubed: { precision: number; recall: number; f1: number }
  pairs: { precision: number; recall: number; f1: number }
}

export interface PairScore {
  /** Pairs that were brought together, and those that belong together. */
  found: number
  gold: number
  pairs: { precision: number; recall: number; f1: number }
}

export interface EvalResult {
  items: number
  seconds: number
  itemsPerSecond: number
  peakRssMB: number
  story: GroupScore | null
  thread: GroupScore | null
  /** Threads of the items of each language by themselves; `across`: pairs of items in two languages. */
  languages: Record<string, GroupScore> & { across?: PairScore }
}

/** Read labelled items, one JSON object a line. A bad line is a reason that names it. */
export async function readItems(file: string): Promise<Outcome<EvalItem[]>> {
  const items: EvalItem[] = []
  const seen = new Set<string>()
  let number = 0
  try {
    for await (const line of createInterface({
      input: createReadStream(file, 'utf8'),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      number++
      if (line.trim() === '') continue
      const item = readItem(line)
      if (item === null) return { ok: false, reason: `${file}:${number}: not an object with "id" and "title"` }
      if (seen.has(item.id))
        return { ok: false, reason: `${file}:${number}: id ${JSON.stringify(item.id)} stands twice` }
      seen.add(item.id)
      items.push(item)
    }
  } catch (error) {
    return { ok: false, reason: `cannot read ${file} (${error instanceof Error ? error.message : String(error)})` }
  }
  return items.length === 0 ? { ok: false, reason: `${file} holds no items` } : { ok: true, value: items }
}

function readItem(line: string): EvalItem | null {
  let raw: unknown
  try {
    raw = JSON.parse(line)
  } catch {
    return null
  }
  if (raw === null || typeof raw !== 'object') return null
  const fields = raw as Record<string, unknown>
  const text = (name: string): string | null => {
    const value = fields[name]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null
  }
  const id = text('id')
  const title = text('title')
  if (id === null || title === null) return null
  return {
    id,
    title,
    lang: text('lang'),
    text: text('text'),
    source: text('source'),
    url: text('url'),
    published: text('published'),
    story: text('story'),
    thread: text('thread'),
  }
}

/** What an encoder gives the texts of items, by id. */
export type Vectors = ReadonlyMap<string, readonly number[] | null>

/** An agency with one feed for each source that items name. */
export function agenciesOf(items: readonly Pick<EvalItem, 'source'>[]): Agency[] {
  const sources = [...new Set(items.map(({ source }) => source ?? 'unknown'))]
  const feed = { category: null, language: null, every: null, headers: {}, allowPrivate: false, paused: false }
  return sources.map((name, at) => ({
    id: `source-${at}`,
    name,
    aliases: [],
    language: null,
    homepage: null,
    feeds: [{ ...feed, url: `https://feed-${at}.invalid/feed`, identity: 'guid' }],
  }))
}

/** File every item and say where each went. Each `source` counts as an agency with one feed. */
export function assign(
  items: readonly EvalItem[],
  threads: Config['threads'],
  vectors: Vectors = new Map(),
  onItem: () => void = () => {},
): { assignments: Assignment[]; placements: Map<string, Placement>; seconds: number } {
  const opened = openStore({ path: ':memory:' })
  if (!opened.ok) throw new Error(opened.reason)
  const store = opened.value
  const started = performance.now()
  try {
    store.syncAgencies(agenciesOf(items), 0)
    const feeds = new Map(store.feeds().map(feed => [feed.agencyName, feed]))
    const names = wireNames([])
    const desk = new Desk(store, threads)
    const ordered = items
      .map((item, at) => ({ item, at, time: item.published === null ? Number.NaN : Date.parse(item.published) }))
      .sort((a, b) => (a.time || 0) - (b.time || 0) || a.at - b.at)
    const file = (
      { id, url, agency }: { id: number; url: string; agency: string },
      entries: readonly ReadEntry[],
      now: Millis,
      language: string | null,
    ) => desk.file(entries, { feed: id, feedKey: url, agency, language, identity: 'guid', names, now }, () => {})
    const stories = new Map<string, number>()
    let clock: Millis = 0
    for (const { item, time } of ordered) {
      const feed = feeds.get(item.source ?? 'unknown')
      if (!feed) throw new Error(`no feed for ${item.source}`)
      if (Number.isFinite(time)) clock = Math.max(clock, time)
      const entry = entryOf(item, Number.isFinite(time) ? time : clock)
      const [filed] = file(
        feed,
        [{ entry, text: item.text ?? '', vector: vectors.get(item.id) ?? null }],
        clock,
        item.lang,
      )
      if (filed?.story != null) stories.set(item.id, filed.story)
      onItem()
    }
    // What was filed in the last hour is reviewed in the next one.
    const [feed] = feeds.values()
    if (feed) file(feed, [], clock + HOUR, null)
    const seconds = (performance.now() - started) / 1_000
    // Asked at the end: a review may have brought threads together since.
    const threadOf = new Map<number, number>()
    const placements = new Map<string, Placement>()
    store.file(filing => {
      for (const [item, story] of stories) {
        const kept = filing.resolve('story', story)
        stories.set(item, kept)
        const placed = filing.placed(kept)
        threadOf.set(kept, placed?.thread ?? 0)
        if (placed) placements.set(item, placed.placement)
      }
    })
    const assignments = ordered.map(({ item }): Assignment => {
      const story = stories.get(item.id)
      // An item that says nothing is still answered for: alone.
      if (story === undefined) return { id: item.id, story: `rejected-${item.id}`, thread: `rejected-${item.id}` }
      return { id: item.id, story: String(story), thread: String(threadOf.get(story)) }
    })
    return { assignments, placements, seconds }
  } finally {
    store.close()
  }
}

export function entryOf(item: EvalItem, time: Millis): Entry {
  return {
    id: `eval:${item.id}`,
    url: item.url,
    title: item.title,
    summary: null,
    content: null,
    published: time,
    updated: null,
    authors: [],
    categories: [],
    enclosures: [],
    language: item.lang,
    source: null,
  }
}

/**
 * B-cubed (Bagga and Baldwin 1998) and same-group pairs over the items that carry the label; null when none does.
 * Unlabelled items do not count, also inside a group.
 */
export function scoreGroups(
  items: readonly EvalItem[],
  assignments: readonly Assignment[],
  label: 'story' | 'thread',
): GroupScore | null {
  const found = new Map(assignments.map(assignment => [assignment.id, assignment[label]]))
  const gold = new Map<string, number>()
  const answer = new Map<string, number>()
  const joint = new Map<string, { gold: string; answer: string; count: number }>()
  let labelled = 0
  for (const item of items) {
    const wanted = item[label]
    const given = found.get(item.id)
    if (wanted === null || given === undefined) continue
    labelled++
    gold.set(wanted, (gold.get(wanted) ?? 0) + 1)
    answer.set(given, (answer.get(given) ?? 0) + 1)
    const key = JSON.stringify([wanted, given])
    const cell = joint.get(key)
    if (cell) cell.count++
    else joint.set(key, { gold: wanted, answer: given, count: 1 })
  }
  if (labelled === 0) return null
  let precision = 0
  let recall = 0
  let right = 0
  for (const cell of joint.values()) {
    precision += cell.count ** 2 / (answer.get(cell.answer) ?? 1)
    recall += cell.count ** 2 / (gold.get(cell.gold) ?? 1)
    right += (cell.count * (cell.count - 1)) / 2
  }
  const pairs = (sizes: Map<string, number>) =>
    [...sizes.values()].reduce((sum, size) => sum + (size * (size - 1)) / 2, 0)
  return {
    labelled,
    groups: answer.size,
    goldGroups: gold.size,
    bcubed: rates(precision / labelled, recall / labelled),
    pairs: rates(right / (pairs(answer) || 1), right / (pairs(gold) || 1)),
  }
}

/** Pairs of items in two languages that are in one thread; null where there is none, and should be none. */
export function scoreAcross(items: readonly EvalItem[], assignments: readonly Assignment[]): PairScore | null {
  const labelled = items.filter(({ thread }) => thread !== null)
  const found = new Map(assignments.map(({ id, thread }) => [id, thread]))
  // All pairs of a group less those of each language in it.
  const count = (group: (item: EvalItem) => string) => {
    let pairs = 0
    for (const some of Map.groupBy(labelled, group).values()) {
      pairs += some.length ** 2
      for (const { length } of Map.groupBy(some, ({ lang }) => lang).values()) pairs -= length ** 2
    }
    return pairs / 2
  }
  const gold = count(({ thread }) => thread ?? '')
  const given = count(({ id }) => found.get(id) ?? id)
  if (given === 0 && gold === 0) return null
  const right = count(({ id, thread }) => JSON.stringify([thread, found.get(id) ?? id]))
  return { found: given, gold, pairs: rates(right / (given || 1), right / (gold || 1)) }
}

function rates(precision: number, recall: number): { precision: number; recall: number; f1: number } {
  const round = (value: number) => Math.round(value * 10_000) / 10_000
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall)
  return { precision: round(precision), recall: round(recall), f1: round(f1) }
}

/** Assignments and their scores. */
export function evaluate(
  items: readonly EvalItem[],
  threads: Config['threads'],
  vectors?: Vectors,
  /** Called after each item. */
  onItem?: () => void,
): { assignments: Assignment[]; placements: Map<string, Placement>; result: EvalResult } {
  const { assignments, placements, seconds } = assign(items, threads, vectors, onItem)
  const languages: Record<string, GroupScore> = {}
  for (const [language, own] of Map.groupBy(items, ({ lang }) => lang ?? 'unknown')) {
    const score = scoreGroups(own, assignments, 'thread')
    if (score) languages[language] = score
  }
  const across = scoreAcross(items, assignments)
  return {
    assignments,
    placements,
    result: {
      items: items.length,
      seconds: Math.round(seconds * 1_000) / 1_000,
      itemsPerSecond: Math.round(items.length / seconds),
      peakRssMB: Math.round(process.resourceUsage().maxRSS / 1_024),
      story: scoreGroups(items, assignments, 'story'),
      thread: scoreGroups(items, assignments, 'thread'),
      languages: across ? Object.assign(languages, { across }) : languages,
    },
  }
}
