// What the entries of one document have in common word for word: the name of the journal and its volume, "posted a photo",
// the frame of a catalogue's headlines. It is the publisher's, and no word on what any entry tells. Pure.
import { fold, hash32, words } from '../../language/text.ts'
import { bareHeadline } from './header.ts'

/** Entries of different headlines that make a run of words boilerplate. */
const LEAST_ENTRIES = 5
/** Words of a run, and its least length in characters: five pairs of a script without spaces are a name. */
const RUN = 5
const LEAST_LENGTH = 12
const MAX_BODY = 800
const NUMBERED = /\d/

/** Runs of a document that are its publisher's, by hash. */
export type Boilerplate = ReadonlySet<number>

/** Counts the runs of a document's entries: add them all, then ask. */
export class BoilerplateCount {
  readonly #entries = new Map<number, number>()
  readonly #headlines = new Set<number>()
  /** Of each entry the runs of its body, and how many entries that were counted must have one for it to be shared. */
  readonly #bodies: { hashes: readonly number[]; others: number }[] = []

  /** Count an entry; one whose headline was there before says nothing new of the publisher. */
  add({ title, body }: { title: string; body: string }): void {
    const headline = words(fold(bareHeadline(title)))
    const key = hash32(headline.join(' '))
    const text = words(fold(body.slice(0, MAX_BODY)))
    const hashes = runs(text).map(({ hash }) => hash)
    const before = this.#headlines.has(key)
    this.#bodies.push({ hashes, others: before ? 1 : 2 })
    if (before) return
    this.#headlines.add(key)
    const found = new Set([...runs(headline, true).map(({ hash }) => hash), ...hashes])
    const whole = wholeOf(text)
    if (whole !== null) found.add(whole)
    for (const word of headline) found.add(wordOf(word))
    for (const hash of found) this.#entries.set(hash, (this.#entries.get(hash) ?? 0) + 1)
  }

  /** For each entry, in the order they were added, whether another has a run of its body. */
  sharing(): boolean[] {
    return this.#bodies.map(({ hashes, others }) => hashes.some(hash => (this.#entries.get(hash) ?? 0) >= others))
  }

  /** What stands in so many of them. */
  found(): Boilerplate {
    if (this.#headlines.size < LEAST_ENTRIES) return new Set()
    return new Set([...this.#entries].filter(([, entries]) => entries >= LEAST_ENTRIES).map(([hash]) => hash))
  }
}

/** Folded words of a text without those that are boilerplate. */
export function withoutBoilerplate(
  tokens: readonly string[],
  boilerplate: Boilerplate,
  headline = false,
): readonly string[] {
  if (boilerplate.size === 0) return tokens
  const whole = headline ? null : wholeOf(tokens)
  if (whole !== null && boilerplate.has(whole)) return []
  const taken = new Set<number>()
  for (const { hash, at } of runs(tokens, headline)) {
    if (!boilerplate.has(hash)) continue
    for (let place = Math.max(0, at); place < Math.min(at + RUN, tokens.length); place++) taken.add(place)
  }
  if (taken.size === 0) return tokens
  // Of a headline that is a frame, what every entry is filled with: "Use a … display with Narrator".
  const frame = headline && 2 * taken.size >= tokens.length
  return tokens.filter((word, at) => !taken.has(at) && !(frame && boilerplate.has(wordOf(word))))
}

const wordOf = (word: string) => hash32(`word ${framed(word)}`)

/** Numbers are what a frame is filled with: "1.2" and "3.4" stand for the same. */
const framed = (word: string) => (NUMBERED.test(word) ? '0' : word)

/** Runs with the place of their first word. In a headline its two ends count as words: there, four are a run. */
function runs(tokens: readonly string[], headline = false): { hash: number; at: number }[] {
  const found: { hash: number; at: number }[] = []
  const frame = headline ? ['^', ...tokens, '$'] : tokens
  const hashes = frame.map(word => hash32(framed(word)))
  for (let at = 0; at + RUN <= frame.length; at++) {
    let hash = 0
    let length = 0
    for (let place = at; place < at + RUN; place++) {
      hash = Math.imul(hash ^ (hashes[place] as number), 0x01000193)
      length += framed(frame[place] as string).length
    }
    if (length >= LEAST_LENGTH) found.push({ hash: hash >>> 0, at: headline ? at - 1 : at })
  }
  return found
}

/** A text too short for runs is known as a whole; null for one that is not. */
function wholeOf(tokens: readonly string[]): number | null {
  return tokens.length === 0 || tokens.length > 2 * RUN ? null : hash32(`whole ${tokens.map(framed).join(' ')}`)
}
