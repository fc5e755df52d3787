// What two texts have in common and where they differ, as figures and as words. Whether that makes them one copy is said
// in verdict.ts.
import { type Places, RUN_WORDS, type Run, sharedRuns } from './alignment.ts'
import type { Vocabulary } from './vocabulary.ts'

/** A text of the window, in words of its vocabulary. */
export interface Text {
  title: Uint32Array
  lead: Uint32Array
  /** Words of the headline at the beginning of the lead, where the two are compared as one. */
  head: number
  /** Words of the headline before its first mark and behind its last one; 0 and 0 where it has none. */
  frame: readonly [before: number, behind: number]
}

/** A text with the stems of its words: «والمدينة» and «المدينة» are one word. What most texts are told apart without is made when asked for. */
export class Prepared implements Text {
  readonly title: Uint32Array
  readonly lead: Uint32Array
  readonly head: number
  readonly frame: Text['frame']
  /** Stems of the lead. */
  readonly stems: Uint32Array
  readonly #vocabulary: Vocabulary
  #titleStems: Uint32Array | null = null
  #leadSet: Set<number> | null = null
  #set: Set<number> | null = null

  constructor({ title, lead, head, frame }: Text, vocabulary: Vocabulary) {
    this.title = title
    this.lead = lead
    this.head = head
    this.frame = frame
    this.stems = vocabulary.stems(lead)
    this.#vocabulary = vocabulary
  }

  get titleStems(): Uint32Array {
    this.#titleStems ??= this.#vocabulary.stems(this.title)
    return this.#titleStems
  }

  /** The headline, wherever it is kept. */
  get headline(): Uint32Array {
    return this.head > 0 ? this.lead.subarray(0, this.head) : this.title
  }

  get headlineStems(): Uint32Array {
    return this.head > 0 ? this.stems.subarray(0, this.head) : this.titleStems
  }

  /** Stems of the lead. */
  leadSet(): ReadonlySet<number> {
    this.#leadSet ??= new Set(this.stems)
    return this.#leadSet
  }

  /** Stems of title and lead. */
  set(): ReadonlySet<number> {
    if (this.#set === null) {
      this.#set = new Set(this.stems)
      for (const stem of this.titleStems) this.#set.add(stem)
    }
    return this.#set
  }
}

export interface Comparison {
  /** Common word triples, of all triples of either: 0 to 1, the same both ways. */
  similarity: number
  /** Words in shared runs, of the words of the shorter text. */
  coverage: number
  /** Length in words of the run that a shared word stands in, on average. */
  unbroken: number
  longest: number
  shared: number
  shorter: number
  /**
   * Weight of the words inside the shared stretch that the other text does not have at all, on the side that has less of
   * it, against the weight of all shared words: 0 where one only left out or added.
   */
  replaced: number
  /** Weight of what one headline says, its text repeats and the other does not know; of the side that has less of it. */
  subject: number
  /** Slots of the shared stretch where both have a number, both a day of the week, or both their subject, and not the same. */
  otherNumbers: number
  otherDays: number
  otherSubjects: number
  runs: Run[]
  /** Words behind `subject`, the slots and `replaced`. */
  leftOnly: number[]
  rightOnly: number[]
}

export function prepare(text: Text, vocabulary: Vocabulary): Prepared {
  return new Prepared(text, vocabulary)
}

/**
 * `places`: those of the left text's stems. Null where fewer than `least` words stand in shared runs. `foreign` marks words
 * of the left text that are not counted, nor where the right one has them: what the publisher says under all its reports.
 */
export function compare(
  left: Prepared,
  right: Prepared,
  places: Places,
  vocabulary: Vocabulary,
  least: number,
  foreign: Uint8Array | null = null,
): Comparison | null {
  const all = sharedRuns(left.stems, right.stems, places)
  const runs = foreign ? all.flatMap(run => unmarked(run, foreign)) : all
  const leftLength = left.stems.length - (foreign ? count(foreign, 0, foreign.length) : 0)
  const rightLength =
    right.stems.length - (foreign ? all.reduce((sum, run) => sum + count(foreign, run.left, run.length), 0) : 0)
  let shared = 0
  let squares = 0
  let triples = 0
  for (const run of runs) {
    shared += run.length
    squares += run.length ** 2
    triples += run.length - RUN_WORDS + 1
  }
  if (shared < least) return null
  let weight = 0
  for (const run of runs) {
    for (let at = run.left; at < run.left + run.length; at++) weight += vocabulary.rarity(left.stems[at] ?? 0)
  }
  const shorter = Math.min(leftLength, rightLength)
  const either = triplesOf(leftLength) + triplesOf(rightLength) - triples
  const leftNew = newWords(left, right, runs, 'left', vocabulary)
  const rightNew = newWords(right, left, runs, 'right', vocabulary)
  const leftSubject = subjectOf(left, right, vocabulary)
  const rightSubject = subjectOf(right, left, vocabulary)
  const slots = slotsOf(left, right, runs, vocabulary, leftSubject.words, rightSubject.words)
  return {
    similarity: either > 0 ? Math.min(1, triples / either) : 0,
    coverage: shorter > 0 ? shared / shorter : 0,
    unbroken: shared > 0 ? squares / shared : 0,
    longest: runs.reduce((most, run) => Math.max(most, run.length), 0),
    shared,
    shorter,
    replaced: weight > 0 ? Math.min(leftNew.weight, rightNew.weight) / weight : 0,
    subject: Math.min(leftSubject.weight, rightSubject.weight),
    otherNumbers: slots.numbers,
    otherDays: slots.days,
    otherSubjects: slots.subjects,
    runs,
    leftOnly: [...new Set([...leftSubject.words, ...slots.leftWords, ...leftNew.words])],
    rightOnly: [...new Set([...rightSubject.words, ...slots.rightWords, ...rightNew.words])],
  }
}

