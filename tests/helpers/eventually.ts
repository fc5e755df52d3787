// Waiting without guessing how long: a condition is asked until it holds.
import { setTimeout as pause } from 'node:timers/promises'

/** A machine that does much beside the tests is slow: only what never comes is late. */
const PATIENCE = 60_000

/** Resolves when the condition holds; rejects, naming it, when it does not within the time. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  within = PATIENCE,
): Promise<void> {
  const end = Date.now() + within
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${within} ms: ${what}`)
    await pause(5)
  }
}
