// What is searched for: words and operators as they are typed, and what is found, grouped by event. Pure.
import { fold } from '../language/fold.ts'
import { searchExpression } from '../language/search.ts'
import type { Reader, Selection, StorySummary } from '../model/shown.ts'
import type { Millis } from '../model/units.ts'
import { type ListedThread, listed } from './front-page.ts'
import { readMoment } from './query.ts'

/** A part of what was typed, or a parameter of the address, that narrows the search. */
export interface Narrowing {
  kind: 'agency' | 'lang' | 'since' | 'exact' | 'without' | 'corrections'
  /** As it is shown: `agency:sahel`, `"exact words"`, `-word`. */
  text: string
  /** Of an agency, its id. */
  value: string
  /** From the box, rather than from the address. */
  typed: boolean
}

export interface Typed {
  /** The words alone. */
  words: string
  narrowings: Narrowing[]
  /** Names of operators that there are none of. */
  unknown: string[]
}

const OPERATORS = ['agency', 'lang', 'since'] as const
const TOKENS = /(-?)"([^"]*)"|(\S+)/g

/** Read what was typed. `agencyOf` finds an agency by what someone calls it; null where there is none. */
export function readTyped(typed: string, agencyOf: (name: string) => string | null, now: Millis): Typed {
  const words: string[] = []
  const narrowings: Narrowing[] = []
  const unknown: string[] = []
  const add = (kind: Narrowing['kind'], text: string, value: string): void => {
    narrowings.push({ kind, text, value, typed: true })
  }
  for (const [whole, minus = '', quoted, plain = ''] of typed.matchAll(TOKENS)) {
    if (quoted !== undefined) {
      if (quoted.trim() !== '') add(minus === '' ? 'exact' : 'without', whole, quoted.trim())
      continue
    }
    const [, name = '', value = ''] = /^([a-z]{2,12}):(?!\/\/)(.*)$/i.exec(plain) ?? []
    const operator = OPERATORS.find(one => one === name.toLowerCase())
    if (operator !== undefined) {
      const found = readValue(operator, value, agencyOf, now)
      if (found !== null) add(operator, plain, found)
      else words.push(value)
    } else if (name !== '' && value !== '') unknown.push(name)
    else if (plain.startsWith('-') && plain.length > 1) add('without', plain, plain.slice(1))
    else words.push(plain)
  }
  return { words: words.join(' ').trim(), narrowings, unknown }
}

function readValue(
  operator: (typeof OPERATORS)[number],
  value: string,
  agencyOf: (name: string) => string | null,
  now: Millis,
): string | null {
  if (operator === 'agency') return agencyOf(value)
  if (operator === 'lang') return /^[a-z]{2,8}(?:-[a-z0-9]{1,8}){0,2}$/i.test(value) ? value.toLowerCase() : null
  return readMoment(value, now).ok ? value : null
}

/** The selection that these mean, with what the words cannot say to the store left out. */
export function selectionOf({ words, narrowings }: Typed, given: Partial<Selection>, now: Millis): Partial<Selection> {
  const exact = narrowings.filter(({ kind }) => kind === 'exact').map(({ value }) => value)
  const selection: Partial<Selection> = { ...given }
  // What must stand as it was typed must at least be there.
  const q = [words, ...exact].filter(Boolean).join(' ')
  if (q === '') delete selection.q
  else selection.q = q
  for (const { kind, value } of narrowings) {
    if (kind === 'agency') selection.agency = value
    else if (kind === 'lang') selection.lang = value
    else if (kind === 'since') {
      const since = readMoment(value, now)
      if (since.ok) selection.since = since.value
    }
  }
  return selection
}

export interface Facet {
  value: string
  name: string
  count: number
}

/** An event with what was found of it. */
export interface FoundEvent {
  listed: ListedThread
  stories: StorySummary[]
}

export interface Found {
  events: FoundEvent[]
  /** Of these stories, what was taken from their pages. */
  pageTexts: ReadonlyMap<number, string>
  /** Stories found; `more` where there may be others that are older. */
  stories: number
  more: boolean
  languages: Facet[]
  agencies: Facet[]
  corrections: number
}

/** Stories looked through. */
const MOST = 100
const FACETS = 8
const NO_TEXTS: ReadonlyMap<number, string> = new Map()

export function find(reader: Reader, selection: Partial<Selection>, { narrowings }: Typed, now: Millis): Found {
  const looked =
    selection.q !== undefined && searchExpression(selection.q) === null
      ? []
      : reader.recentStories({ ...selection, limit: MOST })
  // Without words, nothing of a text is looked at.
  const pageTexts = selection.q === undefined && narrowings.length === 0 ? NO_TEXTS : reader.pageTexts(idsOf(looked))
  const stories = looked.filter(story => narrowings.every(one => holds(story, pageTexts.get(story.id) ?? '', one)))
  const groups = Map.groupBy(stories, story => story.thread)
  const threads = new Map(threadsOf(reader, stories, now).map(one => [one.thread.id, one]))
  const events = [...groups].flatMap(([id, found]) => {
    const one = threads.get(id)
    return one === undefined ? [] : [{ listed: one, stories: found }]
  })
  return {
    events,
    pageTexts,
    stories: stories.length,
    more: looked.length === MOST,
    languages: facets(stories, story => (story.language === null ? [] : [[story.language, story.language]])),
    agencies: facets(stories, story => story.agencies.map(part => [part.id, part.name])),
    corrections: stories.filter(story => story.withdrawn || story.signal === 'correction').length,
  }
}

const idsOf = (stories: readonly StorySummary[]): number[] => stories.map(({ id }) => id)

/** The events of these stories, named by what was found first of each. */
function threadsOf(reader: Reader, stories: readonly StorySummary[], now: Millis): ListedThread[] {
  const ids = [...new Set(stories.map(story => story.thread))]
  const threads = reader.threads(ids)
  const day = 86_400_000
  return listed(reader, threads, null, now - 3 * day, now).map(one => {
    const first = stories.find(story => story.thread === one.thread.id)
    return first === undefined || first.language === one.headline.language
      ? one
      : { ...one, headline: inLanguageOf(one, first) }
  })
}

/** The event's headline in the language of a story, or the story's own. */
function inLanguageOf(one: ListedThread, story: StorySummary): ListedThread['headline'] {
  const same = one.outline.headlines.find(headline => headline.id === story.id)
  return same ?? one.headline
}

function holds(story: StorySummary, pageText: string, { kind, value }: Narrowing): boolean {
  if (kind !== 'exact' && kind !== 'without') return true
  const text = fold(`${story.title}\n${story.text}\n${pageText}`)
  return text.includes(fold(value)) === (kind === 'exact')
}

function facets(
  stories: readonly StorySummary[],
  of: (story: StorySummary) => readonly (readonly [value: string, name: string])[],
): Facet[] {
  const counts = new Map<string, Facet>()
  for (const [value, name] of stories.flatMap(of)) {
    const known = counts.get(value)
    if (known) known.count++
    else counts.set(value, { value, name, count: 1 })
  }
  return [...counts.values()].sort((a, b) => b.count - a.count).slice(0, FACETS)
}
