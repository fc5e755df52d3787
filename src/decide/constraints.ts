// What editors decided of pairs: which stories belong in one thread and which do not. The latest word on a pair holds.

/** Two lists of ids; `together`: all of both belong together; `apart`: no one of the first belongs with one of the other. */
export interface EditorDecision {
  kind: 'together' | 'apart'
  one: readonly number[]
  other: readonly number[]
}

/** Decisions in the order they were made, answering for pairs. */
export class Constraints {
  /** By id: the numbers of the decisions it stands in, ascending, with its side. */
  readonly #of = new Map<number, { decision: number; side: 'one' | 'other' }[]>()
  readonly #kinds: ('together' | 'apart')[]

  constructor(decisions: readonly EditorDecision[]) {
    this.#kinds = decisions.map(({ kind }) => kind)
    for (const [decision, { one, other }] of decisions.entries()) {
      for (const [side, ids] of [['one', one] as const, ['other', other] as const]) {
        for (const id of ids) {
          const places = this.#of.get(id)
          if (places) places.push({ decision, side })
          else this.#of.set(id, [{ decision, side }])
        }
      }
    }
  }

  /** Whether nobody has decided anything: then nothing need be asked. */
  get empty(): boolean {
    return this.#kinds.length === 0
  }

  /** Whether an editor has said anything of this id. */
  knows(id: number): boolean {
    return this.#of.has(id)
  }

  /** The latest decision on the pair; null where there is none. */
  between(a: number, b: number): 'together' | 'apart' | null {
    const ofA = this.#of.get(a)
    const ofB = this.#of.get(b)
    if (!ofA || !ofB) return null
    let verdict: { decision: number; kind: 'together' | 'apart' } | null = null
    for (const mine of ofA) {
      for (const theirs of ofB) {
        if (mine.decision !== theirs.decision || (verdict && verdict.decision >= mine.decision)) continue
        const kind = this.#kinds[mine.decision] ?? 'apart'
        // Two that left together were not judged against each other.
        if (kind === 'apart' && mine.side === theirs.side) continue
        verdict = { decision: mine.decision, kind }
      }
    }
    return verdict?.kind ?? null
  }

  together(a: number, b: number): boolean {
    return this.between(a, b) === 'together'
  }

  apart(a: number, b: number): boolean {
    return this.between(a, b) === 'apart'
  }
}
