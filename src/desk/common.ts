// What the entries of one document have in common: it is their publisher's, and no word on what each of them tells.
import { strangersBeside } from '../decide/copy/beside.ts'
import type { CopyFeatures } from '../decide/copy/features.ts'
import type { Stranger } from '../decide/copy/strangers.ts'
import { type Boilerplate, BoilerplateCount, type DocumentRuns } from '../decide/thread/boilerplate.ts'
import type { Millis } from '../model/units.ts'
import type { Steps } from './slices.ts'

/** An entry as it is held against the others. */
export interface Beside {
  /** Place in its document, from 0. */
  at: number
  /** The time under which it is filed. */
  time: Millis
  runs: DocumentRuns
}

export interface Common {
  /** Runs of words that many entries have; null where there are none. */
  boilerplate: Boilerplate | null
  /** By the place of an entry, others that share only a notice with it. */
  beside: ReadonlyMap<number, readonly Stranger[]>
}

/** Feeds list the newest first, threads grow from the oldest. */
export const byTime = (a: Pick<Beside, 'at' | 'time'>, b: Pick<Beside, 'at' | 'time'>): number =>
  a.time - b.time || b.at - a.at

/** `features` are asked of the few entries that share a run of their bodies. */
export function* commonOf(entries: readonly Beside[], features: (at: number) => CopyFeatures | null): Steps<Common> {
  const ordered = entries.toSorted(byTime)
  const count = new BoilerplateCount()
  for (const { runs } of ordered) {
    count.addRuns(runs)
    yield
  }
  const found = count.found()
  const sharing = count.sharing()
  const alike = ordered.filter((_, at) => sharing[at])
  const beside = new Map<number, readonly Stranger[]>()
  if (alike.length >= 2) {
    const strangers = yield* strangersBeside(alike.map(({ at, time }) => ({ features: features(at), time })))
    for (const [n, { at }] of alike.entries()) beside.set(at, strangers[n] ?? [])
  }
  return { boilerplate: found.size > 0 ? found : null, beside }
}
