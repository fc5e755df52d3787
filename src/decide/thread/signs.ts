// Vectors in a bit a number: whether it is more than in the middle of its language. What means much the same differs in few of
// them, so that of a hundred thousand stories most are passed over by a look at twelve whole numbers each. Pure.

/**
 * Share of the bits that may differ where all numbers are looked at. Those of a cosine of .3 differ in .40, those of strangers
 * in half. With .42 a few plans of the Olympics in nine languages are others than when all stories are looked at, with .46 none.
 */
const DIFFERING = 0.46

/** Stories with the bits of their vectors, `words` whole numbers each. */
export interface Signed<T> {
  stories: readonly T[]
  bits: Int32Array
  words: number
}

/** The bits of some stories' vectors, which are whole numbers, beside the middle of all. */
export function signed<T extends { vector: Int8Array }>(stories: readonly T[], middle: Float64Array): Signed<T> {
  const words = Math.ceil(middle.length / 32)
  const bits = new Int32Array(stories.length * words)
  const middles = Int32Array.from(middle, Math.floor)
  for (let story = 0; story < stories.length; story++) sign((stories[story] as T).vector, middles, bits, story * words)
  return { stories, bits, words }
}

/** Half of the numbers are more than the middle, in no order: to branch at each would take ten times as long. */
function sign(vector: Int8Array, middles: Int32Array, bits: Int32Array, from: number): void {
  for (let at = 0; at < vector.length; ) {
    const word = from + (at >> 5)
    let set = 0
    for (const end = Math.min(vector.length, at + 32); at < end; at++) {
      set |= (((middles[at] as number) - (vector[at] as number)) >>> 31) << (at & 31)
    }
    bits[word] = set
  }
}

/** The stories whose bits differ little from those of what a vector says beside all others. */
export function alike<T>({ stories, bits, words }: Signed<T>, own: Float64Array): T[] {
  const asked = new Int32Array(words)
  sign(Int8Array.from(own, Math.sign), new Int32Array(own.length), asked, 0)
  const most = DIFFERING * own.length
  const found: T[] = []
  for (let story = 0, from = 0; story < stories.length; story++, from += words) {
    let differing = 0
    for (let word = 0; word < words; word++) differing += ones((bits[from + word] as number) ^ (asked[word] as number))
    if (differing <= most) found.push(stories[story] as T)
  }
  return found
}

/** Bits of a whole number that are set. */
function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
