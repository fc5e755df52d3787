// Whether published data has changed, for a process that is asked so by every request: the database tells when it has.
import type { Millis } from '../../model/units.ts'
import type { Calls } from '../../store/postgres/calls.ts'
import type { StoreReader } from '../../store/store.ts'

/** Should a notice be lost, or none come from a standby: it is asked for at least so often. */
const LOOK: Millis = 1_000

/** The reader with a version that is asked for after a notice, and once a second. */
export function toldOfNews(reader: StoreReader, calls: Pick<Calls, 'listen'>): StoreReader {
  let known: { version: number; at: Millis } | null = null
  calls.listen(said => {
    if (said === 'news') known = null
  })
  return {
    ...reader,
    version: () => {
      const now = performance.now()
      if (known === null || now - known.at > LOOK) known = { version: reader.version(), at: now }
      return known.version
    },
  }
}
