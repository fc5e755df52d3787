// Proposes rules for a page: none where its list is found without, else a selector of the elements that its reports stand in.
import type { ParsedFeed } from '../../model/collected.ts'
import type { PageRules } from '../../model/config.ts'
import type { Outcome } from '../../model/units.ts'
import { readTree } from '../page/tree.ts'
import { addressOf, keyOf } from './items.ts'
import { type Element, elementsOf, lineOfElement, nearest, within } from './nodes.ts'
import { type ListOptions, parseList } from './read.ts'

/** Links that are looked at, elements around each, and selectors that are tried. */
const MOST_LINKS = 2_000
const HIGHEST = 6
const MOST_TRIED = 6
/** Letters of a headline; what is shorter names a section. */
const SHORTEST = 20
const FEWEST = 3

const AROUND = /^(?:header|footer|nav|aside)$/
/** What needs no escape in a selector, and was hardly made by a machine at each build. */
const CLASS = /^[a-z_][\w-]{1,40}$/i
const MADE = /\d{4}|^(?:css|sc|jsx?)-|[a-z]\d[a-z]\d/i

type Options = Omit<ListOptions, 'rules'>

/** The feed with the rules it was read by; the reason where no list is found on the page. */
export function proposeList(html: string, options: Options): Outcome<ParsedFeed> {
  const found = readBy(html, NOTHING, options)
  if (found.ok) return found
  let best: Outcome<ParsedFeed> = found
  for (const items of candidates(html, options)) {
    const read = readBy(html, { ...NOTHING, items }, options)
    if (read.ok && read.value.entries.length >= FEWEST && (!best.ok || worth(read.value) > worth(best.value)))
      best = read
  }
  return best
}

const NOTHING: PageRules = { items: null, title: null, link: null, time: null, summary: null, zone: null }

function readBy(html: string, rules: PageRules, options: Options): Outcome<ParsedFeed> {
  const read = parseList(html, { ...options, rules })
  if (!read.ok || read.value.list === undefined) return read
  return { ok: true, value: { ...read.value, list: { ...read.value.list, rules } } }
}

/** Reports count, and more so where their date was found: its element is around them. */
function worth({ entries }: ParsedFeed): number {
  const sum = (of: (entry: (typeof entries)[number]) => boolean): number => entries.filter(of).length
  return sum(({ title }) => title.length >= SHORTEST) + sum(({ published }) => published !== null) / 2
}

/** Selectors of elements around links with a headline, those around the most reports first. */
function candidates(html: string, { url }: Options): string[] {
  const tree = readTree(html, { keepsAll: true })
  const reports = new Map<string, Set<string>>()
  let links = 0
  for (const link of within(elementsOf(tree))) {
    const href = link.name === 'a' ? link.attributes['href'] : undefined
    if (href === undefined || ++links > MOST_LINKS) continue
    if (lineOfElement(link).length < SHORTEST || nearest(link, ({ name }) => AROUND.test(name)) !== null) continue
    const address = addressOf(href, { url, base: tree.base ?? url })
    if (!address.ok) continue
    let element: Element | null = link
    for (let height = 0; height < HIGHEST && element !== null; height++, element = element.parent) {
      for (const selector of selectorsOf(element)) {
        reports.set(selector, (reports.get(selector) ?? new Set()).add(keyOf(address.url)))
      }
    }
  }
  return [...reports]
    .filter(([, found]) => found.size >= FEWEST)
    .sort(([, one], [, other]) => other.size - one.size)
    .slice(0, MOST_TRIED * 2)
    .map(([selector]) => selector)
}

/** By name and class; a list's item by its name alone, within a class around it. */
function selectorsOf({ name, attributes, parent }: Element): string[] {
  const found = classesOf(attributes).map(one => `${name}.${one}`)
  if (found.length > 0 || parent === null || !/^(?:li|tr|article|section|div|a)$/.test(name)) return found
  const [around] = classesOf(parent.attributes)
  return around === undefined ? [] : [`.${around} > ${name}`]
}

const classesOf = (attributes: Element['attributes']): string[] =>
  (attributes['class'] ?? '')
    .split(/\s+/, 6)
    .filter(one => CLASS.test(one) && !MADE.test(one))
    .slice(0, 3)
