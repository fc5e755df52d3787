// How fast are stories placed, what does the window cost, and does the archive matter? A made-up stream (bench/threads/world.ts),
// a table, one JSON line.
//
//   node --expose-gc bench/threads.ts [WINDOW] [ARCHIVE] [--vectors]
//   node bench/threads.ts --plain [SET] [--vectors FOLDER]
//   node bench/threads.ts --ablate [SET] [--vectors FOLDER]
//
// WINDOW stories (100,000) stand in the window while 5,000 are placed. Whether the archive matters: two windows of 10,000
// stories, one as new, one that ARCHIVE stories (1,000,000) have passed through; 1,000 are placed in each by turns, and the
// best of five counts. Times are CPU seconds of the process. With --vectors each story has one of 384 numbers, and 500
// are placed in the full window alone. --plain prints how good threads of the labelled sets are beside
// plain average link; --ablate also what each piece of evidence adds. SET is how the name of a
// set begins: all of them together take half an hour. FOLDER has the vectors of their items, as scripts/vectors.ts makes them. Sets of ../shared/corpora/threads that are absent are skipped.

import { packFeatures, unpackFeatures } from '../src/decide/thread/packing.ts'
import { placeStory, storyFeatures, ThreadIndex } from '../src/decide/thread/place.ts'
import { reviewAll } from '../src/decide/thread/review.ts'
import { quantise } from '../src/decide/thread/vectors.ts'
import type { ThreadSettings } from '../src/model/config.ts'
import { printJson, printTable, rounded } from './helpers.ts'
import { ablate, besidePlain } from './threads/ablation.ts'
import { type MadeStory, madeStream, madeVector } from './threads/world.ts'

const HOUR = 3_600_000
const WITH_VECTORS = process.argv.includes('--vectors')
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

// Stories placed in a full window, and in each of the two that are compared, in how many turns.
const PLACED = 5_000
const PLACED_WITH_VECTORS = 500
const COMPARED = 1_000
const TURNS = 5
const SMALL = 10_000
// Threads that the bench opens, and stories of no event, have ids apart from those of events.
const FIRST_OPENED = 1e9
const FIRST_ALONE = 1e8

interface Spent {
  /** Microseconds a story. */
  place: number
  review: number
}

/** A window that a stream passes through. */
class Passing {
  readonly index = new ThreadIndex(SETTINGS)
  filed = 0
  regroupings = 0
  readonly #perHour: number
  readonly #stream: Generator<MadeStory>
  #threads = FIRST_OPENED
  #since = 0
  #made = 0

  constructor(window: number, most: number) {
    this.#perHour = Math.max(1, Math.round(window / 144))
    this.#stream = madeStream(most, this.#perHour)
  }

  /** Stories go to the threads that the made-up events are: what stands in the window is much the same, in less time. */
  fill(count: number): void {
    for (const { time, said, event, vector } of this.#next(count)) {
      this.index.expire(ThreadIndex.horizon(SETTINGS, time))
      const features = storyFeatures(this.index, said, vector)
      this.index.add(event > 0 ? event : FIRST_ALONE - event, ++this.filed, features, time)
    }
    this.#since = this.filed
  }

