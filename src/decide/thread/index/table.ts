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

export class Table {
  entries: Int32Array
  mask: number
  #used = 0

  /** `expected`: how many keys there will be. */
  constructor(expected = 0) {
    let room = FIRST_ROOM
    while (FULL * room < expected) room *= 2
    this.entries = new Int32Array(2 * room)
    this.mask = room - 1
  }

  get bytes(): number {
    return this.entries.byteLength
  }

  /** The value of a key, 0 where it has none. */
  get(key: number): number {
    return this.entries[placeOf(this.entries, this.mask, key) + 1] as number
  }

  /** Add to the value of a key. Returns what it was. */
  add(key: number, by: number): number {
    const place = placeOf(this.entries, this.mask, key)
    const before = this.entries[place + 1] as number
    if (this.entries[place] === 0) this.#take(place, key)
    this.entries[place + 1] = before + by
    this.#makeRoom()
    return before
  }

  /** Where the next entry of the same key stands, or the empty place where it would. */
  after(place: number): number {
    const { entries, mask } = this
    const marked = entries[place]
    let at = (place / 2 + 1) & mask
    while (entries[2 * at] !== marked && entries[2 * at] !== 0) at = (at + 1) & mask
    return 2 * at
  }

  /** One more entry of a key, whatever others it has. */
  insert(key: number, value: number): void {
    let place = placeOf(this.entries, this.mask, key)
    while (this.entries[place] !== 0) place = this.after(place)
    this.#take(place, key)
    this.entries[place + 1] = value
    this.#makeRoom()
  }

  #take(place: number, key: number): void {
    this.entries[place] = (key + 1) | 0
    this.#used++
  }

  /** Keys with their values, in no order that means anything. */
  each(found: (key: number, value: number) => void): void {
    const { entries } = this
    for (let at = 0; at < entries.length; at += 2) {
      const value = entries[at + 1] as number
      if (value !== 0) found(((entries[at] as number) - 1) & 0x7fffffff, value)
    }
  }

  /** Where too much is taken: twice the room for what has a value, or less where most has none any more. */
  #makeRoom(): void {
    if (this.#used <= FULL * (this.mask + 1)) return
    let live = 0
    this.each(() => live++)
    const wider = new Table(Math.max(2 * live, live + 1))
    this.each((key, value) => {
      let place = placeOf(wider.entries, wider.mask, key)
      while (wider.entries[place] !== 0) place = wider.after(place)
      wider.entries[place] = (key + 1) | 0
      wider.entries[place + 1] = value
    })
    this.entries = wider.entries
    this.mask = wider.mask
    this.#used = live
  }
}
