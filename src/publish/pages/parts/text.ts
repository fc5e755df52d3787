// Headlines, names, labels and rows of facts.
import { cleanLine } from '../../../language/markup.ts'
import { primaryLanguage } from '../../../language/tag.ts'
import type { Signal } from '../../../model/decided.ts'
import type { Headline, StorySummary } from '../../../model/shown.ts'
import { excerpt, type Html, html, nothing, speech } from '../../markup.ts'
import { type PageContext, pageDirection } from '../layout.ts'

/**
 * Attributes of a block of the page's own words: its language and direction, where what stands around it has others; '' where it
 * has not.
 */
export function own(context: PageContext): Html {
  if (!isInside(context)) return nothing
  return html` lang="${context.words.tag}" dir="${pageDirection(context.language)}"`
}

/** The language of the page's own words, where it is not that of what stands around. */
export function ownLanguage(context: PageContext): Html {
  return isInside(context) ? html` lang="${context.words.tag}"` : nothing
}

const isInside = ({ inside }: PageContext): boolean => inside !== undefined && inside !== null

/** A paragraph of facts. They follow one another as what stands around them runs; each runs as its own words do. */
export function factsLine(context: PageContext, facts: readonly Piece[], more = ''): Html {
  const told = facts.filter(fact => fact !== null)
  if (told.length === 0) return nothing
  return html`<p class="facts${more === '' ? '' : ` ${more}`}"${ownLanguage(context)}>${dotted(told, isInside(context))}</p>`
}

type Piece = Html | string | null

/** A headline without slugs, or the beginning of the text where the feed gave none. */
export function headline(context: PageContext, story: { headline?: string; title: string; text?: string }): string {
  const title = cleanLine(story.headline ?? '') || cleanLine(story.title)
  if (title !== '') return title
  return excerpt(story.text ?? '', 90) || context.words.untitled
}

/** A story's marker: a withdrawn story keeps it while another report leads it. */
export function signalOf(story: Pick<StorySummary, 'signal' | 'withdrawn'>): Signal | null {
  return story.withdrawn ? 'kill' : story.signal
}

/** The label of a flash, a correction or a withdrawn report; nothing else has one. */
export function chip(context: PageContext, signal: Signal | null): Html {
  if (signal === null || signal === 'update') return nothing
  return html`<span class="chip ${signal}"${own(context)}>${context.words.signal[signal]}</span> `
}

/** Names in a row. */
export function names(context: PageContext, list: readonly string[]): Html {
  return html`${list.map((name, index) => html`${index === 0 ? '' : comma(context)}<bdi>${cleanLine(name)}</bdi>`)}`
}

export function comma({ words }: Pick<PageContext, 'words'>): string {
  return words.tag.startsWith('ar') ? '، ' : ', '
}

/** Facts in a row, with dots between them; `apart`, each in a direction of its own. */
export function dotted(facts: readonly (Html | string)[], apart = false): Html {
  return html`<span class="parts">${facts.map(
    fact => html`<span class="part">${apart ? html`<bdi>${fact}</bdi>` : fact}</span> `,
  )}</span>`
}

/** A name of an agency. */
export function by(name: string): Html {
  return html`<bdi class="by">${cleanLine(name)}</bdi>`
}

/** Attributes of a text in another language than what stands around it; '' for the same. */
export function spoken(context: PageContext, language: string | null): Html {
  const around = context.inside
  const same = around !== undefined && around !== null && primaryLanguage(around) === primaryLanguage(language)
  return same ? nothing : html` ${speech(language)}`
}

/** A linked headline in a heading, with its label, struck through when withdrawn. */
export function headed(
  context: PageContext,
  level: 'h2' | 'h3',
  story: Pick<Headline, 'signal' | 'withdrawn' | 'language'>,
  title: string,
  href: string,
): Html {
  const anchor = html`<a href="${href}"${story.withdrawn ? html` class="struck"` : nothing}>${title}</a>`
  const open = html`${spoken(context, story.language)}>${chip(context, signalOf(story))}${anchor}`
  return level === 'h2' ? html`<h2${open}</h2>` : html`<h3${open}</h3>`
}
