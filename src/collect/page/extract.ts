// Finds the text of a report in the tree of its page: prune, Readability, clean, and what the page's JSON-LD says of it.
import type { Block } from './blocks.ts'
import { blocksOf } from './blocks.ts'
import { cleaned } from './clean.ts'
import { coverage, headlineShare, lengthOf, triplesOf } from './compare.ts'
import { HEADINGS } from './elements.ts'
import { paragraphText, pruned } from './prune.ts'
import { readable } from './readable.ts'
import type { Box } from './tree.ts'

/** Share of a headline's words that the heading of its article has. */
const HEADED = 0.6
/** Paragraph text of an article that is more than a teaser. */
const TEASER = 100
/** Share of the unpruned text under which pruning lost the report. */
const LOST = 0.5
/** Length under which a text is looked for once more, by where its headline stands. */
const SHORT = 250

export interface Found {
  blocks: Block[]
  /** Whether the page holds several reports, of which one was chosen. */
  isChosen: boolean
}

const lengthOfBlocks = (blocks: readonly Block[]): number => blocks.reduce((sum, { text }) => sum + lengthOf(text), 0)

/** The first heading in an element, and where it leads. */
function headingOf(box: Box): { text: string; link: string | null; rank: string } | null {
  const linkIn = (one: Box): string | null => {
    if (one.name === 'a') return one.attributes['href'] ?? ''
    for (const part of one.parts) {
      const link = typeof part === 'string' ? null : linkIn(part)
      if (link !== null) return link
    }
    return null
  }
  const visit = (one: Box, link: string | null): { text: string; link: string | null; rank: string } | null => {
    if (HEADINGS.has(one.name)) {
      const text = blocksOf(one)
        .map(block => block.text)
        .join(' ')
      return text === '' ? null : { text, link: link ?? linkIn(one), rank: one.name }
    }
    for (const part of one.parts) {
      if (typeof part === 'string') continue
      const found = visit(part, part.name === 'a' ? (part.attributes['href'] ?? '') : link)
      if (found !== null) return found
    }
    return null
  }
  return visit(box, null)
}

/** Elements that hold a whole report each, by their own word, or by alike elements with a main heading each. */
function reportsIn(root: Box): Box[] {
  const articles: Box[] = []
  const visit = (box: Box): void => {
    for (const part of box.parts) {
      if (typeof part === 'string') continue
      if (part.name === 'article' || part.attributes['role'] === 'article') articles.push(part)
      else visit(part)
    }
  }
  visit(root)
  return articles.length > 1 ? articles : alikeWithHeadings(root)
}

function alikeWithHeadings(root: Box): Box[] {
  const counts = new Map<Box, number>()
  const count = (box: Box): number => {
    let found = box.name === 'h1' ? 1 : 0
    for (const part of box.parts) if (typeof part !== 'string') found += count(part)
    counts.set(box, found)
    return found
  }
  if (count(root) < 2) return []
  const visit = (box: Box): Box[] => {
    const inner = box.parts.filter(part => typeof part !== 'string').filter(part => (counts.get(part) ?? 0) > 0)
    const [first] = inner
    const isAlike = (part: Box): boolean =>
      part.name === first?.name && part.attributes['class'] === first.attributes['class'] && part.name !== 'h1'
    if (inner.length > 1 && inner.every(part => counts.get(part) === 1 && isAlike(part))) return inner
    return inner.flatMap(part => ((counts.get(part) ?? 0) > 1 ? visit(part) : []))
  }
  return visit(root)
}

/** Of a page with several reports the one with that headline; null where there is one, or none is. */
export function chosenReport(root: Box, headline: string, isOwn: (link: string) => boolean): Box | null {
  const reports = reportsIn(root)
  if (reports.length < 2 || headline === '') return null
  const weights = paragraphText(root)
  const headed = reports.map(box => ({ box, heading: headingOf(box) })).filter(({ heading }) => heading !== null)
  let best: { box: Box; share: number } | null = null
  for (const { box, heading } of headed) {
    if (heading === null || (heading.link !== null && !isOwn(heading.link))) continue
    const share = headlineShare(headline, heading.text)
    const weight = weights.get(box) ?? 0
    if (share >= HEADED && weight >= TEASER && share > (best?.share ?? 0)) best = { box, share }
  }
  // The heading of a lone article is no choice.
  return headed.length > 1 ? (best?.box ?? null) : null
}

/** The smallest element that holds every paragraph behind the headline. */
function behindHeadline(root: Box, headlines: readonly string[]): Box | null {
  let isBehind = false
  const visit = (box: Box): Box | null => {
    const held: Box[] = []
    let own = 0
    for (const part of box.parts) {
      if (typeof part === 'string') {
        if (isBehind && part.trim().length >= 60) own++
        continue
      }
      if (HEADINGS.has(part.name)) {
        const text = blocksOf(part)
          .map(block => block.text)
          .join(' ')
        if (headlines.some(headline => headlineShare(headline, text) >= 0.8)) isBehind = true
        continue
      }
      if (part.name === 'p') {
        if (isBehind && blocksOf(part).some(({ linked }) => linked < 0.5)) own++
        continue
      }
      const found = visit(part)
      if (found !== null) held.push(found)
    }
    return own > 0 || held.length > 1 ? box : (held[0] ?? null)
  }
  return visit(root)
}

async function textBlocks(root: Box, headlines: readonly string[]): Promise<Block[]> {
  const found = await readable(root, headlines[0] ?? '')
  return found === null ? [] : cleaned(blocksOf(found), headlines)
}

/** The blocks of the report. */
export async function extract(root: Box, headlines: readonly string[]): Promise<Block[]> {
  const thin = pruned(root)
  let blocks = await textBlocks(thin, headlines)
  // Where little is left, what was taken out may have been the report.
  const before = paragraphText(root).get(root) ?? 0
  if (lengthOfBlocks(blocks) < LOST * before) {
    const whole = await textBlocks(root, headlines)
    if (lengthOfBlocks(blocks) < LOST * lengthOfBlocks(whole)) blocks = whole
  }
  if (lengthOfBlocks(blocks) < SHORT) {
    const box = behindHeadline(thin, headlines)
    const near = box === null ? [] : cleaned(blocksOf(box), headlines)
    if (near.length > 0) return near
  }
  return blocks
}

/** Shares of words by which JSON-LD is a witness, and by which it is the better text. */
const SAME = 0.6
const THIRD = 1 / 3
const LONGER = 1.2

/** The text in the light of the page's JSON-LD: blocks that it lacks go; where it has much more of the same, it is the text. */
export function witnessed(blocks: readonly Block[], body: string | null): Block[] {
  if (body === null || body === '' || blocks.length === 0) return [...blocks]
  const text = blocks.map(block => block.text).join('\n')
  const [ours, theirs] = [triplesOf(text), triplesOf(body)]
  const [own, other] = [new Set(ours), new Set(theirs)]
  const [there, here] = [coverage(ours, other), coverage(theirs, own)]
  if (theirs.length > LONGER * ours.length && there >= THIRD) {
    return body.split('\n').map(line => ({ text: line, linked: 0, isHeading: false }))
  }
  if (there < SAME || here < SAME) return [...blocks]
  const words = ` ${theirs.map(triple => triple.split(' ')[0]).join(' ')} ${(theirs[theirs.length - 1] ?? '').split(' ').slice(1).join(' ')} `
  return blocks.filter(block => {
    const triples = triplesOf(block.text)
    if (triples.length === 0) return false
    return triples.length === 1 ? words.includes(` ${triples[0]} `) : coverage(triples, other) > 0
  })
}
