// What the desk writes before a headline: «عاجل», `UPDATE 2-`, `CORRECTION:`. Taken off and read as a signal.

import { fold, foldWord } from '../../language/fold.ts'
import { PACKS } from '../../language/phrases/index.ts'
import type { Signal } from '../../model/decided.ts'
import { inkStart, isCapitals, isCased, startsLower } from './edges.ts'

interface Slug {
  signal: Signal | null
  /** An ordinary word as well: only in capitals, or in a script without case. */
  strict: boolean
  /** Names a desk or section: only before a slash, for everything begins with such words. */
  section?: boolean
}

const SLUGS = new Map<string, Slug>()
const FIRST_WORDS = new Set<string>()
function teach(written: string, slug: Slug): void {
  const folded = fold(written.trim())
  SLUGS.set(folded, slug)
  FIRST_WORDS.add(folded.split(' ')[0] ?? folded)
}
for (const [list, signal, strict] of [
  ['flash', 'flash', false],
  ['strictFlash', 'flash', true],
  ['update', 'update', false],
  ['strictUpdate', 'update', true],
  ['correction', 'correction', false],
  ['strictCorrection', 'correction', true],
  ['kill', 'kill', false],
  ['strictKill', 'kill', true],
  // Nothing new to say of it.
  ['strictRepeat', null, true],
] as const) {
  for (const { slugs } of PACKS) for (const slug of slugs?.[list]?.split('|') ?? []) teach(slug, { signal, strict })
}
for (const { sections } of PACKS) {
  for (const section of sections?.split('|') ?? []) {
    if (!SLUGS.has(fold(section))) teach(section, { signal: null, strict: true, section: true })
  }
}

const STRENGTH: readonly (Signal | null)[] = [null, 'update', 'flash', 'correction', 'kill']

/** The one that changes most what a reader may believe. */
export function stronger(a: Signal | null, b: Signal | null): Signal | null {
  return STRENGTH.indexOf(a) >= STRENGTH.indexOf(b) ? a : b
}

