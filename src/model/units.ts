// What every stage uses.

/** A moment: milliseconds since 1970-01-01 UTC. */
export type Millis = number

/** One value or the reason there is none. Expected failures travel as values; only broken invariants throw. */
export type Outcome<T> =
  | { ok: true; value: T }
  /** `isFinal`: trying again gives the same until the configuration is another. Said where somebody asks. */
  | { ok: false; reason: string; isFinal?: boolean }
