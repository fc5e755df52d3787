// Cuts what stands in a tree into blocks of text, as a reader sees them.
import { BLOCK, HEADINGS } from './elements.ts'
import type { Box } from './tree.ts'

export interface Block {
  text: string
  /** Share of its characters that are links. */
  linked: number
  isHeading: boolean
}

const SPACES = /[\s\u200b\ufeff]+/g

/** The blocks of a tree in order; none is empty. */
export function blocksOf(root: Box): Block[] {
  const found: Block[] = []
  let text = ''
  let linked = 0
  let isHeading = false
  let isBegun = false
  const flush = (): void => {
    const clean = text.replace(SPACES, ' ').trim()
    if (clean !== '') found.push({ text: clean, linked: Math.min(1, linked / clean.length), isHeading })
    text = ''
    linked = 0
    isBegun = false
  }
  const visit = (box: Box, inLink: boolean, inHeading: boolean): void => {
    if (box.name === 'br' || box.name === 'hr') {
      flush()
      return
    }
    const isCell = box.name === 'td' || box.name === 'th'
    const isBlock = BLOCK.has(box.name) && !isCell
    if (isBlock) flush()
    else if (isCell) text += ' '
    const heading = inHeading || HEADINGS.has(box.name)
    const link = inLink || box.name === 'a'
    for (const part of box.parts) {
      if (typeof part !== 'string') visit(part, link, heading)
      else if (part !== '') {
        const said = link || !isBegun ? part.replace(SPACES, ' ').trim().length : 1
        if (!isBegun && said > 0) {
          isBegun = true
          isHeading = heading
        }
        text += part
        if (link) linked += said
      }
    }
    if (isBlock) flush()
    else if (isCell) text += ' '
  }
  visit(root, false, false)
  flush()
  return found
}

/** All text of a tree, blocks apart by newlines. */
export const textOfTree = (root: Box): string =>
  blocksOf(root)
    .map(({ text }) => text)
    .join('\n')
