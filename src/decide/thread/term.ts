// Who uses a term: the parts of threads that hold it, each with its share. Most terms have one or two holders, a few have
// thousands: two lists cost a tenth of a map, and are read in a row; a map finds a place in a long list.
import type { Part } from '../thread.ts'

const LONG = 12

/** A term of one language, or one that all share. */
export class Term {
  readonly name: string
  /** Stories that say it. */
  frequency = 0
  /** Its weight in the story that is being compared, where `asked` is that comparison. */
  weight = 0
  asked = 0
  /** In no order that means anything. */
  readonly parts: Part[] = []
  readonly shares: number[] = []
  #places: Map<Part, number> | null = null

  constructor(name: string) {
    this.name = name
  }

  #placeOf(part: Part): number {
    return this.#places ? (this.#places.get(part) ?? -1) : this.parts.indexOf(part)
  }

  /** Share of a part; 0 where it does not hold the term. */
  share(part: Part): number {
    const at = this.#placeOf(part)
    return at < 0 ? 0 : (this.shares[at] as number)
  }

  /** Add to a part's share, a whole number; returns the share before. At 0 the part no longer holds the term. */
  shift(part: Part, by: number): number {
    const at = this.#placeOf(part)
    if (at < 0) {
      if (by !== 0) {
        this.parts.push(part)
        this.shares.push(by)
        if (this.#places) this.#places.set(part, this.parts.length - 1)
        else if (this.parts.length > LONG) this.#places = new Map(this.parts.map((one, place) => [one, place]))
      }
      return 0
    }
    const before = this.shares[at] as number
    if (before + by > 0) {
      this.shares[at] = before + by
      return before
    }
    const lastPart = this.parts.pop() as Part
    const lastShare = this.shares.pop() as number
    this.#places?.delete(part)
    if (lastPart !== part) {
      this.parts[at] = lastPart
      this.shares[at] = lastShare
      this.#places?.set(lastPart, at)
    }
    if (this.parts.length <= LONG / 2) this.#places = null
    return before
  }
}
