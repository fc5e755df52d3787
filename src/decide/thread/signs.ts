// Vectors in a bit a number: whether it is more than in the middle of its language. What means much the same differs in few of
// them, so that of a hundred thousand stories most are passed over by a look at twelve whole numbers each. Pure.

/**
 * Share of the bits in which the stories of a part may differ, as a mean, where all their numbers are looked at. Those of a cosine
 * of .3 differ in .40, those of strangers in half. With .42 a few plans of the Olympics in nine languages are others than when all
 * are looked at, with .46 none.
 */
const DIFFERING = 0.46

/** The bits of vectors of one length, by the rows of their stories. */
export class Signs {
  readonly #rows: Int32Array
  readonly #bits: Int32Array
  readonly #words: number

  /** `middleOf`: the middle of a language. */
  constructor(stories: Iterable<Signed>, middleOf: (language: string) => Float64Array) {
    const all = [...stories]
    const middles = new Map<string, Int32Array>()
    this.#words = Math.ceil((all[0]?.vector.length ?? 0) / 32)
    this.#rows = Int32Array.from(all, ({ row }) => row)
    this.#bits = new Int32Array(this.#words * all.length)
    for (const [at, { language, vector }] of all.entries()) {
      const middle = middles.get(language) ?? Int32Array.from(middleOf(language), Math.floor)
      middles.set(language, middle)
      sign(vector, middle, this.#bits, this.#words * at)
    }
  }

  /**
   * Parts, by their numbers, of which the stories differ little from what a vector says beside all others. `partOf` has the part
   * of each row; `parts` is how many there are.
   */
  near(own: Float64Array, partOf: Int32Array, parts: number): number[] {
    const [rows, bits, words] = [this.#rows, this.#bits, this.#words]
    const asked = new Int32Array(words)
    sign(Int8Array.from(own, Math.sign), new Int32Array(own.length), asked, 0)
    const most = DIFFERING * own.length
    // Less than none: the bits that differ beyond those that may.
    const beyond = new Float64Array(parts)
    for (let at = 0; at < rows.length; at++) {
      let differing = 0
      for (let word = 0; word < words; word++) {
        differing += ones((bits[words * at + word] as number) ^ (asked[word] as number))
      }
      const part = partOf[rows[at] as number] as number
      beyond[part] = (beyond[part] as number) + differing - most
    }
    const found: number[] = []
    for (let part = 0; part < parts; part++) if ((beyond[part] as number) < 0) found.push(part)
    return found
  }
}

/** A story with a vector. */
interface Signed {
  language: string
  row: number
  vector: Int8Array
}

/**
 * Write the bits of a vector of whole numbers, beside those of the middle. Half of them are more, in no order: to branch at
 * each would take ten times as long.
 */
function sign(vector: Int8Array, middle: Int32Array, bits: Int32Array, from: number): void {
  for (let at = 0; at < vector.length; ) {
    const word = from + (at >> 5)
    let set = 0
    for (const end = Math.min(vector.length, at + 32); at < end; at++) {
      set |= (((middle[at] as number) - (vector[at] as number)) >>> 31) << (at & 31)
    }
    bits[word] = set
  }
}

/** Bits of a whole number that are set. */
function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
