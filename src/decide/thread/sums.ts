// The summed weights of a large thread by term: an open-addressing table of whole numbers, a fifth of the memory of a map.

const FIRST = 64

export class Sums {
  // Term + 1 and its sum, by turns; 0 is no term.
  #table = new Int32Array(2 * FIRST)
  #used = 0

  #placeOf(term: number): number {
    const table = this.#table
    const mask = table.length / 2 - 1
    let at = Math.imul(term, 0x9e3779b1) & mask
    for (;;) {
      const key = table[2 * at]
      if (key === term + 1 || key === 0) return 2 * at
      at = (at + 1) & mask
    }
  }

  get(term: number): number {
    return this.#table[this.#placeOf(term) + 1] as number
  }

  /** Add to a sum. Returns what it was. */
  add(term: number, by: number): number {
    const at = this.#placeOf(term)
    if (this.#table[at] === 0) {
      if (2 * ++this.#used > this.#table.length * 0.75) {
        this.#rebuild()
        return this.add(term, by)
      }
      this.#table[at] = term + 1
    }
    const before = this.#table[at + 1] as number
    this.#table[at + 1] = before + by
    return before
  }

  /** All sums that are not 0, in no order that means anything. */
  each(found: (term: number, sum: number) => void): void {
    const table = this.#table
    for (let at = 0; at < table.length; at += 2) {
      const sum = table[at + 1] as number
      if (sum !== 0) found((table[at] as number) - 1, sum)
    }
  }

  /** Twice the room, or less where most sums have gone back to 0. */
  #rebuild(): void {
    const before = this.#table
    let live = 0
    for (let at = 1; at < before.length; at += 2) if (before[at] !== 0) live++
    let room = FIRST
    while (room < 2 * (live + 1)) room *= 2
    this.#table = new Int32Array(2 * room)
    this.#used = live
    for (let at = 0; at < before.length; at += 2) {
      if (before[at + 1] === 0) continue
      const to = this.#placeOf((before[at] as number) - 1)
      this.#table[to] = before[at] as number
      this.#table[to + 1] = before[at + 1] as number
    }
  }
}
