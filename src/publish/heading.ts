// Titles of feeds: they name the choice, so that several feeds of one site can be told apart in a feed reader.

import { cleanLine } from '../language/markup.ts'
import type { Selection } from '../model/shown.ts'
import type { EditionKind } from './edition.ts'
import type { Words } from './words/index.ts'

const SEPARATOR = ' · '

/**
 * The title of a feed of `title`: "“dam” · العربية · at least 3 agencies · Minwal". What only says how much of it is
 * wanted (`since`, `limit`) is no part of it. `agency` is the name of the chosen agency.
 */
export function feedTitle(
  title: string,
  kind: EditionKind,
  chosen: Partial<Selection>,
  agency: string | null,
  words: Words,
): string {
  const { q, lang, category, credit, minAgencies, signals } = chosen
  return [
    q === undefined ? null : words.quoted(cleanLine(q)),
    agency === null ? null : cleanLine(agency),
    category === undefined ? null : cleanLine(category),
    credit === undefined ? null : `${words.credits}: ${cleanLine(credit)}`,
    lang === undefined ? null : words.languageName(lang),
    signals === undefined ? null : words.corrections,
    minAgencies === undefined || minAgencies < 2 ? null : words.atLeast(words.count('agencies', minAgencies)),
    kind === 'threads' ? words.threadsFeed : null,
    title,
  ]
    .filter(part => part !== null && part !== '')
    .join(SEPARATOR)
}
