// What the entries of one document say of one another: which stretches of each are its publisher's. Pure; in steps, so that
// a large document does not hold up other work.
import type { Millis } from '../../model/units.ts'
import { type CopyFeatures, CopyIndex } from './index.ts'
import type { Stranger } from './strangers.ts'

export interface Beside {
  features: CopyFeatures | null
  time: Millis
}

/** For each text those of the others that share only a notice with it. They are of one agency, at whatever times. */
export function* strangersBeside(texts: readonly Beside[]): Generator<undefined, Stranger[][], undefined> {
  const index = new CopyIndex(Number.POSITIVE_INFINITY)
  for (const [at, { features, time }] of texts.entries()) {
    if (features) index.add(at, at, features, time, AGENCY)
    yield
  }
  const out: Stranger[][] = []
  for (const [at, { features, time }] of texts.entries()) {
    const found = features ? index.strangers(features, time, { agency: AGENCY, report: at }) : []
    out.push(found.map(stranger => ({ ...stranger, story: null })))
    yield
  }
  return out
}

const AGENCY = 'the document'
