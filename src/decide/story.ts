// Which story a report is a copy of, when neither guid nor address says so: the same text, whatever its headline, credit
// and cut. Candidates come from an index of each text's smallest shingle hashes; comparing the whole sets decides.
import type { Millis } from '../model.ts'
import { fold, shingles, words } from './text.ts'

// Copies differ in headline, dateline, credit and where they are cut, so the opening of the body is compared.
const LEAD_WORDS = 100
// Below this a body says too little to be known by: then headline and body are compared as one.
const SHORT_BODY = 12
/**
 * Share of common word trigrams from which two leads are the same copy. On the labelled Saudi copies .2 finds 95% and keeps
 * 81% of the look-alikes apart; .32 finds 94% and keeps 85% (docs/decisions.md).
 */
export const SAME_COPY = 0.2
// A headline alone is no text: two agencies word "X wins gold in Y" much alike, so only nearly all of it will do.
const FEW_SHINGLES = 14
const SAME_HEADLINE = 0.8
// Smallest hashes indexed per text. Two texts at the threshold share several of them almost surely (Broder 1997).
const SKETCH = 24
// A shingle in more texts than this is boilerplate ("all rights reserved"): it finds nothing.
const BOILERPLATE = 500

/** Shingle hashes of a report's lead, as compared and stored. */
export function copyShingles(title: string, body: string): number[] {
  const lead = words(fold(body.slice(0, LEAD_WORDS * 14))).slice(0, LEAD_WORDS)
  if (lead.length >= SHORT_BODY) return shingles(lead)
  const whole = [...words(fold(title)).slice(0, 60), ...lead]
  // Two words are a label ("Live updates"), not a text that one could recognise.
  return whole.length < 4 ? [] : shingles(whole)
}

interface Known {
  story: number
  time: Millis
  /** Ascending, each once: a few bytes a shingle, and compared in one pass. */
  hashes: Uint32Array
  /** The look-up that last met it: several hashes lead to the same text. */
  met: number
}

/** Texts of the active window, found by what they share. */
export class CopyIndex {
  readonly #window: Millis
  readonly #bySketch = new Map<number, Known[]>()
  #known: Known[] = []
  #lookups = 0
  #oldest: Millis = Number.POSITIVE_INFINITY

  /** `window`: how far apart in time two copies may stand, in milliseconds. */
  constructor(window: Millis) {
    this.#window = window
  }

  /** The story whose text this is, with the Jaccard similarity that says so. */
  find(all: readonly number[], time: Millis): { story: number; similarity: number } | null {
    const hashes = Uint32Array.from(all).sort()
    const lookup = ++this.#lookups
    let best: { story: number; similarity: number } | null = null
    for (const hash of hashes.subarray(0, SKETCH)) {
      const holders = this.#bySketch.get(hash)
      if (!holders || holders.length > BOILERPLATE) continue
      for (const known of holders) {
        if (known.met === lookup) continue
        known.met = lookup
        if (Math.abs(known.time - time) > this.#window) continue
        const few = Math.min(hashes.length, known.hashes.length) < FEW_SHINGLES
        const least = Math.max(few ? SAME_HEADLINE : SAME_COPY, best?.similarity ?? 0)
        const similarity = likeness(hashes, known.hashes, least)
        if (similarity < least) continue
        if (!best || similarity > best.similarity || known.story < best.story) best = { story: known.story, similarity }
      }
    }
    return best
  }

  add(story: number, all: readonly number[], time: Millis): void {
    if (all.length === 0) return
    const known: Known = { story, time, hashes: Uint32Array.from(all).sort(), met: 0 }
    this.#known.push(known)
    this.#oldest = Math.min(this.#oldest, time)
    for (const hash of known.hashes.subarray(0, SKETCH)) {
      const holders = this.#bySketch.get(hash)
      if (holders) holders.push(known)
      else this.#bySketch.set(hash, [known])
    }
  }

  /** Forget texts from before `limit`. */
  expire(limit: Millis): void {
    if (this.#oldest >= limit) return
    const recent = (known: Known) => known.time >= limit
    const touched = new Set<number>()
    for (const known of this.#known) {
      if (!recent(known)) for (const hash of known.hashes.subarray(0, SKETCH)) touched.add(hash)
    }
    for (const hash of touched) {
      const left = this.#bySketch.get(hash)?.filter(recent) ?? []
      if (left.length > 0) this.#bySketch.set(hash, left)
      else this.#bySketch.delete(hash)
    }
    this.#known = this.#known.filter(recent)
    this.#oldest = this.#known.reduce((least, { time }) => Math.min(least, time), Number.POSITIVE_INFINITY)
  }
}

/**
 * Jaccard similarity of two ascending sets, 0 to 1. Anything below `least` may come out as 0: most texts that share a
 * shingle or two are told apart before their ends.
 */
function likeness(a: Uint32Array, b: Uint32Array, least: number): number {
  // Of n and m items with s in common, s / (n + m - s) is the similarity. One less, so that rounding decides nothing.
  const needed = (least * (a.length + b.length)) / (1 + least) - 1
  let shared = 0
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const x = a[i] ?? 0
    const y = b[j] ?? 0
    if (x === y) {
      shared++
      i++
      j++
      continue
    }
    if (x < y) i++
    else j++
    if (shared + Math.min(a.length - i, b.length - j) < needed) return 0
  }
  return shared / (a.length + b.length - shared)
}
