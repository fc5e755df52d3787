// The plan of a review in one language: the threads around a new story are grouped afresh, with all stories that have come by
// now. A story that was placed by the first report of an event may belong elsewhere an hour later. Pure.

import { type Evidence, reasons, sharedBy, thousandths } from './explain.ts'
import { areEditions } from './form.ts'
import { groups } from './grouping.ts'
import { type ActiveThread, type Part, partsOf, type SeenStory } from './index/active.ts'
import type { ThreadIndex } from './index/index.ts'
import { likenesses } from './likeness.ts'
import { type EditorDecisions, parted, type Step, storiesOf, type Target } from './plan.ts'
import { neighbours } from './region.ts'
import { GROUPED_AT_ONCE, GROUPED_OF_A_PART } from './tuning.ts'

/**
 * What a new story calls for in its own language: the threads around it, and around other `pending` stories met there, grouped
 * afresh. These stories are pending no longer.
 */
export function planAround(
  index: ThreadIndex,
  story: SeenStory,
  decisions: EditorDecisions,
  pending: Set<SeenStory> = new Set([story]),
): readonly Step[] {
  return regrouped(index, around(index, story, pending), decisions)
}

/** The parts around a story, and around other pending stories in them, which are pending no longer. */
function around(index: ThreadIndex, first: SeenStory, pending: Set<SeenStory>): Part[] {
  const { language } = first
  const region = new Set<Part>()
  let size = 0
  const queue = [first]
  const take = (part: Part | undefined) => {
    if (!part || region.has(part)) return
    const more = Math.min(GROUPED_OF_A_PART, part.stories.length)
    if (region.size > 0 && size + more > GROUPED_AT_ONCE) return
    region.add(part)
    size += more
    for (const story of part.stories.slice(-GROUPED_OF_A_PART)) if (pending.has(story)) queue.push(story)
  }
  for (let story = queue.shift(); story; story = queue.shift()) {
    if (!pending.delete(story)) continue
    take(story.thread.parts.get(language))
    const { own } = index.weights.termsOf(story)
    for (const part of neighbours(index, own, language, story.time)) take(part)
  }
  return [...region]
}

/** Parts grouped afresh, as the steps from the threads there are to those there should be. */
function regrouped(index: ThreadIndex, parts: readonly Part[], decisions: EditorDecisions): readonly Step[] {
  const stories = parts.flatMap(part => part.stories.slice(-GROUPED_OF_A_PART)).sort((a, b) => a.id - b.id)
  if (stories.length < 2) return []
  const { values, size, accepted, cohesion } = likenesses(index, stories)
  const found = groups(values.slice(), size, { threshold: accepted, cohesion, ...bound(stories, decisions) })
  if (areThreads(stories, found)) return []
  const likeness = (one: number, other: number) => values[one * size + other] as number
  return new Draft(index, stories, found, likeness, thousandths(accepted)).steps(decisions)
}

/** Whether each group is one thread, wholly: nothing is to be done. */
function areThreads(stories: readonly SeenStory[], found: readonly (readonly number[])[]): boolean {
  const threads = new Set<ActiveThread>()
  for (const group of found) {
    const { thread } = stories[group[0] as number] as SeenStory
    if (threads.has(thread) || group.some(place => stories[place]?.thread !== thread)) return false
    threads.add(thread)
  }
  return true
}

/** A thread that a plan opens, and its first story. */
interface Opened {
  opens: number
  first: SeenStory
}

/** Likeness of the stories at two places. */
type Likeness = (one: number, other: number) => number

/** A plan on its way: where each story stands after the steps so far. */
export class Draft {
  readonly #index: ThreadIndex
  readonly #stories: readonly SeenStory[]
  readonly #groups: readonly (readonly number[])[]
  readonly #likeness: Likeness
  readonly #threshold: number
  readonly #steps: Step[] = []
  readonly #moved = new Map<SeenStory, ActiveThread | Opened>()
  #opened = 0

