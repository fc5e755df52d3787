// Lets the thread that answers and fetches go first.
import { setPriority } from 'node:os'

/** Steps of nice(2) that a thread with long work stands behind: it gets a third of the time of the other where both want a core. */
const BEHIND = 5

/** Called in such a thread: on Linux the priority is that of the calling thread. Elsewhere, or where it is refused, nothing changes. */
export function goBehind(): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(BEHIND)
  } catch {
    // A filter of system calls forbids it.
  }
}
