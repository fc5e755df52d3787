// What one piece of an opening line can be: agency, date, place, or prose, which ends the reading.
import { DATE_WORDS } from '../../language/calendar.ts'
import { fold, foldWord } from '../../language/fold.ts'
import { remember } from '../../language/remember.ts'
import type { Named, WireNames } from './agencies.ts'
import { isGeneric, lookupBare, readNames } from './agencies.ts'
import { inkEnd, inkStart, isCapitals, isCased, startsLower, trimInk } from './edges.ts'

export type Wrap = '' | '(' | '/' | '"'
export interface Part {
  kind: 'agency' | 'generic' | 'date' | 'place' | 'unknown'
  wrap: Wrap
  /** Separator before it: one of - / , . : ( or nothing. */
  sep: string
  text: string
  start: number
  end: number
  named: Named | null
  capitals: boolean
  cased: boolean
  words: number
}

// Words that join the pieces of a date. They are no date by themselves.
const DATE_JOINTS = new Set(fold('في من on of the de del le les el um am в на по г года год year').split(' '))
const DAY = /^\d{1,4}(?:er|e|st|nd|rd|th)?$|^\d{1,2}[-./:]\d{1,2}(?:[-./:]\d{2,4})?$/

const PLACE_WORD = /^[\p{L}\p{M}][\p{L}\p{M}'’.-]*$/u
const SMALL_WORD = /^(?:de|del|la|le|les|el|du|des|d|da|do|dos|di|al|sur|sous|en|upon|of|am|an|der|bei|на|и|y|et)$/

const DATE_LONGEST = 24
const dated = remember(20_000, word => {
  const bare = fold(word).replace(/(?<![.,])[.,]+$/, '')
  return DAY.test(bare) || DATE_WORDS.has(bare)
})
function isDateWord(word: string): boolean {
  return word.length <= DATE_LONGEST && dated(word)
}
function isDateJoint(word: string): boolean {
  return word.length <= DATE_LONGEST && DATE_JOINTS.has(foldWord(word))
}
const HAS_DIGIT = /[\d٠-٩۰-۹]/
const TOKEN = /\S+/g

/** What stands in `window` at [start, end): one part, several, or null where it is prose. */
export function classify(
  window: string,
  from: number,
  to: number,
  wrap: Wrap,
  sep: string,
  names: WireNames,
): Part[] | null {
  const start = inkStart(window, from, to)
  const end = inkEnd(window, start, to)
  if (start === end) return []
  const text = window.slice(start, end)
  if (text.length > 60) return null
  const make = (kind: Part['kind'], named: Named | null, a = start, b = end): Part => {
    const piece = window.slice(a, b)
    return {
      kind,
      wrap,
      sep,
      text: piece,
      start: a,
      end: b,
      named,
      capitals: isCapitals(piece),
      cased: isCased(piece),
      words: piece.split(/\s+/).length,
    }
  }
  const tokens: { word: string; start: number; end: number }[] = []
  for (const match of text.matchAll(TOKEN)) {
    tokens.push({ word: match[0], start: start + match.index, end: start + match.index + match[0].length })
  }
  // Only dates make a part long: most prose ends here.
  if (tokens.length > 12 || (tokens.length > 6 && !HAS_DIGIT.test(text))) return null
  const direct = wrap === '' ? lookupBare(text, names) : names.lookup(text)
  if (direct) return [make('agency', direct)]
  if (wrap === '' && isGeneric(text)) return [make('generic', null)]
  if (wrap !== '') {
    const list = readNames(text, names, false)
    if (list && list.named.length === 0) return [make('generic', null)]
    if (list) return list.named.map(({ written, named }) => ({ ...make('agency', named), text: written }))
  }
  const firstDate = tokens.findIndex(
    ({ word }, at) => isDateWord(word) || (isDateJoint(word) && isDateWord(tokens[at + 1]?.word ?? '')),
  )
  if (firstDate < 0) return place(text, wrap, make, names, start)
  // «القاهرة 7 أغسطس», «… 2022 م واس»: a place before the date, an agency after it.
  const parts: Part[] = []
  const head = tokens[firstDate - 1]
  if (head) {
    const placed = place(window.slice(start, head.end), '', (k, n) => make(k, n, start, head.end), names, start)
    if (!placed) return null
    parts.push(...placed)
  }
  let last = firstDate
  let numbered = false
  while (last < tokens.length) {
    const word = tokens[last]?.word ?? ''
    if (!isDateWord(word) && !isDateJoint(word)) break
    if (HAS_DIGIT.test(word)) numbered = true
    last++
  }
  const dateFrom = tokens[firstDate]
  const dateTo = tokens[last - 1]
  if (!dateFrom || !dateTo) return null
  // "March for women" is no date: a month needs a number, unless it stands alone between separators.
  if (!numbered && (head || last < tokens.length)) return null
  parts.push(make('date', null, dateFrom.start, dateTo.end))
  const rest = tokens[last]
  if (rest) {
    const named = lookupBare(window.slice(rest.start, end), names)
    if (!named) return null
    parts.push(make('agency', named, rest.start, end))
  }
  return parts
}

function place(
  text: string,
  wrap: Wrap,
  make: (kind: Part['kind'], named: Named | null, a?: number, b?: number) => Part,
  names: WireNames,
  start: number,
): Part[] | null {
  const words = text.split(/\s+/)
  if (words.length > 4 || text.length > 48) return null
  if (!words.every(word => PLACE_WORD.test(word))) return null
  // «دمشق-سانا», «سبق-القريات»: a tight hyphen divides only where one side is a known agency.
  if (wrap === '' && text.includes('-')) {
    const pieces = text.split('-')
    if (pieces.length <= 3 && pieces.some(piece => lookupBare(piece, names) !== null)) {
      const parts: Part[] = []
      let at = start
      for (const piece of pieces) {
        const named = lookupBare(piece, names)
        if (trimInk(piece)) {
          const part = make(named ? 'agency' : 'place', named, at, at + piece.length)
          parts.push(parts.length > 0 ? { ...part, sep: '-' } : part)
        }
        at += piece.length + 1
      }
      return parts
    }
  }
  if (isCased(text)) {
    // Ordinary-case words are prose unless each begins with a capital: "Port au Prince", "Nur-Sultan".
    if (!words.every(word => !startsLower(word) || SMALL_WORD.test(word) || word.length <= 2)) return null
    if (startsLower(text)) return null
  }
  return [make(wrap === '' ? 'place' : 'unknown', null)]
}
