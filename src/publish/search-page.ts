// Answers a search: what was typed and what the address says are read together.

import { nearest } from '../language/nearest.ts'
import type { Selection } from '../model/shown.ts'
import type { Rendering } from './delivery.ts'
import { pageDocument } from './documents.ts'
import type { PageContext } from './pages/layout.ts'
import { type SearchInput, searchHtml } from './pages/search.ts'
import type { Choice } from './query.ts'
import { find, type Narrowing, readTyped, selectionOf, type Typed } from './search.ts'
import type { View } from './view.ts'

/** Parameters of an address that mean something to a search. */
const PARAMETERS = ['q', 'lang', 'agency', 'since', 'kind', 'category', 'credit'] as const

export function searchRendering(view: View, context: PageContext, choice: Choice): Rendering {
  const { reader, now } = view
  const given = new URLSearchParams(choice.query)
  const parameters = Object.fromEntries(
    PARAMETERS.flatMap(name => (given.get(name) ? [[name, given.get(name) ?? '']] : [])),
  )
  const typed = choice.selection.q ?? ''
  const read = readTyped(typed, name => agencyOf(view, name), now)
  const selection = selectionOf(read, choice.selection, now)
  const narrowings = [...read.narrowings, ...ofAddress(parameters)]
  const asked = typed !== '' || Object.keys(choice.selection).length > 0
  const found = asked ? find(reader, selection, read, now) : null
  const count = (one: Narrowing): number => {
    const others: Typed = { ...read, narrowings: read.narrowings.filter(other => other !== one) }
    return find(
      reader,
      selectionOf(others, one.typed ? choice.selection : left(choice.selection, one), now),
      others,
      now,
    ).stories
  }
  const wider =
    found === null || found.stories > 0 ? [] : narrowings.map(one => ({ narrowing: one, stories: count(one) }))
  const input: SearchInput = {
    typed,
    read,
    narrowings,
    parameters,
    found,
    wider: wider.filter(({ stories }) => stories > 0),
    feedQuery: feedQuery(selection, parameters),
  }
  return pageDocument(searchHtml(context, input), null)
}

function ofAddress(parameters: Readonly<Record<string, string>>): Narrowing[] {
  const kinds = [
    ['lang', 'lang'],
    ['agency', 'agency'],
    ['since', 'since'],
    ['kind', 'corrections'],
  ] as const
  return kinds.flatMap(([name, kind]) => {
    const value = parameters[name]
    return value === undefined ? [] : [{ kind, text: `${name}:${value}`, value, typed: false }]
  })
}

/** The choice of an address without what one parameter says. */
function left(selection: Partial<Selection>, { kind }: Narrowing): Partial<Selection> {
  const rest = { ...selection }
  if (kind === 'lang' || kind === 'agency' || kind === 'since') delete rest[kind]
  if (kind === 'corrections') delete rest.signals
  return rest
}

/** The agency that someone calls so: by its id, its name or what is nearly that. */
function agencyOf(view: View, asked: string): string | null {
  return asked === ''
    ? null
    : (nearest(asked, view.agencies(), ({ id, name }) => [id, name, ...name.split(/\s+/)])?.id ?? null)
}

/** The query of the feed of a search; what a feed cannot be asked for is left out. */
function feedQuery(selection: Partial<Selection>, parameters: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams()
  if (selection.q !== undefined) query.set('q', selection.q)
  if (selection.lang !== undefined) query.set('lang', selection.lang)
  if (selection.agency !== undefined) query.set('agency', selection.agency)
  for (const name of ['category', 'credit', 'kind']) {
    const value = parameters[name]
    if (value !== undefined) query.set(name, value)
  }
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}
