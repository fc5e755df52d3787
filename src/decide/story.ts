// Which story a report is a copy of, when neither guid nor address says so: the same text, whatever its headline, credit
// and cut. Candidates come from an index of each text's smallest shingle hashes; comparing the whole sets decides.
import type { Millis } from '../model.ts'
import { fold, jaccard, shingles, words } from './text.ts'

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
  set: ReadonlySet<number>
}

/** Texts of the active window, found by what they share. */
export class CopyIndex {
  readonly #window: Millis
  readonly #known = new Map<number, Known>()
  readonly #bySketch = new Map<number, number[]>()
  #next = 0
  #oldest: Millis = Number.POSITIVE_INFINITY

  /** `window`: how far apart in time two copies may stand, in milliseconds. */
  constructor(window: Millis) {
    this.#window = window
  }

  /** The story whose text this is, with the Jaccard similarity that says so. */
  find(all: readonly number[], time: Millis): { story: number; similarity: number } | null {
    if (all.length === 0) return null
    const set = new Set(all)
    const shared = new Map<number, number>()
    for (const hash of sketch(all)) {
      const holders = this.#bySketch.get(hash)
      if (!holders || holders.length > BOILERPLATE) continue
      for (const id of holders) shared.set(id, (shared.get(id) ?? 0) + 1)
    }
    let best: { story: number; similarity: number } | null = null
    for (const id of shared.keys()) {
      const known = this.#known.get(id)
      if (!known || Math.abs(known.time - time) > this.#window) continue
      const similarity = jaccard(set, known.set)
      if (similarity < (Math.min(set.size, known.set.size) < FEW_SHINGLES ? SAME_HEADLINE : SAME_COPY)) continue
      if (!best || similarity > best.similarity || (similarity === best.similarity && known.story < best.story)) {
        best = { story: known.story, similarity }
      }
    }
    return best
  }

  add(story: number, all: readonly number[], time: Millis): void {
    if (all.length === 0) return
    const id = this.#next++
    this.#known.set(id, { story, time, set: new Set(all) })
    this.#oldest = Math.min(this.#oldest, time)
    for (const hash of sketch(all)) {
      const holders = this.#bySketch.get(hash)
      if (holders) holders.push(id)
      else this.#bySketch.set(hash, [id])
    }
  }

  /** Forget texts from before `limit`. */
  expire(limit: Millis): void {
    if (this.#oldest >= limit) return
    this.#oldest = Number.POSITIVE_INFINITY
    const gone = new Set<number>()
    const touched = new Set<number>()
    for (const [id, known] of this.#known) {
      if (known.time >= limit) {
        this.#oldest = Math.min(this.#oldest, known.time)
        continue
      }
      gone.add(id)
      for (const hash of sketch([...known.set])) touched.add(hash)
      this.#known.delete(id)
    }
    for (const hash of touched) {
      const left = this.#bySketch.get(hash)?.filter(id => !gone.has(id)) ?? []
      if (left.length > 0) this.#bySketch.set(hash, left)
      else this.#bySketch.delete(hash)
    }
  }
}

function sketch(all: readonly number[]): number[] {
  if (all.length <= SKETCH) return [...all]
  return [...all].sort((a, b) => a - b).slice(0, SKETCH)
}
