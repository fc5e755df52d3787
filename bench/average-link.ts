// The plain baseline for threads: every item known beforehand, every pair compared, groups by average link.
//
// Weights are (1 + ln f) · ln(1 + n / (df + 8)) over stems of the headline, twice where there is a text, and of the text's
// beginning; likeness is the cosine, times e^(-hours / 120). Languages share no words, so nothing joins across them. The
// threshold is the best for the set, which no stream can know.
import { terms } from '../src/language/terms.ts'
import { type Assignment, type EvalItem, scoreGroups } from '../src/run/evaluate.ts'

/** Of a text, characters and stems that count. */
const CHARACTERS = 800
const STEMS = 80
const RARITY = 8
const FADING_HOURS = 120
const THRESHOLDS = Array.from({ length: 22 }, (_, at) => 0.06 + 0.02 * at)

interface Merge {
  a: number
  b: number
  likeness: number
}

/** Weighted stems of each item, at length one. */
function vectors(items: readonly EvalItem[]): Map<string, number>[] {
  const frequency = new Map<string, number>()
  const counts = items.map(({ title, text, lang }) => {
    const count = new Map<string, number>()
    const add = (term: string, times: number): void => {
      const key = `${lang} ${term}`
      count.set(key, (count.get(key) ?? 0) + times)
    }
    const body = text ? terms(text.slice(0, CHARACTERS), lang).slice(0, STEMS) : []
    for (const term of terms(title, lang)) add(term, body.length > 0 ? 2 : 1)
    for (const term of body) add(term, 1)
    for (const key of count.keys()) frequency.set(key, (frequency.get(key) ?? 0) + 1)
    return count
  })
  return counts.map(count => {
    const weighed = [...count].map(([key, times]): [string, number] => [
      key,
      (1 + Math.log(times)) * Math.log(1 + items.length / ((frequency.get(key) ?? 0) + RARITY)),
    ])
    const length = Math.hypot(...weighed.map(([, weight]) => weight)) || 1
    return new Map(weighed.map(([key, weight]) => [key, weight / length]))
  })
}

/** Likeness of every pair, as rows of a square. */
function likenesses(items: readonly EvalItem[]): Float32Array {
  const n = items.length
  const square = new Float32Array(n * n)
  const postings = new Map<string, [item: number, weight: number][]>()
  for (const [item, vector] of vectors(items).entries())
    for (const [key, weight] of vector) {
      const list = postings.get(key) ?? []
      list.push([item, weight])
      postings.set(key, list)
    }
  const add = (at: number, value: number): void => {
    square[at] = (square[at] ?? 0) + value
  }
  for (const list of postings.values())
    for (const [i, x] of list) for (const [j, y] of list) if (i !== j) add(i * n + j, x * y)
  const hours = items.map(({ published }) => (Date.parse(published ?? '') || 0) / 3_600_000)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const apart = Math.abs((hours[i] ?? 0) - (hours[j] ?? 0))
      square[i * n + j] = (square[i * n + j] ?? 0) * Math.exp(-apart / FADING_HOURS)
    }
  return square
}

/** All merges of average link, by chains of nearest neighbours (Murtagh 1983). `square` is used up. */
function merges(square: Float32Array, n: number): Merge[] {
  const size = new Int32Array(n).fill(1)
  const alive = new Uint8Array(n).fill(1)
  const found: Merge[] = []
  const chain: number[] = []
  const at = (i: number, j: number): number => square[i * n + j] ?? 0
  while (found.length < n - 1) {
    if (chain.length === 0) chain.push(alive.indexOf(1))
    const a = chain.at(-1) ?? 0
    const before = chain.at(-2) ?? -1
    let b = before
    let best = before < 0 ? -1 : at(a, before)
    for (let other = 0; other < n; other++)
      if (alive[other] === 1 && other !== a && at(a, other) > best) {
        best = at(a, other)
        b = other
      }
    if (b !== before) {
      chain.push(b)
      continue
    }
    chain.length -= 2
    found.push({ a, b, likeness: best })
    const [sizeA, sizeB] = [size[a] ?? 1, size[b] ?? 1]
    for (let other = 0; other < n; other++) {
      if (alive[other] !== 1 || other === a || other === b) continue
      const likeness = (sizeA * at(a, other) + sizeB * at(b, other)) / (sizeA + sizeB)
      square[a * n + other] = likeness
      square[other * n + a] = likeness
    }
    size[a] = sizeA + sizeB
    alive[b] = 0
  }
  return found
}

function groups(found: readonly Merge[], n: number, threshold: number): number[] {
  const parent = Array.from({ length: n }, (_, at) => at)
  const root = (item: number): number => {
    let at = item
    while (parent[at] !== at) at = parent[at] ?? at
    return at
  }
  for (const { a, b, likeness } of found) if (likeness >= threshold) parent[root(a)] = root(b)
  return parent.map((_, at) => root(at))
}

/** The best B-cubed F1 of threads that average link reaches with any threshold, and that threshold. */
export function averageLink(items: readonly EvalItem[]): { f1: number; threshold: number } {
  const found = merges(likenesses(items), items.length)
  let best = { f1: 0, threshold: 0 }
  for (const threshold of THRESHOLDS) {
    const group = groups(found, items.length, threshold)
    const assignments = items.map(
      ({ id }, at): Assignment => ({ id, story: String(group[at]), thread: String(group[at]) }),
    )
    const f1 = scoreGroups(items, assignments, 'thread')?.bcubed.f1 ?? 0
    if (f1 > best.f1) best = { f1, threshold }
  }
  return best
}