const WINDOW = 80
const WORD = /[\p{L}\p{M}]+/uy
const OPENING = /[\s*#•«"“([{<|!-]*/uy
const NUMBER = /\s?\(?\d{1,2}\)?/y
const NUMBERED = /^\s?[)\]:|–—ـ-]/u
const SEPARATOR = /\s*(?:\)\s*[:|-]?|\]\s*[:|-]?|[»"”]\s*[:|-]?|\*+\s*[:|-]?|[:|/]+|\.{2,}|…|!+|[-–—ـ]+)\s*/uy

const SLASH = /(?:\s+\/+\s*|\/+\s+)(?=[^\d\s])/uy

function sticky(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

export interface Slugged {
  /** Index of the first character after the slugs. */
  end: number
  signal: Signal | null
}

interface Found {
  end: number
  slug: Slug
}

function slugAt(text: string, from: number): Found | null {
  const opening = sticky(OPENING, text, from)
  let at = from + opening.length
  const start = at
  const ends: number[] = []
  while (ends.length < 3) {
    const word = sticky(WORD, text, at)
    if (!word) break
    if (ends.length === 0 && !FIRST_WORDS.has(foldWord(word))) return null
    at += word.length
    ends.push(at)
    if (text[at] !== ' ') break
    at++
  }
  for (let count = ends.length; count > 0; count--) {
    const end = ends[count - 1] ?? start
    const written = text.slice(start, end)
    const slug = SLUGS.get(fold(written))
    if (!slug) continue
    const after = afterSlug(text, written, end, opening, slug)
    if (after !== null) return { end: after, slug }
  }
  return null
}

function afterSlug(text: string, written: string, end: number, opening: string, slug: Slug): number | null {
  const cased = isCased(written)
  const capitals = isCapitals(written)
  if (slug.section) {
    const slash = sticky(SLASH, text, end)
    // «عام / …»; «عام/2022» and `Sport/Politik` are other things.
    return slash !== '' && (!cased || capitals) && !opening.trim() ? end + slash.length : null
  }
  if (cased && slug.strict && !capitals) return null
  let at = end
  if (slug.signal === 'update' || slug.signal === null) {
    const number = sticky(NUMBER, text, at)
    // `UPDATE 2-` counts; `Updated 9:06` and `UPDATED 05/03` tell the time.
    if (number && ((cased && !capitals) || !NUMBERED.test(text.slice(at + number.length, at + number.length + 3))))
      return null
    at += number.length
  }
  const separator = sticky(SEPARATOR, text, at)
  const next = text.slice(at + separator.length, at + separator.length + 24)
  const mark = separator.trim()
  if (!mark) {
    // «#عاجل» and `BREAKING Actor moves`, but never a headline that merely begins with the word.
    if (opening.includes('#') && /\s/.test(text[at] ?? '')) return inkStart(text, at, text.length)
    const loud = capitals && slug.signal === 'flash' && !slug.strict
    const first = /^\s+(\p{Lu}\p{Ll}+)/u.exec(text.slice(at, at + 24))
    return loud && first ? inkStart(text, at, text.length) : null
  }
  const closes = /^[)\]»"”]/.test(mark)
  if (closes && !/[([«"“]/.test(opening)) return null
  const dashed = /^[-–—ـ]/.test(mark)
  if (dashed) {
    const spaced = separator.startsWith(' ') || (separator.endsWith(' ') && !cased)
    // `Update - the suite` is prose in small letters; `UPDATE 2-Kazakh` is a slug; `KILL-SWITCH` is a word.
    if (cased && !capitals) return null
    if (startsLower(next)) return null
    if (!spaced && (!cased || (isCapitals(next.split(/[\s:-]/)[0] ?? '') && !slugAt(text, at + separator.length))))
      return null
  } else if (mark.startsWith('.') || mark.startsWith('/') || mark.startsWith('!')) {
    if (cased && !capitals) return null
  } else if (cased && !capitals && startsLower(next) && !closes) return null
  return at + separator.length
}

/** Slugs at the start of a headline or text, however many are stacked (`CORRECTED-UPDATE 1-`). */
export function readSlugs(text: string, from: number, to: number): Slugged {
  const window = text.slice(from, Math.min(to, from + WINDOW * 2))
  let end = 0
  let signal: Signal | null = null
  for (let round = 0; round < 3 && end < WINDOW; round++) {
    const found = slugAt(window, end)
    if (!found) break
    end = found.end
    signal = stronger(signal, found.slug.signal)
  }
  return { end: from + end, signal }
}

const TRAILING = /[([]\s?([\p{L}\p{M} ]{3,24}?)\s?\d{0,2}\s?[)\]]$/u

/** A slug in parentheses at the end of a headline: «(محدّث)», `(UPDATED)`. */
export function readTrailingSlug(title: string): Slugged | null {
  if (!title.endsWith(')') && !title.endsWith(']')) return null
  const from = Math.max(0, title.length - 32)
  const match = TRAILING.exec(title.slice(from))
  const slug = match ? SLUGS.get(fold(match[1] ?? '')) : undefined
  if (!match || !slug || (slug.strict && !isCapitals(match[1] ?? ''))) return null
  return { end: from + match.index, signal: slug.signal }
}

// What an advisory says instead of a slug. Long enough not to be found in a report about something else.
const ADVISORIES: readonly [Signal, string[]][] = [
  [
    'kill',
    [
      'please kill',
      'kindly kill',
      'mandatory kill',
      'kill the story',
      'story is withdrawn',
      'story has been withdrawn',
      'is hereby withdrawn',
      'please disregard the story',
      'يرجى الغاء',
      'نرجو الغاء',
      'الرجاء الغاء',
      'يرجى سحب',
      'يرجى عدم استخدام',
      'يرجى عدم نشر',
      "priere d'annuler",
      "merci d'annuler",
      'veuillez annuler',
      'просим аннулировать',
      'просьба аннулировать',
      'rogamos anulen',
      'se ruega anular',
      'haberimizi iptal',
    ].map(phrase => fold(phrase)),
  ],
]
const CORRECTS =
  /^\(?\s?(?:this (?:version|story|report) (?:of the story )?(?:has been )?correct(?:s|ed)|correct(?:s|ed|ing) (?:\S+ ){1,6}?(?:in|to|from|paragraph|para|headline|name|spelling|figure|date)|corrige |rectifie |исправля(?:ет|ется) |исправлен[аоы]? |تصحح |تصحيح (?:رقم|الرقم|اسم|الاسم|الفقره|في الفقره|العنوان|التاريخ|لتاريخ))/u

// Without parentheses the note must say where in the text the mistake was.
const IN_A_PLACE = /\b(?:paragraph|para|headline|byline|dateline|paragraphe|parrafo)\b|فقره|абзац/u

// Folding every first line costs more than all the rest: most hold none of these.
const MAYBE =
  /kill|withdrawn|disregard|correct|[إا]لغاء|سحب|عدم (?:نشر|استخدام)|صح[ّي]*ح|annul|anul|corrig|rectif|аннулир|исправ|iptal/iu

const NOTE = 300
/** A line like `(Corrects toll in paragraph 2)` or «يرجى إلغاء الخبر» at the start of a text, with where it ends. */
export function readAdvisory(text: string, from: number, to: number): Slugged | null {
  if (from >= to || !MAYBE.test(text.slice(from, Math.min(to, from + 200)))) return null
  const window = text.slice(from, Math.min(to, from + NOTE))
  const broken = /[\n\r\u2028\u2029]/.exec(window)
  const line = broken ? window.slice(0, broken.index) : window
  const folded = fold(line)
  for (const [signal, phrases] of ADVISORIES) {
    // The advisory names the story it takes back; it stays, for it is all the report says.
    if (phrases.some(phrase => folded.slice(0, 200).includes(phrase))) return { end: from, signal }
  }
  if (!CORRECTS.test(folded)) return null
  if (line.startsWith('(')) {
    const close = line.indexOf(')')
    return { end: close > 0 ? from + close + 1 : from, signal: 'correction' }
  }
  if (!broken || startsLower(line) || !IN_A_PLACE.test(folded)) return null
  return { end: from + line.length, signal: 'correction' }
}
