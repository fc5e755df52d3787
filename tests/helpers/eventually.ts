// Waiting without guessing how long: a condition is asked until it holds.
import { setTimeout as pause } from 'node:timers/promises'

/** Resolves when the condition holds; rejects, naming it, when it does not within the time. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>, within = 5_000): Promise<void> {
  const end = Date.now() + within
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${within} ms: ${what}`)
    await pause(5)
  }
}