  *#next(count: number): Generator<MadeStory & { vector: number[] | null }> {
    for (let done = 0; done < count; done++) {
      const next = this.#stream.next()
      if (next.done) throw new Error('the stream has ended')
      const vector = WITH_VECTORS ? quantise(madeVector(next.value, ++this.#made)) : null
      yield { ...next.value, vector }
    }
  }

  /** Place and review stories; they are made outside the measured time. */
  run(count: number): Spent {
    let place = 0
    let reviewed = 0
    for (let done = 0; done < count; done += this.#perHour) {
      const batch = [...this.#next(Math.min(this.#perHour, count - done))]
      const started = cpu()
      for (const { time, said, vector } of batch) {
        this.index.expire(ThreadIndex.horizon(SETTINGS, time))
        const features = storyFeatures(this.index, said, vector)
        const { thread } = placeStory(this.index, features, time)
        this.index.add(thread ?? ++this.#threads, ++this.filed, features, time)
      }
      const placed = cpu()
      this.#review()
      place += placed - started
      reviewed += cpu() - placed
    }
    return { place: (place / count) * 1e6, review: (reviewed / count) * 1e6 }
  }

  #review(): void {
    for (const _ of reviewAll(this.index, this.#since, () => ++this.#threads)) this.regroupings++
    this.#since = this.filed
  }
}

type Row = (name: string, passing: Passing, spent: Spent) => void

/** Whether the archive matters: what a placement costs in a window that many stories have passed through, of one in a new window. */
function compareArchives(archive: number, row: Row): { archiveRatio: number } {
  const young = new Passing(SMALL, SMALL + (TURNS + 1) * COMPARED)
  const old = new Passing(SMALL, archive + (TURNS + 1) * COMPARED)
  young.fill(SMALL)
  old.fill(archive)
  const spent = { young: [] as Spent[], old: [] as Spent[] }
  for (let turn = 0; turn <= TURNS; turn++) {
    spent.young.push(young.run(COMPARED))
    spent.old.push(old.run(COMPARED))
  }
  // In the first turn the code was still being compiled.
  const best = (all: readonly Spent[]) => all.slice(1).reduce((a, b) => (a.place < b.place ? a : b))
  row(`archive ${SMALL.toLocaleString('en')}`, young, best(spent.young))
  row(`archive ${archive.toLocaleString('en')}`, old, best(spent.old))
  return { archiveRatio: rounded(best(spent.old).place / best(spent.young).place, 2) }
}

function measure(window: number, archive: number): void {
  const rows: (string | number)[][] = []
  const row: Row = (name, { index: { size } }, { place, review: reviewed }) =>
    rows.push([name, size.stories, size.threads, rounded(place, 0), rounded(1e6 / place, 0), rounded(reviewed, 0)])
  // With vectors reviews take milliseconds a story: there the window alone is measured, by fewer stories.
  const figures: Record<string, number> = WITH_VECTORS ? {} : compareArchives(archive, row)

  const empty = heap()
  const count = WITH_VECTORS ? PLACED_WITH_VECTORS : PLACED
  const full = new Passing(window, window + count)
  full.fill(window)
  const placed = full.run(count)
  row('window full', full, placed)
  figures['microsecondsAtWindow'] = rounded(placed.place)
  figures['reviewMicrosecondsAtWindow'] = rounded(placed.review)
  figures['bytesPerStory'] = Math.round((heap() - empty) / full.index.size.stories)
  figures['regroupings'] = full.regroupings
  Object.assign(figures, restart(full.index))
  printTable(['', 'stories in window', 'threads', 'µs a story', 'stories/s', 'review µs a story'], rows)
  printJson('threads', figures)
}

/** What a restart reads, and how long it takes to make the window of it. */
function restart(index: ThreadIndex): Record<string, number> {
  const stored = [...index.stories()].map(story => {
    const { id, thread, time } = story
    return { thread: thread.id, id, time, text: packFeatures(index.featuresOf(story)) }
  })
  const started = cpu()
  const again = new ThreadIndex(SETTINGS)
  for (const { thread, id, time, text } of stored) again.add(thread, id, unpackFeatures(text), time)
  const seconds = cpu() - started
  if (again.size.stories !== index.size.stories) throw new Error('the rebuilt window is another')
  return {
    storedBytesPerStory: Math.round(stored.reduce((sum, { text }) => sum + text.length, 0) / stored.length),
    rebuildSecondsPer100000: rounded((seconds / stored.length) * 100_000, 2),
  }
}

const [what, ...given] = process.argv.slice(2)
if (what === '--ablate' || what === '--plain') {
  const at = given.indexOf('--vectors')
  const folder = at < 0 ? null : (given[at + 1] ?? null)
  const only = given.find(one => one !== '--vectors' && one !== folder)
  await (what === '--ablate' ? ablate(only, folder) : besidePlain(only, folder))
} else {
  const [window, archive] = process.argv.slice(2).filter(one => one !== '--vectors')
  measure(Number(window ?? 100_000), Number(archive ?? 1_000_000))
}
