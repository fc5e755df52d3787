// A toll in a line: the number that a headline states, with the first one given.
import type { Headline } from '../../../model/shown.ts'
import type { FigurePoint, FigureSeries } from '../../figures.ts'
import { statedToll } from '../../headline.ts'
import { type Html, html } from '../../markup.ts'
import type { PageContext } from '../layout.ts'
import { bounded } from '../toll.ts'

/** What a row says of numbers: the toll its headline states, and that sources differ. */
export function tollFacts(context: PageContext, shown: Headline, figures: readonly FigureSeries[]): Html[] {
  const { words } = context
  const found = statedToll(shown, figures)
  if (found === null) return []
  const { of, point } = found
  const facts = [html`<span class="stated">${counted(context, of, point)}</span>${firstOf(context, of, point)}`]
  if (of.contradiction.length > 0) facts.push(html`<span class="differ">${words.differ}</span>`)
  return facts
}

/** `22 killed`, `at least 22 killed`. */
export function counted({ words }: PageContext, of: FigureSeries, point: FigurePoint): string {
  if (point.bound === null) return words.count(of.kind, point.value)
  return `${words.figureKind[of.kind]}${words.colon}${bounded({ words }, point)}`
}

function firstOf({ words }: PageContext, of: FigureSeries, point: FigurePoint): Html | null {
  const first = of.points[0]
  if (first === undefined || first.value >= point.value) return null
  return html` ${words.firstValue(words.number(first.value))}`
}
