// Which CSS selectors a configuration may have: what finds elements by their names, attributes and places, within bounds.
import { createRequire } from 'node:module'
import type { Selector } from 'css-what'

/** Loaded where a page is configured. */
const cssWhat = (): typeof import('css-what') => createRequire(import.meta.url)('css-what') as typeof import('css-what')

const LONGEST = 300
const MOST_PARTS = 60
const DEEPEST = 3

const PLACES = new Set('first-child last-child only-child first-of-type last-of-type only-of-type'.split(' '))
const COUNTED = new Set('nth-child nth-last-child nth-of-type nth-last-of-type'.split(' '))
const GROUPS = new Set('not is where has matches any'.split(' '))
const NTH = /^\s{0,9}(?:odd|even|[+-]?\d{1,6}|[+-]?\d{0,6}n(?:\s{0,9}[+-]\s{0,9}\d{1,6})?)\s{0,9}$/i
const COMBINATORS = new Set(['adjacent', 'child', 'descendant', 'sibling'])

/** What is wrong with a selector, to be read after it; null where nothing is. */
export function selectorFault(written: string): string | null {
  if (written.length > LONGEST) return `must be at most ${LONGEST} characters`
  let parsed: Selector[][]
  try {
    parsed = cssWhat().parse(written)
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error)
    return `must be a CSS selector, like "article.card": ${says}`
  }
  const left = { parts: MOST_PARTS }
  return faultOf(parsed, 1, left) ?? (left.parts < 0 ? `must have at most ${MOST_PARTS} parts` : null)
}

function faultOf(
  alternatives: readonly (readonly Selector[])[],
  depth: number,
  left: { parts: number },
  isRelative = false,
): string | null {
  if (depth > DEEPEST) return `must not be nested deeper than ${DEEPEST} levels`
  for (const parts of alternatives) {
    const [first] = parts
    if (first === undefined) return 'must be a CSS selector, like "article.card"'
    // «:has(> time)» begins where it stands.
    if (COMBINATORS.has(first.type) && !isRelative) return 'must not begin with a combinator'
    for (const part of parts) {
      left.parts--
      const fault = faultOfPart(part, depth, left)
      if (fault !== null) return fault
    }
  }
  return null
}

function faultOfPart(part: Selector, depth: number, left: { parts: number }): string | null {
  switch (part.type as string) {
    case 'tag':
    case 'universal':
    case 'attribute':
      return 'namespace' in part && part.namespace ? 'must not name namespaces' : null
    case 'pseudo': {
      const { name, data } = part as Extract<Selector, { data: unknown }> & { name: string }
      if (PLACES.has(name) && data === null) return null
      if (COUNTED.has(name) && typeof data === 'string' && NTH.test(data)) return null
      if (GROUPS.has(name) && Array.isArray(data)) return faultOf(data, depth + 1, left, name === 'has')
      return `must not have :${name}${data === null ? '' : '(…)'}: what is known are :not, :is, :where, :has, :first-child, :nth-child(2n) and the like`
    }
    default:
      return COMBINATORS.has(part.type) ? null : 'must find elements, not parts of them'
  }
}
