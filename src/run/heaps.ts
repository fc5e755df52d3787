// Bounds how the heaps of the threads grow, from when the first document is read. A process that reads none starts without it: once
// a flag of V8 is set, code that Node and the compile cache keep compiled is refused in every thread.
import module from 'node:module'
import { setFlagsFromString } from 'node:v8'

/**
 * The limits of the threads' heaps are far above what they use (collect/feed/pool.ts), and V8 lets a heap grow by its limit: to
 * several times what is in use before the first full collection, and between two of them. MB, of 20 MB in use at the start;
 * percent. Measured on a first poll of 300 feeds with 30 entries: 302 MB at most instead of 379, for 6% more processor time;
 * 16 and 30 cost 19%.
 *
 * The young generation of a thread is a few MB: to share its collection among helpers, which then wait for each other, costs more
 * than it saves. On one core a first poll of 100 feeds takes 6% less processor time without.
 */
const FLAGS = ['--initial-old-space-size=32', '--heap-growing-percent=50', '--no-parallel-scavenge']

let isWanted = false

/** For programs that own their process: flags of V8 hold for all of it. */
export function wantBoundedHeaps(): void {
  isWanted = true
}

/** Called before the first thread that reads documents is started. */
export function boundHeaps(): void {
  if (!isWanted) return
  isWanted = false
  // What is compiled so far is of use to a process that has not set the flags.
  module.flushCompileCache?.()
  for (const flag of FLAGS) setFlagsFromString(flag)
}
