// Gives memory of a thread that has come to rest back to the system. V8 collects as a thread allocates: one that has stopped
// working keeps the garbage of its last work for as long as it rests.
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Seconds without work after which a thread is at rest. */
const QUIET_SECONDS = 3
/** Least seconds between two collections: a full one takes the thread about 1 ms for each MB that is in use. */
const APART_SECONDS = 60

/** Collect all garbage of this thread now. */
export function collectGarbage(): void {
  // Contexts made from now on have the function; those that run have none.
  setFlagsFromString('--expose-gc')
  // Flags are of the process: another thread may have taken this one back meanwhile. Then the garbage waits for the next rest.
  const collect = runInNewContext('typeof gc === "function" ? gc : null') as (() => void) | null
  setFlagsFromString('--no-expose-gc')
  collect?.()
}

/** Heap in use, in bytes, of which a collection takes less than the 50 ms that a page may wait. */
const SHORT_COLLECTION = 48e6

/** For a thread that others wait for, and that may be another program's too. */
export function collectIfShort(): void {
  if (getHeapStatistics().used_heap_size < SHORT_COLLECTION) collectGarbage()
}

/** Has memory given back once after each spell of work. */
export class Rest {
  readonly #giveBack: () => void
  #worked = true
  #quiet = 0
  #apart = APART_SECONDS

  constructor(giveBack: () => void) {
    this.#giveBack = giveBack
  }

  /** Something was done. */
  worked(): void {
    this.#worked = true
    this.#quiet = 0
  }

  /** To be called every second. */
  beat(): void {
    this.#quiet++
    this.#apart++
    if (!this.#worked || this.#quiet <= QUIET_SECONDS || this.#apart < APART_SECONDS) return
    this.#worked = false
    this.#apart = 0
    this.#giveBack()
  }
}

/** Old generation that every desk may use, and share of the machine's memory that one on a large machine may. */
const LEAST_MB = 4_096
const SHARE = 0.6

/**
 * MB that the desk's old generation may use: the window of stories grows with what is filed. `total` is the machine's memory in bytes,
 * `allowed` what a control group allows the process; 0 where there is none.
 */
export function heapLimit(total: number, allowed: number): number {
  const memory = allowed > 0 ? Math.min(total, allowed) : total
  return Math.max(LEAST_MB, Math.floor((SHARE * memory) / 2 ** 20))
}
