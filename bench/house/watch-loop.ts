// Loaded before a command (`--import`): in its main thread, looks every millisecond how long the event loop did not come
// round, and appends the longest of each half second to the file that MINWAL_BENCH_LOOP names, as
// {"at", "wall", "processor"}: the moment, and milliseconds by the clock and of the thread's own processor time. The clock
// counts what other programs took of the core too; processor time does not, and not waiting for the disk either.
import { appendFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

const file = process.env['MINWAL_BENCH_LOOP']
if (isMainThread && file !== undefined) {
  // Not in Node 22.
  const processor = (): number => {
    const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage()
    return (user + system) / 1_000
  }
  let last = { wall: performance.now(), processor: processor() }
  let longest = { wall: 0, processor: 0 }
  let since = Date.now()
  const note = (): void => {
    const now = { wall: performance.now(), processor: processor() }
    longest = {
      wall: Math.max(longest.wall, now.wall - last.wall),
      processor: Math.max(longest.processor, now.processor - last.processor),
    }
    last = now
    if (Date.now() - since < 500) return
    since = Date.now()
    appendFileSync(file, `${JSON.stringify({ at: since, ...longest })}\n`)
    longest = { wall: 0, processor: 0 }
    // Writing the line is not the command's doing.
    last = { wall: performance.now(), processor: processor() }
  }
  setInterval(note, 1).unref()
}
