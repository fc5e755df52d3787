// The steps of a review, as values: what is to be split off, moved and merged, and why. Whoever asked for a plan carries it
// out, in the store and in the index.

import type { Evidence } from './explain.ts'
import type { ActiveThread, SeenStory } from './index/active.ts'

/** What editors have decided of pairs of stories: no review undoes it. */
export interface EditorDecisions {
  /** Whether there is a decision about this story: its thread is not taken apart. */
  knows(story: number): boolean
  /** The editor parted them: their threads stay apart. */
  apart(one: number, other: number): boolean
}

export const NO_DECISIONS: EditorDecisions = { knows: () => false, apart: () => false }

/** A thread that is there, or the nth that the plan opens. */
export type Target = { thread: number } | { opens: number }

export interface Why {
  /** Likeness of the two sides, and the one that was needed. */
  score: number
  threshold: number
  reasons: Evidence[]
}

/**
 * One step of a plan. The steps of a plan rest on each other and are carried out in their order. A split opens the target
 * that its `to` numbers; a thread that stories leave by `split` or `move` keeps others.
 */
export type Step =
  | { kind: 'split'; from: number; stories: readonly number[]; to: { opens: number }; why: Why }
  | { kind: 'move'; from: number; stories: readonly number[]; to: Target; why: Why }
  | { kind: 'merge'; from: number; to: Target; why: Why }

export type Merge = Extract<Step, { kind: 'merge' }>

/** All stories of a thread. */
export const storiesOf = ({ parts }: ActiveThread): SeenStory[] => [...parts.values()].flatMap(({ stories }) => stories)

/** Whether an editor has parted the threads that these stories make up. */
export function parted(ones: readonly SeenStory[], others: readonly SeenStory[], decisions: EditorDecisions): boolean {
  const judged = others.filter(({ id }) => decisions.knows(id))
  if (judged.length === 0) return false
  return ones.some(one => decisions.knows(one.id) && judged.some(other => decisions.apart(one.id, other.id)))
}
