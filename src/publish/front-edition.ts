// Which news the front page shows to whom: the language of the reader where any is written in it, or one that was chosen.
import { primaryLanguage } from '../language/tag.ts'
import type { Rendering } from './delivery.ts'
import { pageDocument } from './documents.ts'
import { type FrontChoice, frontPage } from './front-page.ts'
import { type EditionChoice, type FrontInput, frontHtml } from './pages/front.ts'
import type { PageContext } from './pages/layout.ts'
import type { Choice } from './query.ts'
import type { View } from './view.ts'

/** Columns of languages side by side. */
const COLUMNS = 6

export function frontRendering(view: View, context: PageContext, choice: Choice): Rendering {
  const { reader, config, now } = view
  const editions = editionsOf(view, choice)
  // Files have no choices: they show every language.
  const edition = view.live ? editionOf(choice, editions, primaryLanguage(context.words.tag)) : null
  const frontChoice: FrontChoice = {
    selection: edition === null ? choice.selection : { ...choice.selection, lang: edition },
    columns: edition === null && isPlain(choice) ? columnsOf(editions, primaryLanguage(context.words.tag)) : [],
    page: choice.page,
  }
  const front = frontPage(reader, config, frontChoice, now)
  const empty = view.isEmpty()
  const { agency } = choice.selection
  const input: FrontInput = {
    front,
    edition,
    editions,
    agency: agency === undefined ? null : (view.agencies().find(({ id }) => id === agency)?.name ?? agency),
    page: choice.page,
    query: choice.query,
    feedQuery: feedQuery(choice, edition),
    feeds: view.live ? reader.feedTotals() : null,
    failing: view.live && empty ? reader.feeds().filter(({ state }) => state === 'failing') : [],
    empty,
    online: view.online ?? true,
  }
  return pageDocument(frontHtml(context, input), view.live ? null : front.updated)
}

/** Languages of the window, the most written first. Where nothing is as new, those of all that is on file. */
function editionsOf({ reader, config, now }: View, { selection }: Choice): EditionChoice[] {
  const recent = reader.languages(selection.since ?? now - config.publish.frontPage)
  const found = recent.length > 0 ? recent : reader.languages(0)
  const sums = new Map<string, number>()
  for (const { language, threads } of found) {
    const primary = primaryLanguage(language)
    if (primary !== null && /^[a-z]{2,8}$/.test(primary)) sums.set(primary, (sums.get(primary) ?? 0) + threads)
  }
  return [...sums].map(([language, threads]) => ({ language, threads })).sort((a, b) => b.threads - a.threads)
}

/** Whether nothing but a language was chosen: who looks for one agency wants its news in whatever language. */
function isPlain({ selection }: Choice): boolean {
  const { agency, category, credit, q } = selection
  return agency === undefined && category === undefined && credit === undefined && q === undefined
}

function editionOf(choice: Choice, editions: readonly EditionChoice[], reader: string | null): string | null {
  const { lang } = choice.selection
  if (lang !== undefined) return lang
  if (choice.everyLanguage || !isPlain(choice)) return null
  return editions.length > 1 && editions.some(({ language }) => language === reader) ? reader : null
}

/** The reader's language first. A single one needs no columns. */
function columnsOf(editions: readonly EditionChoice[], reader: string | null): string[] {
  const languages = editions.map(({ language }) => language)
  if (languages.length < 2) return []
  return [...languages.filter(one => one === reader), ...languages.filter(one => one !== reader)].slice(0, COLUMNS)
}

/** The query of the feeds of what is shown: with the language that was chosen by the reader's. */
function feedQuery({ query, selection }: Choice, edition: string | null): string {
  const parameters = new URLSearchParams(query)
  parameters.delete('page')
  if (edition !== null && selection.lang === undefined) parameters.set('lang', edition)
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}
