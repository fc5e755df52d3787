// What a review proposes, and what editors have said against it.
import type { ActiveThread } from './active.ts'
import type { Evidence } from './evidence.ts'

/** What editors have decided of pairs of stories: no review undoes it. */
export interface EditorDecisions {
  /** Whether an editor has said anything of this story: its thread is not taken apart. */
  knows(story: number): boolean
  /** The editor parted them: their threads stay apart. */
  apart(one: number, other: number): boolean
}

export const NO_DECISIONS: EditorDecisions = { knows: () => false, apart: () => false }

interface Because {
  /** Likeness of the two sides. */
  score: number
  threshold: number
  reasons: Evidence[]
}

/** What a review proposes. */
export type Regrouping = Because &
  (
    | {
        kind: 'merge'
        /** The older thread, which stays. */
        thread: number
        /** The thread whose stories move to it. */
        from: number
      }
    | {
        kind: 'move'
        /** The thread that the stories join. */
        thread: number
        /** The one they leave; it keeps others. */
        from: number
        stories: number[]
      }
    | {
        kind: 'split'
        thread: number
        /** The stories that leave, oldest first; they open a thread of their own. */
        stories: number[]
      }
  )

export type Merge = Extract<Regrouping, { kind: 'merge' }>

/** Whether an editor has parted two threads. */
export function parted(one: ActiveThread, other: ActiveThread, decisions: EditorDecisions): boolean {
  const judged = (thread: ActiveThread) =>
    [...thread.parts.values()].flatMap(({ stories }) => stories.filter(({ id }) => decisions.knows(id)))
  const theirs = judged(other)
  return theirs.length > 0 && judged(one).some(a => theirs.some(b => decisions.apart(a.id, b.id)))
}
