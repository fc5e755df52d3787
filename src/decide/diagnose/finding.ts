// What the checks share: how a finding is made, and how much of a thing is named.
import type { DoctorFacts, Finding, StoreFacts } from '../../model/inspected.ts'

/** Feeds and rows that are named; the others are counted. */
export const NAMED = 10

type Told = Pick<Finding, 'what' | 'subject' | 'todo'> & { mend?: Finding['mend'] }

export const wrong = (check: string, told: Told): Finding => ({ level: 'wrong', check, mend: null, ...told })
export const smell = (check: string, told: Told): Finding => ({ level: 'smell', check, mend: null, ...told })

export const readable = ({ store }: DoctorFacts): StoreFacts | null =>
  store !== null && !('unreadable' in store) ? store : null

/** A check of what stands in a database of this version that can be read. */
export function ofStore(check: (store: StoreFacts, facts: DoctorFacts) => Finding[]) {
  return (facts: DoctorFacts): Finding[] => {
    const store = readable(facts)
    return store?.ours ? check(store, facts) : []
  }
}

export const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`

export const listed = (ids: readonly string[]): string =>
  ids.length <= NAMED ? ids.join(', ') : `${ids.slice(0, NAMED).join(', ')} and ${ids.length - NAMED} more`
