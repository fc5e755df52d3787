// How fast are stories placed, what does the window cost, and does the archive matter? A made-up stream (bench/threads/world.ts),
// a table, one JSON line.
//
//   node --expose-gc bench/threads.ts [WINDOW] [ARCHIVE]
//   node bench/threads.ts --ablate
//
// WINDOW stories (100,000) stand in the window; ARCHIVE (1,000,000) have passed through it before the last measurement.
// Times are CPU seconds of the process. --ablate prints what each piece of evidence adds on the labelled sets in
// ../shared/corpora/threads, and skips those that are absent.

import { packed, unpacked } from '../src/decide/thread/packed.ts'
import { regroup, review } from '../src/decide/thread/review.ts'
import { type ThreadFeatures, ThreadIndex } from '../src/decide/thread.ts'
import type { ThreadSettings } from '../src/model.ts'
import { printJson, printTable, rounded } from './helpers.ts'
import { ablate } from './threads/ablation.ts'
import { type MadeStory, madeStream } from './threads/world.ts'

const HOUR = 3_600_000
const SETTINGS: ThreadSettings = { threshold: 0.28, window: 72 * HOUR }

function cpu(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

function heap(): number {
  const { gc } = globalThis as { gc?: () => void }
  gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

// Stories placed for one measurement.
const PLACED = 5_000
// Threads that the bench opens, and stories of no event, have ids apart from those of events.
const FIRST_OPENED = 1e9
const FIRST_ALONE = 1e8

interface Kept {
  thread: number
  story: number
  features: ThreadFeatures
  time: number
}

function measure(window: number, archive: number): void {
  const perHour = Math.max(1, Math.round(window / 144))
  const small = Math.min(10_000, window)
  const index = new ThreadIndex(SETTINGS)
  const stream = madeStream(Math.max(archive, window + 2 * PLACED), perHour)
  const rows: (string | number)[][] = []
  const figures: Record<string, number> = {}
  let filed = 0
  let threads = FIRST_OPENED
  let seconds = 0
  let reviewed = 0
  let since = 0
  let proposals = 0
  const kept: Kept[] = []
  const file = ({ time, said }: MadeStory) => {
    const features = index.features(said)
    const { thread } = index.place(features, time)
    index.add(thread ?? ++threads, ++filed, features, time)
  }
  const batch: MadeStory[] = []
  // The stream is made outside the measured time.
  const run = (count: number): { place: number; review: number } => {
    const before = { seconds, reviewed }
    for (let done = 0; done < count; ) {
      batch.length = 0
      while (batch.length < perHour && done < count) {
        const next = stream.next()
        if (next.done) break
        batch.push(next.value)
        done++
      }
      if (batch.length === 0) break
      const started = cpu()
      for (const story of batch) {
        index.expire(ThreadIndex.horizon(SETTINGS, story.time))
        file(story)
      }
      seconds += cpu() - started
      const at = cpu()
      for (const regrouping of review(index, since)) {
        regroup(index, regrouping, regrouping.kind === 'split' ? ++threads : 0)
        proposals++
      }
      since = filed
      reviewed += cpu() - at
    }
    return { place: seconds - before.seconds, review: reviewed - before.reviewed }
  }
  // Filled with the threads that the made-up events are: what stands in the window is much the same, in a tenth of the time.
  const fill = (count: number) => {
    for (let done = 0; done < count; done++) {
      const next = stream.next()
      if (next.done) return
      const { time, said, event } = next.value
      index.expire(ThreadIndex.horizon(SETTINGS, time))
      index.add(event > 0 ? event : FIRST_ALONE - event, ++filed, index.features(said), time)
    }
    since = filed
  }
  const row = (name: string, count: number, spent: { place: number; review: number }) => {
    const each = (spent.place / count) * 1e6
    rows.push([
      name,
      index.size.stories,
      index.size.threads,
      rounded(each, 0),
      rounded(1e6 / each, 0),
      rounded((spent.review / count) * 1e6, 0),
    ])
    return each
  }
  const empty = heap()
  fill(small)
  const first = run(PLACED)
  figures['microsecondsAtTenThousand'] = rounded(row('archive 10,000', PLACED, first), 1)
  fill(window - filed)
  const full = run(PLACED)
  figures['microsecondsAtWindow'] = rounded(row(`window full, archive ${filed.toLocaleString('en')}`, PLACED, full), 1)
  figures['bytesPerStory'] = Math.round((heap() - empty) / index.size.stories)
  if (archive > filed + PLACED) {
    fill(archive - PLACED - filed)
    const last = run(PLACED)
    figures['microsecondsAtArchive'] = rounded(row(`archive ${archive.toLocaleString('en')}`, PLACED, last), 1)
    figures['archiveRatio'] = rounded(
      (figures['microsecondsAtArchive'] ?? 0) / (figures['microsecondsAtWindow'] ?? 1),
      2,
    )
  }
  // A window of stored features, as a restart reads them.
  for (const story of index.stories()) {
    kept.push({ thread: story.thread.id, story: story.id, features: index.featuresOf(story), time: story.time })
  }
  const stored = kept.map(one => packed(one.features))
  figures['storedBytesPerStory'] = Math.round(stored.reduce((sum, text) => sum + text.length, 0) / stored.length)
  const started = cpu()
  const again = new ThreadIndex(SETTINGS)
  for (const [at, { thread, story, time }] of kept.entries()) {
    again.add(thread, story, unpacked(stored[at] as string), time)
  }
  figures['rebuildSecondsPer100000'] = rounded(((cpu() - started) / kept.length) * 100_000, 2)
  if (again.size.stories !== index.size.stories) throw new Error('the rebuilt window is another')
  figures['regroupings'] = proposals
  printTable(['', 'stories in window', 'threads', 'µs a story', 'stories/s', 'review µs a story'], rows)
  process.stdout.write(`${JSON.stringify(figures)}\n`)
  printJson('threads', figures)
}

if (process.argv.includes('--ablate')) await ablate()
else measure(Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? 1_000_000))