function triplesOf(length: number): number {
  return Math.max(0, length - RUN_WORDS + 1)
}

function count(marks: Uint8Array, from: number, length: number): number {
  let marked = 0
  for (let at = from; at < from + length; at++) marked += marks[at] ?? 0
  return marked
}

/** The stretches of a run that are not marked. */
function unmarked({ left, right, length }: Run, marks: Uint8Array): Run[] {
  const out: Run[] = []
  let from = 0
  for (let at = 0; at <= length; at++) {
    if (at < length && marks[left + at] === 0) continue
    if (at - from >= RUN_WORDS) out.push({ left: left + from, right: right + from, length: at - from })
    from = at + 1
  }
  return out
}

interface Weighed {
  words: number[]
  weight: number
}

/** Words between the first and the last shared run that the other text has nowhere. */
function newWords(
  text: Prepared,
  other: Prepared,
  runs: readonly Run[],
  side: 'left' | 'right',
  vocabulary: Vocabulary,
): Weighed {
  const inside = new Uint8Array(text.stems.length)
  let from = text.stems.length
  let to = 0
  for (const run of runs) {
    from = Math.min(from, run[side])
    to = Math.max(to, run[side] + run.length)
    inside.fill(1, run[side], run[side] + run.length)
  }
  const out: Weighed = { words: [], weight: 0 }
  for (let at = from; at < to; at++) {
    const stem = text.stems[at] ?? 0
    const word = text.lead[at] ?? 0
    if (inside[at] === 1 || other.set().has(stem) || !vocabulary.content(word)) continue
    out.words.push(word)
    out.weight += vocabulary.rarity(stem)
  }
  return out
}

/** What the headline and the text both name and the other report does not know. */
function subjectOf(text: Prepared, other: Prepared, vocabulary: Vocabulary): Weighed {
  const out: Weighed = { words: [], weight: 0 }
  const seen = new Set<number>()
  for (const [at, stem] of text.titleStems.entries()) {
    const word = text.title[at] ?? 0
    if (seen.has(stem) || !text.leadSet().has(stem) || other.set().has(stem) || !vocabulary.content(word)) continue
    seen.add(stem)
    out.words.push(word)
    out.weight += vocabulary.rarity(stem)
  }
  return out
}

/** Longest piece between two runs that is still one slot of a form. */
const SLOT_WORDS = 6
/** From here on a word is a name more likely than a way of putting it («المقبل», «القادم»). */
const RARE = 0.6

interface Slots {
  numbers: number
  days: number
  subjects: number
  leftWords: number[]
  rightWords: number[]
}

/**
 * Slots that the two texts fill differently: what stands between two runs that follow one another in both texts, or
 * before the first run of both.
 */
function slotsOf(
  left: Prepared,
  right: Prepared,
  runs: readonly Run[],
  vocabulary: Vocabulary,
  leftSubject: readonly number[],
  rightSubject: readonly number[],
): Slots {
  const out: Slots = { numbers: 0, days: 0, subjects: 0, leftWords: [], rightWords: [] }
  const kinds = {
    numbers: (word: number) => vocabulary.kind(word) === 'numbers',
    days: (word: number) => vocabulary.kind(word) === 'days',
    subjects: (word: number) =>
      vocabulary.rarity(vocabulary.stem(word)) >= RARE && (leftSubject.includes(word) || rightSubject.includes(word)),
  }
  let leftFrom = 0
  let rightFrom = 0
  for (const run of runs.toSorted((a, b) => a.left - b.left)) {
    const leftGap = left.lead.subarray(leftFrom, run.left)
    const rightGap = right.lead.subarray(rightFrom, Math.max(rightFrom, run.right))
    const follows = run.right >= rightFrom && !runs.some(other => other.right >= rightFrom && other.right < run.right)
    leftFrom = run.left + run.length
    rightFrom = run.right + run.length
    if (!follows || leftGap.length === 0 || leftGap.length > SLOT_WORDS) continue
    if (rightGap.length === 0 || rightGap.length > SLOT_WORDS) continue
    for (const kind of ['numbers', 'days', 'subjects'] as const) {
      const lefts = [...leftGap].filter(kinds[kind])
      const rights = [...rightGap].filter(kinds[kind])
      if (lefts.length === 0 || rights.length === 0) continue
      const alike = kind === 'days' ? sameDay : spelledAlike
      if (lefts.some(one => rights.some(other => alike(vocabulary.text(one), vocabulary.text(other))))) continue
      out[kind]++
      out.leftWords.push(...lefts)
      out.rightWords.push(...rights)
    }
  }
  return out
}

/** One day in another case («среда», «среду»). All else of two days may be spelled alike: Sunday is not Monday. */
function sameDay(a: string, b: string): boolean {
  return a.slice(0, -1) === b.slice(0, -1)
}

const NUMERIC = /^\p{N}+/u

/** The same word, or a name in another hand: all but a letter or two in one place. «2014م» is 2014; 14 is not 15. */
export function spelledAlike(a: string, b: string): boolean {
  if (a === b) return true
  const number = NUMERIC.exec(a)?.[0]
  const other = NUMERIC.exec(b)?.[0]
  if (number !== undefined || other !== undefined) return number === other
  const shorter = Math.min(a.length, b.length)
  let head = 0
  while (head < shorter && a[head] === b[head]) head++
  let tail = 0
  while (tail < shorter - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  const differ = Math.max(a.length, b.length) - head - tail
  return differ <= 2 && head + tail >= 3 && differ < head + tail
}
