// Waiting without guessing how long: a condition is asked until it holds.
import { setTimeout as pause } from 'node:timers/promises'

/** A machine that does much beside the tests is slow: only what never comes is late. */
const PATIENCE = 60_000
/** Who waits for long asks less often: each question takes time from what is waited for. */
const PAUSE = 5
const LONGEST_PAUSE = 25

/** Resolves when the condition holds; rejects, naming it, when it does not within the time. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  within = PATIENCE,
): Promise<void> {
  const began = Date.now()
  while (!(await holds())) {
    const waited = Date.now() - began
    if (waited > within) throw new Error(`not within ${within} ms: ${what}`)
    await pause(Math.min(LONGEST_PAUSE, Math.max(PAUSE, waited / 40)))
  }
}
