// Reads the page of a report: its bytes to a verdict, and to the report's text where it has it.
import type { PageQuestion, PageReading } from '../../model/page.ts'
import { type Directives, directivesOf } from '../directives.ts'
import { cleanOrNull, cleanText } from '../feed/characters.ts'
import { decodeText } from '../feed/decode.ts'
import { resolve } from '../feed/links.ts'
import { type Block, blocksOf } from './blocks.ts'
import { headlineShare } from './compare.ts'
import { HEADINGS } from './elements.ts'
import { chosenReport, extract, witnessed } from './extract.ts'
import { factsOf, languageOfPage, type PageFacts } from './facts.ts'
import { isSamePlace, judge, type PageEvidence } from './judge.ts'
import { type Box, readTree } from './tree.ts'

/** Bytes of a page that are read. */
export const MAX_PAGE = 8_388_608

const NOTHING_ASKED: Directives = new Map()

const textOf = (blocks: readonly Block[]): string => blocks.map(({ text }) => text).join('\n')

/** Headings that lead elsewhere, and whether a heading that leads somewhere is the report's headline. */
function listed(root: Box, headline: string, isOwn: (link: string) => boolean): { count: number; isListed: boolean } {
  let count = 0
  let isListed = false
  const visit = (box: Box, link: string | null, inHeading: boolean): void => {
    const leads = box.name === 'a' ? (box.attributes['href'] ?? null) : link
    const heading = inHeading || HEADINGS.has(box.name)
    if (heading && leads !== null && (box.name === 'a' || HEADINGS.has(box.name))) {
      if (!isOwn(leads)) count++
      if (headline !== '' && headlineShare(headline, textOf(blocksOf(box))) >= 0.8) isListed = true
      return
    }
    for (const part of box.parts) if (typeof part !== 'string') visit(part, leads, heading)
  }
  visit(root, null, false)
  return { count, isListed }
}

/** What stands on the page right behind its text. */
function behind(shown: readonly Block[], text: readonly Block[]): string {
  const last = text[text.length - 1]?.text
  if (last === undefined) return ''
  const at = shown.findLastIndex(block => block.text === last)
  return at < 0 ? '' : textOf(shown.slice(at + 1, at + 7).filter(({ linked }) => linked < 0.6))
}

/** A page with what was taken for its text, before it is judged. */
export interface TakenPage {
  facts: PageFacts
  text: string
  evidence: PageEvidence
}

/** What would be taken from a page. Never throws for what is in it. */
export async function takePage(bytes: Uint8Array, question: PageQuestion): Promise<TakenPage> {
  const { text: html } = decodeText(bytes.subarray(0, MAX_PAGE), question.contentType)
  const tree = readTree(html)
  const address = question.finalUrl ?? question.url
  const base = (tree.base === null ? null : resolve(tree.base, address)) ?? address
  const facts = factsOf(tree, base)
  const own = [question.url, question.finalUrl, facts.canonical].filter(one => one !== null)
  const isOwn = (link: string): boolean => {
    const to = resolve(link, base)
    return to !== null && own.some(one => isSamePlace(to, one))
  }
  const chosen = chosenReport(tree.body, question.title || (facts.headlines[0] ?? ''), isOwn)
  const root: Box = chosen === null ? tree.body : { ...tree.body, parts: [chosen] }
  const blocks = witnessed(await extract(root, facts.headlines), facts.body)
  const text = textOf(blocks)
  const shown = blocksOf(tree.body)
  const { count, isListed } = listed(tree.body, question.title, isOwn)
  const evidence: PageEvidence = {
    question,
    facts,
    text,
    shown: textOf(shown),
    after: behind(shown, blocks),
    asksPassword: tree.asksPassword,
    directives: question.robots === undefined ? NOTHING_ASKED : directivesOf(tree.metas, question.robots),
    linkedHeadings: count,
    isListed,
  }
  return { facts, text, evidence }
}

/** Read the page whose bytes these are. What it says is safe to be stored and shown, as what feeds say is. */
export async function readPage(bytes: Uint8Array, question: PageQuestion): Promise<PageReading> {
  const { facts, text, evidence } = await takePage(bytes, question)
  const { verdict, because } = judge(evidence)
  const unshown = verdict === 'article' ? cleanOrNull(evidence.directives.get('noarchive') ?? null) : null
  return {
    verdict,
    because: cleanText(because),
    title: cleanOrNull(facts.headlines[0] ?? null),
    published: facts.published,
    modified: facts.modified,
    language: languageOfPage(facts, text),
    publisher: cleanOrNull(facts.publisher),
    canonical: facts.canonical,
    free: facts.free,
    text: verdict === 'article' ? cleanText(text) : null,
    ...(unshown !== null && { unshown }),
  }
}
