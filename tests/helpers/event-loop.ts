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
