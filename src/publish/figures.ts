// Makes series of the numbers that reports give: which of several numbers in a text counts, whose it is, what retracts it, and
// when two at one time contradict each other. Pure.
import type { Figure } from '../model/decided.ts'
import type { FigureView, StorySummary } from '../model/shown.ts'
import type { Millis } from '../model/units.ts'

/** A number as one story gave it. */
export interface FigurePoint {
  value: number
  bound: Figure['bound']
  /** Who said so, as written. */
  said: string | null
  matched: string
  /** The words that say whom it counts, as written; null where it stands bare. */
  words: string | null
  /** Far below the number that stood, and no correction: it counts something else, though the text does not say so. */
  isApart: boolean
  story: number
  /** Whose copy the story is: an agency's id, or a name that the text credits. */
  source: string
  sourceName: string
  /** When this source first gave it, and when it last repeated it. */
  time: Millis
  until: Millis
}

export interface TakenPoint extends FigurePoint {
  why: 'withdrawn' | 'corrected'
}

/** All that a thread says of what became of the same people. */
export interface FigureSeries {
  kind: Figure['kind']
  /** Whom the numbers count: see `Figure.whom`. */
  whom: string | null
  /** What was said and stands, oldest first; a source that repeats itself counts once. */
  points: FigurePoint[]
  /** What was said and taken back, oldest first. */
  taken: TakenPoint[]
  /** The newest of each source that is not apart, newest first. */
  latest: FigurePoint[]
  /** Those of `latest` that stand at the same time and cannot all be true, lowest first; empty where they agree. */
  contradiction: FigurePoint[]
}

/** Numbers given within this time of the newest stand beside it; an older one may only not have been brought up to date. */
const STANDING: Millis = 3 * 3_600_000

/** Share of the number that stood below which another one is no fall of the same toll. */
const FALL = 0.6

const KINDS: readonly Figure['kind'][] = ['killed', 'injured', 'missing', 'arrested', 'displaced']

type Told = Pick<StorySummary, 'id' | 'title' | 'agency' | 'agencyName' | 'signal' | 'withdrawn' | 'origin'>

/**
 * The series of a thread, one a kind and the people that were counted: 18 policemen and 26 gunmen are never one toll. Those of
 * all people, or of people that no text names, come first. A text gives each one number: what the headline says goes before
 * the rest, and otherwise the largest stands, because earlier tolls and parts of one ("ten of them children") are smaller.
 * Copies of a story count once; a text that its agency has revised counts again, with the time of that text. A withdrawn
 * story's numbers are taken back, and a correction takes back what its agency said last: of what its headline counts, where
 * that counts anything.
 */
export function figureSeries(figures: readonly FigureView[], timeline: readonly Told[]): FigureSeries[] {
  const stories = new Map(timeline.map(story => [story.id, story]))
  const headed = new Set(
    figures.filter(figure => isHeaded(figure, stories.get(figure.story))).map(({ story }) => story),
  )
  return KINDS.flatMap(kind =>
    [...Map.groupBy(ofKind(figures, kind), figure => figure.whom)]
      .map(([whom, list]) => series(kind, whom, list, stories, headed))
      .sort(byWeight),
  )
}

const isHeaded = ({ matched }: Pick<FigureView, 'matched'>, story: Told | undefined): boolean =>
  story?.title.includes(matched) ?? false

const ofKind = (figures: readonly FigureView[], kind: Figure['kind']): FigureView[] =>
  figures.filter(figure => figure.kind === kind)

/** All people first, then those of whom most was said. */
function byWeight(a: FigureSeries, b: FigureSeries): number {
  const said = ({ points, taken }: FigureSeries) => points.length + taken.length
  return (
    Number(a.whom !== null) - Number(b.whom !== null) ||
    said(b) - said(a) ||
    (a.whom ?? '').localeCompare(b.whom ?? '', 'en')
  )
}

