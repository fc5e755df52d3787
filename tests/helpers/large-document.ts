// A document far larger than one slice. Run by itself, it files that document into the database named by its first argument,
// in slices of a millisecond, and says after each transaction how many there were: to be killed meanwhile.
import { wireNames } from '../../src/decide/wire/read.ts'
import { Desk, type FilingContext, type ReadEntry } from '../../src/desk/desk.ts'
import { storingAtOnce } from '../../src/desk/storing.ts'
import type { Millis } from '../../src/model/units.ts'
import { openStore } from '../../src/store/open.ts'
import type { Store } from '../../src/store/store.ts'

export const LARGE = 600
export const FILED_AT: Millis = Date.UTC(2022, 0, 5, 9, 30)
const WORDS = Array.from({ length: 4_000 }, (_, at) => `w${at.toString(36)}`)

export function largeDocument(): ReadEntry[] {
  return Array.from({ length: LARGE }, (_, at) => {
    const text = Array.from({ length: 40 }, (_, n) => WORDS[(at * 131 + n * 37 + n * n) % WORDS.length]).join(' ')
    const entry = {
      id: `e${at}`,
      url: null,
      title: `Item ${at}`,
      summary: null,
      content: null,
      published: FILED_AT - (LARGE - at) * 1_000,
      updated: null,
      authors: [],
      categories: [],
      enclosures: [],
      language: null,
      source: null,
    }
    return { entry, text }
  })
}

export function contextAt(store: Store, now: Millis): FilingContext {
  const [feed] = store.feeds()
  if (!feed) throw new Error('no feed')
  const { id, url, agency } = feed
  return { feed: id, feedKey: url, agency, language: 'en', identity: 'guid', names: wireNames([]), now }
}

async function fileAndTell(path: string): Promise<void> {
  const opened = openStore({ path })
  if (!opened.ok) throw new Error(opened.reason)
  const store = opened.value
  const { file, commit } = store
  let written = 0
  const told = <T>(done: T): T => {
    process.send?.(++written)
    return done
  }
  const telling: Store = Object.create(store, {
    file: { value: (work: Parameters<typeof file>[0]) => told(file(work)) },
    commit: { value: () => told(commit()) },
  })
  const desk = new Desk(telling, { threshold: 0.28, window: 72 * 3_600_000 }, storingAtOnce(), 1)
  await desk.fileInSlices(largeDocument(), contextAt(store, FILED_AT), () => {})
}

if (process.argv[2] !== undefined && import.meta.filename === process.argv[1]) await fileAndTell(process.argv[2])
