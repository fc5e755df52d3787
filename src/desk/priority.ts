// Threads that work in the background give way to the one that answers requests.
import { setPriority } from 'node:os'

/** Niceness. The kernel gives the main thread three times as much of a core that both want. */
const BACKGROUND = 5

/** Lower the priority of this thread; where a priority is the whole process's, or may not be set, it stays. */
export function giveWay(): void {
  // Linux alone has a priority for each thread (setpriority(2), "C library/kernel differences").
  if (process.platform !== 'linux') return
  try {
    setPriority(0, BACKGROUND)
  } catch {
    // A sandbox may forbid it.
  }
}
