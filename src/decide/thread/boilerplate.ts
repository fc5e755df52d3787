// What the entries of one document have in common word for word: the name of the journal and its volume, "posted a photo",
// the frame of a catalogue's headlines. It is the publisher's, and no word on what any entry tells. Pure.
import { hash32, type Word, wordsOf } from '../../language/words.ts'
import { bareHeadline } from './header.ts'

/** Entries of different headlines that make a run of words boilerplate. */
const LEAST_ENTRIES = 5
/** Words of a run, and its least length in characters: five pairs of a script without spaces are a name. */
const RUN = 5
const LEAST_LENGTH = 12
/** Characters of a body in which runs are looked for. */
export const RUNS_BODY = 800
const NUMBERED = /\d/

/** Runs of a document that are its publisher's, by hash. */
export type Boilerplate = ReadonlySet<number>

/** What an entry adds to the count of its document: hashes, made where its words are known. */
export interface DocumentRuns {
  /** Of the headline. */
  headline: number
  /** Its runs, its words, and the body as a whole where it is short. */
  title: Uint32Array
  /** Runs of the body. */
  body: Uint32Array
}

/** The runs of an entry: words of its bare headline, and of the first {@link RUNS_BODY} characters of its body. */
export function runsOf(headline: readonly Word[], body: readonly Word[]): DocumentRuns {
  const title = [...runsOfWords(headline, true)]
  if (isWhole(body.length)) title.push(wholeOf(body.map(({ text }) => text)))
  for (const { text } of headline) title.push(wordOf(text))
  return {
    headline: hash32(headline.map(({ text }) => text).join(' ')),
    title: Uint32Array.from(title),
    body: runsOfWords(body),
  }
}

/** Counts the runs of a document's entries: add them all, then ask. */
export class BoilerplateCount {
  readonly #entries = new EntriesByHash()
  readonly #headlines = new Set<number>()
  /** Of each entry the runs of its body, and how many entries that were counted must have one for it to be shared. */
  readonly #bodies: { hashes: Uint32Array; others: number }[] = []

  /** Count an entry; one whose headline was there before says nothing new of the publisher. */
  add({ title, body }: { title: string; body: string }): void {
    this.addRuns(runsOf(wordsOf(bareHeadline(title)), wordsOf(body.slice(0, RUNS_BODY))))
  }

  addRuns({ headline, title, body }: DocumentRuns): void {
    const before = this.#headlines.has(headline)
    this.#bodies.push({ hashes: body, others: before ? 1 : 2 })
    if (before) return
    this.#headlines.add(headline)
    const entry = this.#bodies.length
    for (const hashes of [title, body]) this.#entries.count(hashes, entry)
  }

  /** For each entry, in the order they were added, whether another has a run of its body. */
  sharing(): boolean[] {
    return this.#bodies.map(({ hashes, others }) => hashes.some(hash => this.#entries.of(hash) >= others))
  }

  /** What stands in so many of them. */
  found(): Boilerplate {
    return this.#headlines.size < LEAST_ENTRIES ? new Set() : this.#entries.inAtLeast(LEAST_ENTRIES)
  }
}

const FIRST_PLACES = 4_096

/** How many entries have a hash, of 32 bits: open addressing, for a document has some thousands of them. */
class EntriesByHash {
  #hashes = new Int32Array(FIRST_PLACES)
  /** Entries that have it; 0 where the place is empty. */
  #entries = new Int32Array(FIRST_PLACES)
  /** The last of them, which counts once. */
  #last = new Int32Array(FIRST_PLACES)
  #used = 0

