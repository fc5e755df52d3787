// What stands in the active window: threads, their parts by language, and stories.
import type { Millis } from '../../../model/units.ts'
import type { Table } from '../../table.ts'

/** A story in the window. */
export interface SeenStory {
  id: number
  thread: ActiveThread
  time: Millis
  language: string
  /** Where its terms are kept. */
  row: number
  form: readonly [shape: number, filling: number, dated: number, header: number]
  /** As `quantise` makes it. */
  vector: Int8Array | null
  /** Sum of its squares. */
  squares: number
}

/** The stories of one language in a thread. */
export interface Part {
  thread: ActiveThread
  language: string
  /** Place of what is kept of it in lists of numbers. */
  slot: number
  /** By time, then id. */
  stories: SeenStory[]
  /** Sums of the weights by term, where there are stories enough to make it worthwhile. */
  sums: Table | null
  /** Another number whenever its stories have changed. */
  version: number
  /** Square of the length of the summed weights. */
  ownSquared: number
  sharedSquared: number
}

export interface ActiveThread {
  id: number
  first: Millis
  last: Millis
  parts: Map<string, Part>
}

/** Order of the stories of a part. */
export const later = (one: SeenStory, other: SeenStory) =>
  one.time > other.time || (one.time === other.time && one.id > other.id)

/** The parts of a thread in the order of their languages, whatever came first. */
export const partsOf = ({ parts }: ActiveThread): Part[] =>
  [...parts.values()].sort((a, b) => (a.language < b.language ? -1 : 1))

/** Time between the lives of two threads. */
export const gapOf = (one: ActiveThread, other: ActiveThread): Millis =>
  Math.max(0, one.first - other.last, other.first - one.last)

/** Whether a thread has but one story. */
export function isSingle(thread: ActiveThread): boolean {
  let stories = 0
  for (const part of thread.parts.values()) stories += part.stories.length
  return stories < 2
}
