// Loaded before a command (`--import`): in its main thread, looks every millisecond how long the event loop did not come
// round, and appends each stop that took LEAST_MS to the file that MINWAL_BENCH_LOOP names, a line each, as
// {"from", "to", "processor"}: two moments, and milliseconds of the thread's own processor time between them. The clock
// counts what other programs took of the core too; processor time does not, and not waiting for the disk either.
import { appendFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

const LEAST_MS = 5
const WRITE_MS = 500

const file = process.env['MINWAL_BENCH_LOOP']
if (isMainThread && file !== undefined) {
  // Of the thread alone only since Node 23.9.
  const processor = (): number => {
    const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage()
    return (user + system) / 1_000
  }
  let last = { at: Date.now(), processor: processor() }
  let written = Date.now()
  let stops = ''
  const note = (): void => {
    const now = { at: Date.now(), processor: processor() }
    if (now.at - last.at >= LEAST_MS)
      stops += `${JSON.stringify({ from: last.at, to: now.at, processor: now.processor - last.processor })}\n`
    last = now
    if (now.at - written < WRITE_MS) return
    appendFileSync(file, stops)
    stops = ''
    written = Date.now()
    // Writing is not the command's doing.
    last = { at: written, processor: processor() }
  }
  setInterval(note, 1).unref()
}