function series(
  kind: Figure['kind'],
  whom: string | null,
  figures: readonly FigureView[],
  stories: ReadonlyMap<number, Told>,
  headedStories: ReadonlySet<number>,
): FigureSeries {
  const said = [...Map.groupBy(figures, figure => figure.story)].flatMap(([id, list]) => ofStory(list, stories.get(id)))
  said.sort((a, b) => a.time - b.time || a.story - b.story)
  const points: FigurePoint[] = []
  const taken: TakenPoint[] = []
  const newest = new Map<string, FigurePoint>()
  const corrections = new Set<FigurePoint>()
  const last = new Map(said.map(point => [point.story, point]))
  for (const point of said) {
    const story = stories.get(point.story)
    if (story?.withdrawn) {
      const again = taken.find(other => other.story === point.story && other.value === point.value)
      if (again === undefined) taken.push({ ...point, why: 'withdrawn' })
      else again.until = Math.max(again.until, point.until)
      continue
    }
    const before = newest.get(point.source)
    if (before !== undefined && before.value === point.value && before.bound === point.bound) {
      before.until = Math.max(before.until, point.until)
      continue
    }
    // Of a story that was revised into a correction, only the newest text corrects.
    const corrects =
      story?.signal === 'correction' &&
      last.get(point.story) === point &&
      (isHeaded(point, story) || !headedStories.has(point.story))
    if (corrects) corrections.add(point)
    if (before !== undefined && corrects && before.value !== point.value) {
      points.splice(points.indexOf(before), 1)
      taken.push({ ...before, why: 'corrected' })
    }
    points.push(point)
    newest.set(point.source, point)
  }
  setApart(points, corrections)
  const joined = points.filter(point => !point.isApart)
  const latest = [...new Map(joined.map(point => [point.source, point])).values()]
  latest.sort((a, b) => b.until - a.until || b.story - a.story)
  return { kind, whom, points, taken, latest, contradiction: contradiction(latest) }
}

/** Mark what is no fall of the number that stood before it: a toll falls by a correction, or a little. */
function setApart(points: readonly FigurePoint[], corrections: ReadonlySet<FigurePoint>): void {
  let standing: FigurePoint | null = null
  for (const point of points) {
    point.isApart = standing !== null && point.value < FALL * standing.value && !corrections.has(point)
    if (!point.isApart) standing = point
  }
}

/**
 * The numbers a story gave, one for each text of its lead agency that gives any: copies may be cut or out of date. Where
 * that agency gives none, the copies together give one.
 */
function ofStory(figures: readonly FigureView[], story: Told | undefined): FigurePoint[] {
  const own = figures.filter(figure => figure.agency === story?.agency)
  const byTime = [...Map.groupBy(own, figure => figure.time)].sort(([a], [b]) => a - b)
  const texts = own.length > 0 ? byTime.map(([, text]) => text) : [figures]
  return texts.map((text, index) => {
    const headed = text.filter(figure => isHeaded(figure, story))
    const chosen = (headed.length > 0 ? headed : text).reduce((best, figure) =>
      figure.value > best.value || (figure.value === best.value && figure.time < best.time) ? figure : best,
    )
    // A copy may have run before its agency's own feed did; a number that comes back has come back when it did.
    const sooner = index === 0 ? figures.filter(figure => figure.value === chosen.value) : []
    const time = sooner.reduce((first, figure) => Math.min(first, figure.time), chosen.time)
    const { value, bound, said, matched, words } = chosen
    return {
      ...{ value, bound, said, matched, words, isApart: false, story: chosen.story },
      ...sourceOf(chosen, story),
      time,
      until: chosen.time,
    }
  })
}

function sourceOf(figure: FigureView, story: Told | undefined): Pick<FigurePoint, 'source' | 'sourceName'> {
  if (story === undefined) return { source: figure.agency, sourceName: figure.agencyName }
  if (story.origin === null) return { source: story.agency, sourceName: story.agencyName }
  return { source: story.origin.agency ?? story.origin.name, sourceName: story.origin.name }
}

function contradiction(latest: readonly FigurePoint[]): FigurePoint[] {
  const newest = latest[0]?.until ?? 0
  const standing = latest.filter(point => point.until >= newest - STANDING).sort((a, b) => a.value - b.value)
  // No number is in all the ranges: some two of them have none in common.
  const least = Math.max(...standing.map(point => range(point)[0]))
  const most = Math.min(...standing.map(point => range(point)[1]))
  return standing.length > 1 && least > most ? standing : []
}

/** Between what numbers the truth may lie without making this one wrong. */
function range({ value, bound }: FigurePoint): [least: number, most: number] {
  switch (bound) {
    case 'at least':
      return [value, Number.POSITIVE_INFINITY]
    case 'up to':
      return [0, value]
    case 'about':
      return [value * 0.9, value * 1.1]
    case null:
      return [value, value]
  }
}
