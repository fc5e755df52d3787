// Which of the headlines of a thread stands for it, in one language. Pure.
import { primaryLanguage } from '../language/tag.ts'
import type { Headline, ThreadOutline } from '../model/shown.ts'
import type { FigurePoint, FigureSeries } from './figures.ts'

/** Headlines in a language or a variety of it; all of them where none is named. */
export function inLanguage(headlines: readonly Headline[], language: string | null): Headline[] {
  const primary = primaryLanguage(language)
  return headlines.filter(one => primary === null || primaryLanguage(one.language) === primary)
}

/**
 * The headline of a thread in a language: those that state the newest toll that stands go before the others, flashes and
 * withdrawn reports come last; then what most agencies carry, then the newest. Null where the thread has none in that
 * language.
 */
export function threadHeadline(
  outline: Pick<ThreadOutline, 'headlines'>,
  series: readonly FigureSeries[],
  language: string | null,
): Headline | null {
  let best: Headline | null = null
  const stated = standing(series)
  const rank = (one: Headline): number =>
    one.withdrawn ? 0 : stated.some(point => states(one, point)) ? 3 : one.signal === 'flash' ? 1 : 2
  for (const one of inLanguage(outline.headlines, language)) {
    const better =
      best === null ||
      rank(one) - rank(best) ||
      one.agencies - best.agencies ||
      one.time - best.time ||
      one.id - best.id
    if (better === true || (typeof better === 'number' && better > 0)) best = one
  }
  return best
}

/** The newest number of the first kind that is told: the dead before the injured. */
function standing(series: readonly FigureSeries[]): FigurePoint[] {
  const [first] = series
  if (first === undefined) return []
  return first.contradiction.length > 0 ? first.contradiction : first.latest.slice(0, 1)
}

/** The number that a headline states, of those that stand; null where it states none: then the toll is background. */
export function statedToll(
  headline: Headline,
  series: readonly FigureSeries[],
): { of: FigureSeries; point: FigurePoint } | null {
  for (const of of series) {
    const point = [...of.latest, ...of.points.toReversed()].find(one => states(headline, one))
    if (point !== undefined) return { of, point }
  }
  return null
}

function states(headline: Headline, point: FigurePoint): boolean {
  return point.story === headline.id && headline.title.includes(point.matched)
}