  constructor(
    index: ThreadIndex,
    stories: readonly SeenStory[],
    found: readonly (readonly number[])[],
    likeness: Likeness,
    threshold: number,
  ) {
    this.#index = index
    this.#stories = stories
    this.#groups = found
    this.#likeness = likeness
    this.#threshold = threshold
  }

  steps(decisions: EditorDecisions): readonly Step[] {
    const { target, home } = homes(this.#stories, this.#groups)
    const targets = new Map<number, ActiveThread | Opened>(target)
    const threads = [...home.keys()].sort((a, b) => a.id - b.id)
    // What leaves goes first, so that a thread that is merged away takes nothing along that belongs elsewhere.
    for (const thread of threads) {
      for (const at of this.#groups.keys()) if (home.get(thread) !== at) this.#leave(thread, at, home, targets)
    }
    for (const thread of threads) this.#join(thread, home.get(thread) as number, targets, decisions)
    return this.#steps
  }

  /** Stories of a thread that belong to a group which is not its home leave it. */
  #leave(
    thread: ActiveThread,
    at: number,
    home: ReadonlyMap<ActiveThread, number>,
    targets: Map<number, ActiveThread | Opened>,
  ): void {
    const group = this.#groups[at] as readonly number[]
    const leaving = group.filter(place => this.#threadOf(place) === thread)
    const [first] = leaving
    if (first === undefined) return
    const to = targets.get(at)
    const stories = leaving.map(place => this.#stories[place] as SeenStory)
    const ids = stories.map(({ id }) => id)
    if (to === undefined) {
      const staying = (this.#groups[home.get(thread) as number] as readonly number[]).filter(
        place => this.#threadOf(place) === thread,
      )
      const opened = { opens: this.#opened++, first: stories[0] as SeenStory }
      const why = { ...this.#why(leaving, staying), reasons: [] }
      this.#steps.push({ kind: 'split', from: thread.id, stories: ids, to: { opens: opened.opens }, why })
      targets.set(at, opened)
      for (const story of stories) this.#moved.set(story, opened)
      return
    }
    const others = group.filter(place => !leaving.includes(place))
    this.#move(thread, to, stories, this.#why(leaving, others))
  }

  /** A thread joins the one of the group that is its home. */
  #join(
    thread: ActiveThread,
    at: number,
    targets: ReadonlyMap<number, ActiveThread | Opened>,
    decisions: EditorDecisions,
  ): void {
    const to = targets.get(at) as ActiveThread | Opened
    if (to === thread) return
    const group = this.#groups[at] as readonly number[]
    const leaving = group.filter(place => this.#threadOf(place) === thread)
    const others = group.filter(place => !leaving.includes(place))
    const why = this.#why(leaving, others)
    const first = this.#stories[leaving[0] as number] as SeenStory
    const all = this.#storiesOf(thread)
    const languages = new Set(leaving.map(place => this.#stories[place]?.language))
    const mine = all.filter(({ language }) => languages.has(language))
    // The likeness is one of these languages' stories, so those of others stay; but an editor's decision holds for all.
    if (mine.length < all.length && !all.some(({ id }) => decisions.knows(id))) {
      this.#move(thread, to, mine, why)
    } else if (!parted(all, this.#storiesOf(to), decisions)) {
      const reasons = this.#reasons(first, to)
      this.#steps.push({ kind: 'merge', from: thread.id, to: targetOf(to), why: { ...why, reasons } })
      for (const story of all) this.#moved.set(story, to)
    }
  }

  #move(
    from: ActiveThread,
    to: ActiveThread | Opened,
    stories: readonly SeenStory[],
    why: Omit<Step['why'], 'reasons'>,
  ): void {
    const reasons = this.#reasons(stories[0] as SeenStory, to)
    const ids = stories.map(({ id }) => id)
    this.#steps.push({ kind: 'move', from: from.id, stories: ids, to: targetOf(to), why: { ...why, reasons } })
    for (const story of stories) this.#moved.set(story, to)
  }

  #threadOf(place: number): ActiveThread | Opened {
    const story = this.#stories[place] as SeenStory
    return this.#moved.get(story) ?? story.thread
  }

  /** The stories of a thread after the steps so far. */
  #storiesOf(thread: ActiveThread | Opened): SeenStory[] {
    const before = 'opens' in thread ? [] : storiesOf(thread).filter(story => !this.#moved.has(story))
    return [...before, ...[...this.#moved].filter(([, to]) => to === thread).map(([story]) => story)]
  }

  #why(leaving: readonly number[], others: readonly number[]): Omit<Step['why'], 'reasons'> {
    return { score: thousandths(this.#meanLikeness(leaving, others)), threshold: this.#threshold }
  }

  #meanLikeness(some: readonly number[], others: readonly number[]): number {
    let sum = 0
    for (const one of some) for (const other of others) sum += this.#likeness(one, other)
    return some.length * others.length > 0 ? sum / (some.length * others.length) : 0
  }

  /** What a story shares with the thread it goes to: with the first story of one that is only being opened. */
  #reasons(story: SeenStory, to: ActiveThread | Opened): Evidence[] {
    const index = this.#index
    const thread = 'opens' in to ? to.first.thread : to
    const { own, shared } = index.weights.termsOf(story)
    const part = thread.parts.get(story.language)
    if (part) return reasons(sharedBy(index, own, part))
    return partsOf(thread).map(other => reasons(sharedBy(index, shared, other)))[0] ?? []
  }
}

const targetOf = (to: ActiveThread | Opened): Target => ('opens' in to ? { opens: to.opens } : { thread: to.id })

/** What editors said, and that two editions are never one. A thread that an editor has looked at is not taken apart. */
function bound(stories: readonly SeenStory[], decisions: EditorDecisions) {
  const together: [number, number][] = []
  const apart: [number, number][] = []
  const judged = new Set([...new Set(stories.map(({ thread }) => thread))].filter(one => isJudged(one, decisions)))
  const firsts = new Map<ActiveThread, number>()
  for (const [at, one] of stories.entries()) {
    if (judged.has(one.thread)) {
      const first = firsts.get(one.thread)
      if (first === undefined) firsts.set(one.thread, at)
      else together.push([first, at])
    }
    for (let before = 0; before < at; before++) {
      const other = stories[before] as SeenStory
      if (one.thread === other.thread && judged.has(one.thread)) continue
      if (areEditions(one, other) || (decisions.knows(one.id) && decisions.apart(one.id, other.id)))
        apart.push([before, at])
    }
  }
  return { together, apart }
}

/**
 * Where each thread is at home: the group that holds most of its stories; of two alike, that of its oldest. The oldest thread
 * at home in a group gives it its id; one that other languages tell too only if it brings half of the group, for what those
 * tell was not asked.
 */
function homes(stories: readonly SeenStory[], found: readonly (readonly number[])[]) {
  const held = new Map<ActiveThread, Map<number, number>>()
  for (const [at, group] of found.entries()) {
    for (const place of group) {
      const { thread } = stories[place] as SeenStory
      const counts = held.get(thread) ?? new Map<number, number>()
      counts.set(at, (counts.get(at) ?? 0) + 1)
      held.set(thread, counts)
    }
  }
  const home = new Map<ActiveThread, number>()
  const target = new Map<number, ActiveThread>()
  const claims = new Map<number, ActiveThread>()
  for (const [thread, counts] of [...held].sort(([a], [b]) => a.id - b.id)) {
    const [most] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])
    const [at, count] = most as [number, number]
    home.set(thread, at)
    if (!claims.has(at)) claims.set(at, thread)
    const sure = thread.parts.size === 1 || 2 * count >= (found[at] as number[]).length
    if (sure && !target.has(at)) target.set(at, thread)
  }
  for (const [at, thread] of claims) if (!target.has(at)) target.set(at, thread)
  return { home, target }
}

/** Whether there is a decision of an editor about a thread's stories. */
const isJudged = (thread: ActiveThread, decisions: EditorDecisions): boolean =>
  storiesOf(thread).some(({ id }) => decisions.knows(id))
