// Titles of feeds: they name the choice, so that several feeds of one site can be told apart in a feed reader.

import { cleanLine } from '../language/markup.ts'
import type { Selection } from '../model/shown.ts'
import type { EditionKind } from './edition.ts'
import { agenciesOrMore } from './words/feeds.ts'
import type { Words } from './words/index.ts'

const SEPARATOR = ' · '

/**
 * The title of a feed of `title`: "Minwal · “dam” · العربية · three agencies or more". What only says how much of it is wanted
 * (`since`, `limit`, `page`) is no part of it. `agency` is the name of the chosen agency.
 */
export function feedTitle(
  title: string,
  kind: EditionKind,
  chosen: Partial<Selection>,
  agency: string | null,
  words: Words,
): string {
  const { q, lang, category, credit, minAgencies, signals } = chosen
  // What is asked of every feed of its kind says nothing.
  const least = kind === 'threads' ? (minAgencies ?? 2) : (minAgencies ?? 1)
  const usual = kind === 'threads' ? 2 : 1
  return [
    title,
    kind === 'threads' ? words.threadsFeed : null,
    q === undefined ? null : words.quoted(cleanLine(q)),
    agency === null ? null : cleanLine(agency),
    category === undefined ? null : cleanLine(category),
    credit === undefined ? null : `${words.credits}: ${cleanLine(credit)}`,
    lang === undefined ? null : words.languageName(lang),
    signals === undefined ? null : words.corrections,
    least === usual ? null : agenciesOrMore(words, least),
  ]
    .filter(part => part !== null && part !== '')
    .join(SEPARATOR)
}
