// Late evidence: what a review of the stories filed since the last one does, one plan after the other. Pure: each plan follows
// from the index and from how far the review has come, so whoever stores both may stop after any of them.

import { mergesAcross } from './across.ts'
import type { SeenStory } from './index/active.ts'
import type { ThreadIndex } from './index/index.ts'
import { joinAcross } from './joining.ts'
import { type EditorDecisions, NO_DECISIONS, type Step, storiesOf, type Target } from './plan.ts'
import { planAround } from './regroup.ts'

/** Ids looked at together: as many as `covered` has bits. */
const BATCH = 32
/** Rounds of merges across languages: what was merged may then be like a third thread. */
const ROUNDS = 4

/**
 * The next plan for stories of which something is known now that was not when they were placed; null at the end. `pending` are
 * those that no plan has covered yet; `round` counts the plans across languages.
 */
export function nextPlanFor(
  index: ThreadIndex,
  stories: readonly SeenStory[],
  pending: Set<SeenStory>,
  round: number,
  decisions: EditorDecisions = NO_DECISIONS,
): { steps: readonly Step[]; round: number } | null {
  const [next] = pending
  if (next) return { steps: planAround(index, next, decisions, pending), round }
  const across = planAcross(index, stories, round, decisions)
  return across && { ...across, round: round + 1 }
}

/**
 * The next plan across languages, null at the end: by meaning around one story after the other, or else by the words that
 * languages share, for all at once.
 */
function planAcross(
  index: ThreadIndex,
  stories: readonly SeenStory[],
  round: number,
  decisions: EditorDecisions,
): { steps: readonly Step[] } | null {
  if (index.meansAcross) {
    const story = stories[round]
    if (!story) return null
    // Its thread had its turn.
    const isDone = stories.slice(0, round).some(({ thread }) => thread === story.thread)
    return { steps: isDone ? [] : joinAcross(index, story, decisions) }
  }
  if (round >= ROUNDS || index.weights.vocabulary.languages < 2) return null
  const steps = mergesAcross(index, stories, decisions)
  return steps.length === 0 ? null : { steps }
}

/** How far a review has come, in whole numbers that a store keeps. */
export interface Progress {
  /** Stories with ids up to this one are done. */
  reviewed: number
  /** The review ends with this one. */
  until: number
  /** Of the batch of ids that follow `reviewed`, those that a plan has covered: a bit each. */
  covered: number
  /** Rounds of merges across languages that the batch has seen. */
  round: number
}

/**
 * The next plan of a review and how far it has come when that is carried out; null at the end. A plan may be empty. First
 * come the plans in each language around the stories of a batch, in the order of ids, then merges across languages.
 */
export function nextPlan(
  index: ThreadIndex,
  progress: Progress,
  decisions: EditorDecisions = NO_DECISIONS,
): { steps: readonly Step[]; progress: Progress } | null {
  const { until, covered, round } = progress
  const first = covered === 0 && round === 0 ? firstAfter(index, progress) : progress.reviewed + 1
  if (first > until) return progress.reviewed >= until ? null : { steps: [], progress: finished(until, until) }
  const batch: SeenStory[] = []
  for (let id = first; id < first + BATCH && id <= until; id++) {
    const story = index.story(id)
    if (story) batch.push(story)
  }
  const at = { reviewed: first - 1, until }
  if (round === 0) {
    const pending = new Set(batch.filter(({ id }) => (covered & (1 << (id - first))) === 0))
    const [next] = pending
    if (next) {
      const steps = planAround(index, next, decisions, pending)
      let done = 0
      for (const story of batch) if (!pending.has(story)) done |= 1 << (story.id - first)
      return { steps, progress: { ...at, covered: done, round: 0 } }
    }
  }
  const done = finished(Math.min(until, first + BATCH - 1), until)
  const across = planAcross(index, batch, round, decisions)
  return across ? { ...across, progress: { ...at, covered, round: round + 1 } } : { steps: [], progress: done }
}

const finished = (reviewed: number, until: number): Progress => ({ reviewed, until, covered: 0, round: 0 })

/** The first id after those reviewed that is in the window; one past the end where none is. */
function firstAfter(index: ThreadIndex, { reviewed, until }: Progress): number {
  // Ids follow one another closely, but for those of a review that was far behind.
  if (until - reviewed > index.size.stories) {
    let first = until + 1
    for (const { id } of index.stories()) if (id > reviewed && id < first) first = id
    return first
  }
  for (let id = reviewed + 1; id <= until; id++) if (index.story(id)) return id
  return until + 1
}

/** A step that was carried out, with the id of the thread that its stories went to. */
export type Carried = Step & { into: number }

/**
 * Carry a plan out in the index alone. `open` gives the id of each thread that a step opens.
 */
export function carryOut(index: ThreadIndex, steps: readonly Step[], open: (step: Step) => number): Carried[] {
  const opened: number[] = []
  return steps.map(step => {
    if (step.kind === 'split') opened[step.to.opens] = open(step)
    const into = idOf(step.to, opened)
    const from = index.thread(step.from)
    const stories = step.kind !== 'merge' ? step.stories : from ? storiesOf(from).map(({ id }) => id) : []
    for (const story of [...stories].sort((a, b) => a - b)) index.move(story, into)
    return { ...step, into }
  })
}

/** The id of a target, given those of the threads that were opened. */
export function idOf(target: Target, opened: readonly number[]): number {
  return 'thread' in target ? target.thread : (opened[target.opens] as number)
}

/** A whole review of the stories with ids above `since`, carried out in the index alone. */
export function* reviewAll(
  index: ThreadIndex,
  since: number,
  open: (step: Step) => number,
  decisions: EditorDecisions = NO_DECISIONS,
): Generator<Carried> {
  let until = since
  for (const { id } of index.stories()) if (id > until) until = id
  let progress: Progress = finished(since, until)
  for (;;) {
    const next = nextPlan(index, progress, decisions)
    if (next === null) return
    yield* carryOut(index, next.steps, open)
    progress = next.progress
  }
}
