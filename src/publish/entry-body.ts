// What the body of a feed's entry says: the text in its own language and direction, then what Minwal knows of it.

import { cleanLine } from '../language/markup.ts'
import type { AgencyPart, StorySummary } from '../model/shown.ts'
import type { Edition } from './edition.ts'
import type { FigurePoint, FigureSeries } from './figures.ts'
import { excerpt, type Html, html, languageTag, nothing, paragraphs, speech, strictUrl } from './markup.ts'
import { bounded } from './pages/toll.ts'
import { feedWords } from './words/feeds.ts'
import type { Words } from './words/index.ts'

/** Below this, a report comes at the same time as the first. */
const AT_ONCE = 60_000

/** Its summary; of a story that has content only, the beginning of its text. Readers that show summaries only show this. */
export function summaryOf(story: StorySummary): string | null {
  const summary = present(story.summary)
  if (summary !== null || present(story.content) === null) return summary
  return html`<p>${excerpt(story.text, 300)}</p>`.source
}

/**
 * The text of a story, marked where it is withdrawn or corrected. `picture` is the address of one that came beside the text,
 * shown where the text has none: few readers show enclosures.
 */
export function bodyOf(story: StorySummary, spoken: Words, picture: string | null, words: Words): string {
  const title = cleanLine(story.title) || excerpt(story.text, 90) || words.untitled
  const own = present(story.content) ?? present(story.summary)
  const text = own ?? (paragraphs(story.text).source || html`<p>${title}</p>`.source)
  const shown = picture === null || /<img\b/i.test(text) ? nothing : html`<p><img src="${picture}" alt=""></p>`
  return `${html`<div ${speech(story.language)}>${notice(story, spoken)}${shown}`.source}${text}</div>`
}

function notice({ withdrawn, signal, language }: StorySummary, words: Words): Html {
  if (!withdrawn && signal !== 'correction') return nothing
  const text = withdrawn ? words.withdrawnText : words.correctedText
  const same = languageTag(language)?.split('-')[0] === words.tag.split('-')[0]
  return html`<p${same ? nothing : html` ${speech(words.tag)}`}><strong>${text}</strong></p>`
}

interface Footed {
  story: StorySummary
  /** Whose copy it is. */
  author: string
  /** Page of the story. */
  page: string
  /** Null in the feed of that thread. */
  thread: { title: string; page: string } | null
  /** What the story changes in its thread, where the feed is of one. */
  changes: Html | null
}

/** Below a text, in the language of the feed: what it brings, who else runs it, whom it credits, and where it belongs. */
export function footerOf({ story, author, page, thread, changes }: Footed, words: Words): Html {
  const said = feedWords(words)
  const also = story.agencies.filter(part => part.id !== story.agency)
  const credits = [...new Set(story.credits.map(cleanLine))].filter(name => name !== '' && name !== author)
  const versions = html`<a href="${page}">${said.versions}</a>`
  // Programs that show text only put nothing between two blocks that have nothing between them.
  return html`<div ${speech(words.tag)}><hr>\n${changes}${
    also.length === 0 ? nothing : html`<p>${said.also} ${inRow(also.map(partLink))}</p>\n`
  }${
    credits.length === 0
      ? nothing
      : html`<p>${said.credited} ${inRow(credits.map(name => html`<bdi>${name}</bdi>`))}</p>\n`
  }<p>${
    thread === null || thread.title === ''
      ? nothing
      : html`${said.event} <a href="${thread.page}"><bdi>${thread.title}</bdi></a> · `
  }${versions}</p></div>`
}

const inRow = (pieces: readonly Html[]): Html[] => pieces.map((piece, at) => html`${at === 0 ? '' : ', '}${piece}`)

export const nameOf = (part: Pick<AgencyPart, 'id' | 'name'>): string => cleanLine(part.name) || part.id

/** The name of an agency, with a link to its own report where its address is known. */
export function partLink(part: AgencyPart): Html {
  const url = strictUrl(part.url ?? null)
  const name = html`<bdi>${nameOf(part)}</bdi>`
  return url === null ? name : html`<a href="${url}">${name}</a>`
}

/** What a story brings to the thread that the edition is of: how long after the first it came, and the numbers it changes. */
export function changesOf({ threads, figures }: Edition, story: StorySummary, words: Words): Html | null {
  const [thread] = threads
  if (thread === undefined) return null
  const after = story.time - thread.first
  const came = after <= 0 ? feedWords(words).first : after < AT_ONCE ? null : words.spell('After', after)
  const numbers = (figures.get(thread.id) ?? []).flatMap(series =>
    series.points.flatMap((point, at) =>
      point.story === story.id ? [change(series, point, series.points[at - 1], words)] : [],
    ),
  )
  const said = [came === null ? null : html`${came}`, ...numbers].filter(piece => piece !== null)
  return said.length === 0 ? null : html`<p>${said.map((piece, at) => html`${at === 0 ? '' : ' · '}${piece}`)}</p>\n`
}

function change(series: FigureSeries, point: FigurePoint, before: FigurePoint | undefined, words: Words): Html {
  const stood =
    before === undefined || before.value === point.value || point.isApart
      ? nothing
      : html` (${feedWords(words).before(bounded({ words }, before))})`
  return html`${kindOf(series, point, words)}: ${bounded({ words }, point)}${stood}`
}

function kindOf({ kind, whom }: FigureSeries, point: FigurePoint, words: Words): string {
  const said = whom === null ? null : point.words
  return words.figureKind[kind] + (said === null ? '' : ` (${cleanLine(said)})`)
}

/** The newest number of a kind, or those that contradict one another. */
export function newestOf({ contradiction, latest }: FigureSeries): FigurePoint[] {
  return contradiction.length > 0 ? contradiction : latest.slice(0, 1)
}

export function tollLine(series: FigureSeries, words: Words): { text: string; markup: Html }[] {
  const points = newestOf(series)
  const [first] = points
  if (first === undefined) return []
  const kind = kindOf(series, first, words)
  const parts = points.map(point => [bounded({ words }, point), cleanLine(point.sourceName)] as const)
  return [
    {
      text: `${kind}: ${parts.map(([value]) => value).join(' / ')}`,
      markup: html`<p>${kind}: ${parts.map(([value, source], index) => html`${index === 0 ? '' : ' / '}${value} (<bdi>${source}</bdi>)`)}</p>`,
    },
  ]
}

function present(markup: string | null): string | null {
  return markup !== null && markup.trim() !== '' ? markup : null
}
