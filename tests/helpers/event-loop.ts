// Measures how work treats the event loop in figures other programs hardly change: turns and processor time, no clock.

export interface LoopUse<T> {
  result: T
  /** Turns the event loop took meanwhile: work in one piece leaves it a handful. */
  turns: number
  /** The most processor time (of the whole process, in ms) between one turn and the next. */
  longest: number
}

/** Processor time of this process so far, in ms. */
function spent(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

export async function watchLoop<T>(work: () => Promise<T>): Promise<LoopUse<T>> {
  let [turns, longest, last, watching] = [0, 0, spent(), true]
  const note = (): void => {
    const now = spent()
    longest = Math.max(longest, now - last)
    last = now
  }
  const beat = (): void => {
    if (!watching) return
    note()
    turns++
    setImmediate(beat)
  }
  setImmediate(beat)
  try {
    const result = await work()
    note()
    return { result, turns, longest }
  } finally {
    watching = false
  }
}

/** Processor time of work done in one piece, in ms: what to compare `longest` with. */
export function costAtOnce(work: () => unknown): number {
  const start = spent()
  work()
  return spent() - start
}

const BEAT = 5

/**
 * The most processor time that this thread spent between one look of the event loop at its timers and the next, in ms:
 * how long a reader would have had to wait on a machine of its own. Other programs and other threads do not count, so it
 * is as good on a busy machine.
 */
export async function watchThread<T>(work: () => Promise<T>): Promise<{ result: T; longest: number }> {
  const used = (): number => {
    const { user, system } = process.threadCpuUsage()
    return (user + system) / 1000
  }
  let [longest, last] = [0, used()]
  const note = (): void => {
    const now = used()
    longest = Math.max(longest, now - last)
    last = now
  }
  const beat = setInterval(note, BEAT)
  try {
    const result = await work()
    note()
    return { result, longest }
  } finally {
    clearInterval(beat)
  }
}
