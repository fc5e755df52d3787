// Takes the furniture of a page out of its tree before the text is looked for: menus, captions, shares, related reports. What
// holds much of the page's text stays, whatever it is called: an element of the class `paywall` is often the report itself.
import { BLOCK } from './elements.ts'
import type { Box } from './tree.ts'
import { FURNITURE_ELEMENTS, FURNITURE_PAIRS, FURNITURE_ROLES, FURNITURE_WORDS } from './words.ts'

/** Share of a page's text beyond which an element stays: by its class or role, and by its name. */
const MOST_BY_WORDS = 0.3
const MOST_BY_NAME = 0.6
/** Characters of a line that is a paragraph though no element says so. */
const LONG_LINE = 80

/** Characters in paragraphs and long lines, links left out, of an element and of all in it. */
export function paragraphText(root: Box): Map<Box, number> {
  const weights = new Map<Box, number>()
  const visit = (box: Box, inParagraph: boolean): number => {
    let weight = 0
    if (box.name !== 'a') {
      const isParagraph = inParagraph || box.name === 'p'
      for (const part of box.parts) {
        if (typeof part !== 'string') weight += visit(part, isParagraph)
        else {
          const { length } = part.trim()
          if (isParagraph || length >= LONG_LINE) weight += length
        }
      }
    }
    weights.set(box, weight)
    return weight
  }
  visit(root, false)
  return weights
}

const CAPITALS = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g

function furnitureByWords(box: Box): boolean {
  const { class: classes = '', id = '' } = box.attributes
  if (classes === '' && id === '') return false
  for (const name of `${classes} ${id}`.split(/\s+/)) {
    const words = (name.match(CAPITALS) ?? []).map(word => word.toLowerCase())
    for (const [at, word] of words.entries()) {
      if (FURNITURE_WORDS.has(word) || FURNITURE_PAIRS.has(`${word}-${words[at + 1] ?? ''}`)) return true
    }
  }
  return false
}

const HIDING = /display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden/i

function isHidden({ attributes }: Box): boolean {
  return (
    attributes['hidden'] !== undefined ||
    attributes['aria-hidden'] === 'true' ||
    (attributes['style'] !== undefined && HIDING.test(attributes['style']))
  )
}

function roleIsFurniture({ attributes }: Box): boolean {
  const role = attributes['role']
  return role !== undefined && FURNITURE_ROLES.has(role.trim().toLowerCase())
}

/** The tree without its furniture. Elements that stay whole are shared with the tree that is given. */
export function pruned(root: Box): Box {
  const weights = paragraphText(root)
  const total = weights.get(root) ?? 0
  const goes = (box: Box): boolean => {
    const share = total === 0 ? 0 : (weights.get(box) ?? 0) / total
    if (FURNITURE_ELEMENTS.has(box.name)) return share <= MOST_BY_NAME
    if (share > MOST_BY_WORDS) return false
    return isHidden(box) || roleIsFurniture(box) || furnitureByWords(box)
  }
  const visit = (box: Box): Box => {
    const parts: (Box | string)[] = []
    for (const part of box.parts) {
      if (typeof part === 'string') parts.push(part)
      // Words around an inline element that goes stay apart.
      else if (goes(part)) parts.push(BLOCK.has(part.name) ? { name: 'br', attributes: {}, parts: [] } : ' ')
      else parts.push(visit(part))
    }
    return { ...box, parts }
  }
  return visit(root)
}
