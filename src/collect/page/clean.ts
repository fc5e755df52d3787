// Takes out of the blocks of a text what is no sentence of the report: lines of links, captions, rights, bylines and dates.
import { fold } from '../../language/fold.ts'
import { readDate } from '../feed/dates.ts'
import type { Block } from './blocks.ts'
import { countWords, headlineShare, lengthOf } from './compare.ts'
import { BYLINE_START, CAPTION_END, CAPTION_START, DATE_START, LEADS_AWAY, RIGHTS, TAGS_START } from './words.ts'

/** Share of links beyond which a line is one of links, and words from which it is a paragraph all the same. */
const LINKED = 0.6
const LONG_LINK = 40
/** Words of a caption or a byline at most, of a line over links, of a line of names or dates. */
const LONG_CAPTION = 40
const SHORT = 10
const SHORTEST = 6
/** Length of a paragraph that begins a text. */
const PARAGRAPH = 80

const ENDS_SENTENCE = /[.!?…؟۔।。！？:：][)\]"'”’»」』]{0,3}$/u
const ADDRESS = /^(?:https?:\/\/|www\.)\S+$|^[\w.+-]{1,64}@[\w.-]{1,200}$/i
const HAS_LETTER = /[\p{L}\p{N}]/u

interface Line extends Block {
  words: number
  folded: string
  isLinks: boolean
}

const lineOf = (block: Block): Line => {
  const words = countWords(block.text)
  const folded = fold(block.text.slice(0, 600)).trim()
  return { ...block, words, folded, isLinks: block.linked > LINKED && words < LONG_LINK }
}

/** A line that is never of a report, wherever it stands. */
function isFurniture({ text, words, folded, linked }: Line): boolean {
  if (!HAS_LETTER.test(text) || ADDRESS.test(text)) return true
  if (words < LONG_CAPTION && RIGHTS.test(folded)) return true
  if (words < LONG_CAPTION && CAPTION_START.test(folded) && (words < SHORT || !ENDS_SENTENCE.test(text))) return true
  if (words < LONG_CAPTION && CAPTION_END.test(folded)) return true
  if (words < SHORT * 2 && TAGS_START.test(folded)) return true
  return words < SHORT * 2 && LEADS_AWAY.test(folded) && (linked > 0.2 || words < SHORTEST)
}

const isDate = (text: string): boolean =>
  text.length < 90 && /\p{N}/u.test(text) && (DATE_START.test(fold(text)) || readDate(text).kind === 'time')

/** A line over the text that is none of it: the headline, a byline, a date. */
function isHead(line: Line, headlines: readonly string[]): boolean {
  const { text, words, folded, isHeading } = line
  if (isHeading || isDate(text)) return true
  if (words < SHORT * 2 && BYLINE_START.test(folded)) return true
  if (headlines.some(headline => headlineShare(headline, text) >= 0.8 && words <= 1.5 * countWords(headline)))
    return true
  return words < SHORTEST && !ENDS_SENTENCE.test(text)
}

const beginsText = (line: Line): boolean =>
  !line.isHeading && lengthOf(line.text) >= PARAGRAPH && (ENDS_SENTENCE.test(line.text) || line.words >= 2 * SHORT)

/** The blocks of a text without its furniture; `headlines` are those that the page gives it. */
export function cleaned(blocks: readonly Block[], headlines: readonly string[]): Block[] {
  const lines = blocks.map(lineOf).filter(line => !isFurniture(line))
  const kept: Line[] = []
  for (const [at, line] of lines.entries()) {
    if (line.isLinks) continue
    // What stands over several links is their heading.
    const isOverLinks = line.words < SHORT && lines[at + 1]?.isLinks === true && lines[at + 2]?.isLinks === true
    if (!isOverLinks) kept.push(line)
  }
  const start = kept.findIndex(beginsText)
  const body = start < 0 ? kept : kept.slice(start)
  const head = (start < 0 ? [] : kept.slice(0, start)).filter(line => !isHead(line, headlines))
  const all = start < 0 ? body.filter((line, at) => at > 3 || !isHead(line, headlines)) : [...head, ...body]
  while (all.length > 0 && (all[all.length - 1] as Line).isHeading) all.pop()
  return all.map(({ text, linked, isHeading }) => ({ text, linked, isHeading }))
}