  count(hashes: Uint32Array, entry: number): void {
    this.#makeRoom(hashes.length)
    for (let next = 0; next < hashes.length; next++) {
      const hash = (hashes[next] as number) | 0
      const at = this.#placeOf(hash)
      if (this.#entries[at] === 0) {
        this.#hashes[at] = hash
        this.#used++
      } else if (this.#last[at] === entry) continue
      this.#entries[at] = (this.#entries[at] as number) + 1
      this.#last[at] = entry
    }
  }

  of(hash: number): number {
    return this.#entries[this.#placeOf(hash | 0)] as number
  }

  inAtLeast(entries: number): Set<number> {
    const found = new Set<number>()
    for (let at = 0; at < this.#hashes.length; at++) {
      if ((this.#entries[at] as number) >= entries) found.add((this.#hashes[at] as number) >>> 0)
    }
    return found
  }

  #placeOf(hash: number): number {
    const hashes = this.#hashes
    const entries = this.#entries
    const mask = hashes.length - 1
    let at = hash & mask
    while (entries[at] !== 0 && hashes[at] !== hash) at = (at + 1) & mask
    return at
  }

  /** At most half of the places are taken. */
  #makeRoom(more: number): void {
    let room = this.#hashes.length
    while (room < 2 * (this.#used + more)) room *= 2
    if (room === this.#hashes.length) return
    const [hashes, entries, last] = [this.#hashes, this.#entries, this.#last]
    this.#hashes = new Int32Array(room)
    this.#entries = new Int32Array(room)
    this.#last = new Int32Array(room)
    for (let from = 0; from < hashes.length; from++) {
      if (entries[from] === 0) continue
      const at = this.#placeOf(hashes[from] as number)
      this.#hashes[at] = hashes[from] as number
      this.#entries[at] = entries[from] as number
      this.#last[at] = last[from] as number
    }
  }
}

/** Words of a text in order, as far as runs depend on them. */
export interface Patterns {
  /** By place: which of the words below. */
  places: ArrayLike<number>
  /** By word: its hash, and how many characters it is. */
  hashes: ArrayLike<number>
  sizes: ArrayLike<number>
}

// Room for the runs of a text, and for what they are made of.
let room = new Uint32Array(1_024)
let hashesOfWords = new Int32Array(1_024)
let sizesOfWords = new Uint8Array(1_024)

/** The hashes of {@link runs} that are long enough, of a text that is no list of distinct words. */
function runsOfWords(words: readonly Word[], headline = false): Uint32Array {
  const ends = headline ? 1 : 0
  const length = words.length + 2 * ends
  if (length > room.length) {
    room = new Uint32Array(2 * length)
    hashesOfWords = new Int32Array(2 * length)
    sizesOfWords = new Uint8Array(2 * length)
  }
  const [hashes, sizes] = [hashesOfWords, sizesOfWords]
  for (let at = 0; at < words.length; at++) {
    const { patternHash, patternLength } = words[at] as Word
    hashes[at + ends] = patternHash
    sizes[at + ends] = Math.min(LEAST_LENGTH, patternLength)
  }
  if (headline) {
    hashes[0] = START
    hashes[length - 1] = END
    sizes[0] = 1
    sizes[length - 1] = 1
  }
  let count = 0
  for (let first = 0; first + RUN <= length; first++) {
    let hash = 0
    let size = 0
    for (let at = first; at < first + RUN; at++) {
      hash = Math.imul(hash ^ (hashes[at] as number), 0x01000193)
      size += sizes[at] as number
    }
    if (size >= LEAST_LENGTH) room[count++] = hash
  }
  return room.slice(0, count)
}

/** The places of the words of a text that are not boilerplate, in order; null where all of them are left. */
export function withoutBoilerplate(
  patterns: Patterns,
  wordAt: (at: number) => string,
  boilerplate: Boilerplate,
  headline = false,
): number[] | null {
  const { length } = patterns.places
  if (boilerplate.size === 0) return null
  if (!headline && isWhole(length)) {
    if (boilerplate.has(wholeOf(Array.from({ length }, (_, at) => wordAt(at))))) return []
  }
  let taken: Uint8Array | null = null
  const hashes = runs(patterns, headline)
  for (let run = 0; run < hashes.length; run++) {
    if (!boilerplate.has(hashes[run] as number)) continue
    taken ??= new Uint8Array(length)
    const at = headline ? run - 1 : run
    taken.fill(1, Math.max(0, at), Math.min(at + RUN, length))
  }
  if (taken === null) return null
  let count = 0
  for (const one of taken) count += one
  // Of a headline that is a frame, what every entry is filled with: "Use a … display with Narrator".
  const frame = headline && 2 * count >= length
  const left: number[] = []
  for (let at = 0; at < length; at++) {
    if (taken[at] === 0 && !(frame && boilerplate.has(wordOf(wordAt(at))))) left.push(at)
  }
  return left
}

const wordOf = (word: string) => hash32(`word ${framed(word)}`)

/** Numbers are what a frame is filled with: "1.2" and "3.4" stand for the same. */
const framed = (word: string) => (NUMBERED.test(word) ? '0' : word)

const START = hash32('^')
const END = hash32('$')

/** In place of the hash of a run that is too short in characters. */
const SHORT = -1

/**
 * Hashes of the runs that begin at each word. In a headline its two ends count as words: there, four are a run, and the
 * first run begins before the first word.
 */
function runs({ places, hashes, sizes }: Patterns, headline = false): number[] {
  const before = headline ? 1 : 0
  const found: number[] = []
  for (let first = -before; first + RUN <= places.length + before; first++) {
    let hash = 0
    let size = 0
    for (let at = first; at < first + RUN; at++) {
      const isWord = at >= 0 && at < places.length
      const word = isWord ? (places[at] as number) : 0
      hash = Math.imul(hash ^ (isWord ? (hashes[word] as number) : at < 0 ? START : END), 0x01000193)
      size += isWord ? (sizes[word] as number) : 1
    }
    found.push(size >= LEAST_LENGTH ? hash >>> 0 : SHORT)
  }
  return found
}

/** A text too short for runs is known as a whole. */
const isWhole = (length: number) => length > 0 && length <= 2 * RUN
const wholeOf = (words: readonly string[]) => hash32(`whole ${words.map(framed).join(' ')}`)
