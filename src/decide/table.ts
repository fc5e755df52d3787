// The one hash table of whole numbers: open addressing in a typed array, a fifth of the memory of a map. Keys are whole
// numbers from 0 to 2^31 - 1, values any of 32 bits; a key whose value is 0 counts as absent and is dropped when the table
// is rebuilt.

const FIRST_ROOM = 64
/** Share of the places that may be taken before the table is rebuilt. */
const FULL = 0.75

/**
 * Where a key stands among `entries` (key + 1 and value by turns), or the empty place where it would. `mask` is the number of
 * places less one.
 */
export function placeOf(entries: Int32Array, mask: number, key: number): number {
  const marked = (key + 1) | 0
  let at = Math.imul(marked, 0x9e3779b1) & mask
  for (;;) {
    const found = entries[2 * at]
    if (found === marked || found === 0) return 2 * at
    at = (at + 1) & mask
  }
}

/**
 * A wide table has keys of two numbers, the second any of 32 bits: `find`, `insert` and `remove` are its methods, `get` and
 * `add` those of a narrow one.
 */
export class Table {
  /** Key + 1 and value by turns; in a wide table also the second number of the key. */
  entries: Int32Array
  mask: number
  readonly #stride: 2 | 3
  #used = 0

  constructor({ wide = false, expected = 0 } = {}) {
    let room = FIRST_ROOM
    while (FULL * room < expected) room *= 2
    this.#stride = wide ? 3 : 2
    this.entries = new Int32Array(this.#stride * room)
    this.mask = room - 1
  }

  /** The value of a key, 0 where it has none. */
  get(key: number): number {
    return this.entries[placeOf(this.entries, this.mask, key) + 1] as number
  }

  /** Add to the value of a key. Returns what it was. */
  add(key: number, by: number): number {
    const place = placeOf(this.entries, this.mask, key)
    const before = this.entries[place + 1] as number
    if (this.entries[place] === 0) {
      this.entries[place] = (key + 1) | 0
      this.#used++
    }
    this.entries[place + 1] = before + by
    this.#makeRoom()
    return before
  }

  /** The value of a key of two numbers, 0 where it has none. */
  find(key: number, second: number): number {
    const { entries, mask } = this
    const marked = (key + 1) | 0
    for (let at = Math.imul(marked, 0x9e3779b1) & mask; ; at = (at + 1) & mask) {
      const found = entries[3 * at]
      if (found === 0) return 0
      if (found !== marked || entries[3 * at + 2] !== second) continue
      const value = entries[3 * at + 1] as number
      if (value !== 0) return value
    }
  }

  /** Give a key of two numbers, which has none, a value. */
  insert(key: number, second: number, value: number): void {
    this.#put((key + 1) | 0, value, second)
    this.#used++
    this.#makeRoom()
  }

  /** Take the value of a key of two numbers away. */
  remove(key: number, second: number): void {
    const { entries, mask } = this
    const marked = (key + 1) | 0
    for (let at = Math.imul(marked, 0x9e3779b1) & mask; entries[3 * at] !== 0; at = (at + 1) & mask) {
      if (entries[3 * at] === marked && entries[3 * at + 2] === second) entries[3 * at + 1] = 0
    }
  }

  /** Keys with their values, in no order that means anything. */
  each(found: (key: number, value: number) => void): void {
    const { entries } = this
    for (let at = 0; at < entries.length; at += this.#stride) {
      const value = entries[at + 1] as number
      if (value !== 0) found(((entries[at] as number) - 1) & 0x7fffffff, value)
    }
  }

  /** Write an entry into the first empty place from its own. */
  #put(marked: number, value: number, second: number): void {
    const { entries, mask } = this
    const stride = this.#stride
    let at = Math.imul(marked, 0x9e3779b1) & mask
    while (entries[stride * at] !== 0) at = (at + 1) & mask
    entries[stride * at] = marked
    entries[stride * at + 1] = value
    if (stride === 3) entries[stride * at + 2] = second
  }

  /** Where too much is taken: twice the room for what has a value, or less where most has none any more. */
  #makeRoom(): void {
    if (this.#used <= FULL * (this.mask + 1)) return
    const before = this.entries
    const stride = this.#stride
    let live = 0
    for (let at = 1; at < before.length; at += stride) if (before[at] !== 0) live++
    let room = FIRST_ROOM
    while (FULL * room < 2 * live) room *= 2
    this.entries = new Int32Array(stride * room)
    this.mask = room - 1
    this.#used = live
    for (let at = 0; at < before.length; at += stride) {
      if (before[at + 1] !== 0) this.#put(before[at] as number, before[at + 1] as number, before[at + 2] ?? 0)
    }
  }
}
