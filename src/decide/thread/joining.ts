// Which parts of threads in different languages tell of one event, by what they mean: the parts around a thread are grouped
// afresh, none divided, two of one language never in one group. Pure.
import { thousandths } from './explain.ts'
import { groups } from './grouping.ts'
import { type ActiveThread, gapOf, type Part, partsOf, type SeenStory } from './index/active.ts'
import type { ThreadIndex } from './index/index.ts'
import { type EditorDecisions, type Step, storiesOf } from './plan.ts'
import { Draft } from './regroup.ts'
import { GROUPED_OF_A_PART, JOIN_AROUND, JOIN_DECAY, JOIN_LINK, JOIN_NEAR } from './tuning.ts'
import { dotOf } from './vectors.ts'

/** A part with the mean of what its latest stories mean, in unit vectors, and their mean time. */
interface Unit {
  part: Part
  stories: SeenStory[]
  mean: Float64Array
  time: number
}

/** What the thread of a story calls for across languages. */
export function joinAcross(index: ThreadIndex, story: SeenStory, decisions: EditorDecisions): readonly Step[] {
  if (isJudged(story.thread, decisions)) return []
  const threads = [story.thread, ...nearby(index, story.thread, decisions)]
  const units = threads.flatMap(partsOf).flatMap(part => unitOf(index, part) ?? [])
  if (units.length < 2) return []
  const size = units.length
  const likeness = new Float64Array(size * size)
  const apart: [number, number][] = []
  for (const [at, one] of units.entries()) {
    likeness[at * size + at] = one.stories.length ** 2
    for (let before = 0; before < at; before++) {
      const other = units[before] as Unit
      if (one.part.language === other.part.language) apart.push([before, at])
      const value = alike(one, other) * one.stories.length * other.stories.length
      likeness[at * size + before] = value
      likeness[before * size + at] = value
    }
  }
  const threshold = JOIN_LINK * index.settings.threshold
  const counts = units.map(({ stories }) => stories.length)
  const found = groups(likeness.slice(), size, { threshold, cohesion: 0, together: [], apart, counts })
  if (areThreads(units, found)) return []
  return planOf(index, units, found, likeness, threshold, decisions)
}

/** The plan over the stories of the units. */
function planOf(
  index: ThreadIndex,
  units: readonly Unit[],
  found: readonly (readonly number[])[],
  likeness: Float64Array,
  threshold: number,
  decisions: EditorDecisions,
): readonly Step[] {
  const stories = units.flatMap(unit => unit.part.stories)
  const unitOfStory = units.flatMap((unit, at) => unit.part.stories.map(() => at))
  const places = new Map<number, number[]>()
  for (const [place, unit] of unitOfStory.entries()) places.set(unit, [...(places.get(unit) ?? []), place])
  const groupsOfStories = found.map(group => group.flatMap(unit => places.get(unit) ?? []).sort((a, b) => a - b))
  const between = (one: number, other: number): number => {
    const [a, b] = [unitOfStory[one] as number, unitOfStory[other] as number]
    const pairs = (units[a] as Unit).stories.length * (units[b] as Unit).stories.length
    return (likeness[a * units.length + b] as number) / pairs
  }
  return new Draft(index, stories, groupsOfStories, between, thousandths(threshold)).steps(decisions)
}

function areThreads(units: readonly Unit[], found: readonly (readonly number[])[]): boolean {
  const threads = new Set<ActiveThread>()
  for (const group of found) {
    const { thread } = (units[group[0] as number] as Unit).part
    if (threads.has(thread) || group.some(at => units[at]?.part.thread !== thread)) return false
    threads.add(thread)
  }
  return true
}

function alike(one: Unit, other: Unit): number {
  if (one.mean.length !== other.mean.length) return 0
  return Math.max(0, dotOf(one.mean, other.mean)) * Math.exp(-Math.abs(one.time - other.time) / JOIN_DECAY)
}

function unitOf(index: ThreadIndex, part: Part): Unit | null {
  const stories = part.stories.slice(-GROUPED_OF_A_PART).filter(({ vector }) => vector !== null)
  const [first] = stories
  if (!first) return null
  const mean = new Float64Array(first.vector?.length ?? 0)
  let time = 0
  for (const story of stories) {
    const own = index.meaning(part.language, story.vector)
    if (own?.length !== mean.length) return null
    for (let at = 0; at < mean.length; at++) mean[at] = (mean[at] as number) + (own[at] as number) / stories.length
    time += story.time / stories.length
  }
  return { part, stories, mean, time }
}

/** Threads with a part of another language near one of this thread's, the nearest first. */
function nearby(index: ThreadIndex, thread: ActiveThread, decisions: EditorDecisions): ActiveThread[] {
  const mine = partsOf(thread).flatMap(part => unitOf(index, part) ?? [])
  if (mine.length === 0) return []
  const found = new Map<ActiveThread, number>()
  for (const one of mine) {
    for (const part of index.meantAlike(one.part.language, one.mean)) {
      const other = part.thread
      if (other === thread || gapOf(thread, other) > index.settings.window) continue
      const near = index.meant(part, one.mean)
      if (near >= JOIN_NEAR && near > (found.get(other) ?? 0)) found.set(other, near)
    }
  }
  return [...found]
    .sort(([a, x], [b, y]) => y - x || a.id - b.id)
    .map(([other]) => other)
    .filter(other => !isJudged(other, decisions))
    .slice(0, JOIN_AROUND)
}

const isJudged = (thread: ActiveThread, decisions: EditorDecisions): boolean =>
  storiesOf(thread).some(({ id }) => decisions.knows(id))
