// Whom a number counts: read from the words behind it ("18 of the security forces") or, where a toll rises to it, from those
// before («حصيلة قوات الأمن إلى 18 قتيلا»).

import { DATE_WORDS } from '../../language/calendar.ts'
import { foldWord } from '../../language/fold.ts'
import { mayBeNumberWord } from '../../language/numerals.ts'
import { stem } from '../../language/terms.ts'
import { type Word, wordsAfter, wordsBefore } from './clause.ts'
import { type Kind, lexeme } from './lexicon.ts'
import { isLikePeople, keyOf, type Said, saidAt } from './people.ts'

export interface Whom {
  /**
   * `said`: named, or all people; `unsaid`: the number stands bare; `others`: those of the number before; `none`: it counts no
   * people.
   */
  is: 'said' | 'unsaid' | 'others' | 'none'
  /** Group, or stems, of the people that are named; null for all people and where nobody is named. */
  key: string | null
  /** The words that say so, as far as they stand on either side of the number. */
  from: number
  to: number
  /** Behind a word for the toll: «748 مصابا من قوات الأمن» also tells of numbers before. */
  behindToll: boolean
}

const WORDS = 10
/** Words that no list knows before the one that is known: "18 Kazakh national guard officers". */
const UNKNOWN = 3
/** Characters looked at before a number that a toll rises to. */
const BACK = 130
const BACK_WORDS = 18

const DIGIT = /\p{Nd}/u
const ARABIC = /^[\u0600-\u06ff]/
// «18 «مسلحا»», «18 من "المسلحين"»: the mark that opens right behind the number closes no clause.
const QUOTED = /^\s*(?:\p{L}{2,4}\s+)?["«“„]/u
const QUOTES = /["«»“”„]/g
const CLOSING = /^["»”]/

const nobody = (at: number): Whom => ({ is: 'unsaid', key: null, from: at, to: at, behindToll: false })

/**
 * Whom the number counts that stands at [start, end): `kind` is what became of them, `isNoun` where the number is in the noun
 * that says so («قتيلان»).
 */
export function whomOf(text: string, start: number, end: number, kind: Kind, isNoun = false): Whom {
  const behind = whomBehind(text, start, end, kind, isNoun)
  return behind.is === 'unsaid' ? (whomBefore(text, start, end) ?? behind) : behind
}

/** Of a number that is in its noun, «جنديين»: whom the noun counts. */
export function whomIn(text: string, start: number, end: number): Whom | null {
  const said = saidAt([{ text: text.slice(start, end), start, end }], 0)
  if (said?.role !== 'named' && said?.role !== 'everyone' && said?.role !== 'head') return null
  return { is: 'said', key: said.key, from: start, to: end, behindToll: false }
}

/** What was read so far of the words behind a number. */
interface Reading {
  /** A word for people, or for what became of them, stood there: what follows without "of" is another matter. */
  state: 'nothing' | 'head' | 'toll' | 'people'
  partitive: boolean
  others: boolean
  unknown: Word[]
  to: number
}

function whomBehind(text: string, start: number, end: number, kind: Kind, isNoun: boolean): Whom {
  const words = wordsBehind(text, end, WORDS)
  const read: Reading = {
    state: isNoun ? 'toll' : 'nothing',
    partitive: false,
    others: false,
    unknown: [],
    to: end,
  }
  const isQuoted = QUOTED.test(text.slice(end, end + 12))
  const found = (key: string | null, to: number): Whom => ({
    is: 'said',
    key,
    from: start,
    to: isQuoted && CLOSING.test(text.slice(to, to + 1)) ? to + 1 : to,
    behindToll: read.state === 'toll',
  })
  for (let at = 0; at < words.length; at++) {
    const word = words[at]
    if (!word || DIGIT.test(word.text) || mayBeNumberWord(foldWord(word.text))) break
    const said = saidAt(words, at)
    const last = words[at + (said?.length ?? 1) - 1] ?? word
    if (said?.role === 'named') {
      if (!mayFollow(read, said, word)) break
      return found(said.key, namedUntil(words, at, said))
    }
    if (said?.role === 'thing' && isCounted(read, word, kind)) return { ...nobody(end), is: 'none' }
    if (said?.role === 'infection' && read.state === 'toll' && kind === 'injured') return { ...nobody(end), is: 'none' }
    if (said ? lexeme(word.text).stop || !take(read, said, last) : !pass(read, word)) break
    if (said) at += said.length - 1
  }
  if (read.state === 'people' || read.state === 'head') return found(null, read.to)
  if (read.others) return { ...nobody(end), is: 'others' }
  if (read.state === 'toll' || read.unknown.length === 0) return nobody(end)
  return stranger(read, kind, end, found)
}

/** "14 flights", "14 detained ships"; not "4 of a family", "18 killed" before another matter. */
function isCounted({ state, others, partitive, unknown }: Reading, { text }: Word, kind: Kind): boolean {
  // An Arabic noun stands beside its number.
  if (unknown.length > 0 && ARABIC.test(text)) return false
  if (partitive) return state === 'nothing' && !isCasualty(kind)
  return state === 'toll' ? LATIN.test(text) : state === 'nothing' && !others
}

const LATIN = /^\p{Script=Latin}/u
const isCasualty = (kind: Kind): boolean => kind === 'killed' || kind === 'injured'

/** Index after the words that name people from `at` on: "armed criminals", "policemen and soldiers". */
function namedUntil(words: readonly Word[], from: number, said: Said): number {
  let at = from + said.length
  for (let rounds = 0; rounds < 4; rounds++) {
    const more = joinedPeople(words, at)
    if (more === 0) break
    at += more
  }
  return words[at - 1]?.end ?? 0
}

const AND = /^(?:and|et|y|und|и|e|ve)$/iu

/** How many words from `at` on name more people, with the "and" before them; 0 for none. */
export function joinedPeople(words: readonly Word[], at: number): number {
  const word = words[at]
  if (!word) return 0
  const said = saidAt(words, at)
  if (said) return said.role === 'named' || said.role === 'head' ? said.length : 0
  const isNamed = (one: Said | null) => (one?.role === 'named' ? one.length : 0)
  if (AND.test(word.text)) {
    const next = isNamed(saidAt(words, at + 1))
    return next === 0 ? 0 : next + 1
  }
  return word.text.startsWith('و')
    ? isNamed(saidAt([{ ...word, text: word.text.slice(1) }, ...words.slice(at + 1)], 0))
    : 0
}

/** Words behind the number, to the end of the clause; those in quotation marks right behind it are read as if there were none. */
export function wordsBehind(text: string, end: number, most: number): Word[] {
  const piece = text.slice(end, end + 100)
  if (!QUOTED.test(piece)) return wordsAfter(text, end, most)
  const plain = wordsAfter(piece.replace(QUOTES, ' '), 0, most)
  return plain.map(word => ({ text: word.text, start: word.start + end, end: word.end + end }))
}

/** «18 قتيلا مدنيا» and «18 погибших силовиков» name them; "18 killed police say" does not. */
function mayFollow(read: Reading, { key }: Said, { text }: Word): boolean {
  if (read.partitive || read.state === 'nothing' || read.state === 'head') return true
  return read.state === 'toll' && (key === 'civilians' || !LATIN.test(text))
}

/** Go on with a phrase that is known; whether more may follow. */
function take(read: Reading, { role }: Said, last: Word): boolean {
  switch (role) {
    case 'everyone':
    case 'head':
      if (read.state === 'people' || (read.state === 'toll' && !read.partitive)) return false
      read.state = role === 'head' ? 'head' : 'people'
      read.unknown = []
      read.partitive = false
      read.to = last.end
      return true
    case 'others':
      read.others = true
      return true
    case 'partitive':
      read.partitive = true
      return true
    case 'including':
      return read.state === 'nothing'
    default:
      return false
  }
}

/** Go on over a word that is in no list of people; whether more may follow. */
function pass(read: Reading, word: Word): boolean {
  const { counted, leading, stop, unit, to, about, filler } = lexeme(word.text)
  if (counted && read.state === 'nothing' && read.unknown.length === 0) {
    read.state = 'toll'
    return true
  }
  if (counted || leading || stop || unit || to) return false
  if (about) return true
  if (filler) return false
  if (word.text.length < 2) return true
  const folded = foldWord(word.text)
  if (DATE_WORDS.has(folded) || (ARABIC.test(folded) && isJoined(folded, read.partitive))) return false
  if ((read.state === 'toll' || read.state === 'people') && !read.partitive) return false
  // «40 يعالجون»: a verb.
  if (folded.startsWith('ي') && !isLikePeople(folded)) return false
  read.unknown.push(word)
  return read.unknown.length < UNKNOWN
}

/** «وتضرر», «بانفجارات»: "and", "by", "for" and the article before a word begin something else. */
function isJoined(folded: string, partitive: boolean): boolean {
  if (folded.startsWith('ال')) return !partitive
  return /^[وبلفك]/.test(folded) && !stem(folded, null).startsWith(folded.slice(0, 1))
    ? true
    : /^[بل]/.test(folded) && !isLikePeople(folded)
}

/** A noun that no list knows: the dead and injured are people, unless known for something else; what is held may be anything. */
function stranger(
  { unknown, partitive }: Reading,
  kind: Kind,
  end: number,
  found: (key: string | null, to: number) => Whom,
): Whom {
  const isSurely = isCasualty(kind) || (kind !== 'missing' && unknown.some(({ text }) => isLikePeople(text)))
  if (isSurely) return found(keyOf(unknown), unknown.at(-1)?.end ?? end)
  // «القبض على 17 من جنسيات إفريقية».
  return { ...nobody(end), is: partitive && kind !== 'missing' ? 'unsaid' : 'none' }
}

const AMONG = /^(?:among|صفوف|среди|рядах|parmi|rangs|filas|unter)$/iu

/** «ارتفاع حصيلة قوات الأمن إلى 18», "police dead rise to 18", «в рядах полиции 18 погибших». */
function whomBefore(text: string, start: number, end: number): Whom | null {
  const words = wordsBefore(text, start, BACK_WORDS, BACK)
  const nearest = words.at(-1)
  if (!nearest) return null
  const rises = lexeme(nearest.text).to
  for (let at = words.length - 1; at >= 0; at--) {
    const said = saidAt(words, at)
    if (said?.role !== 'named') continue
    const among = [1, 2].find(back => AMONG.test(words[at - back]?.text ?? ''))
    const beside = [-4, -3, -2, -1, said.length, said.length + 1].find(step => tells(words[at + step]))
    if (among !== undefined ? words.length - at > 7 && !rises : !rises || beside === undefined) continue
    // A phrase is found by its last word first: «الأمن» of «رجال الأمن».
    let first = at
    while (first > 0 && at - first < 3 && reaches(words, first - 1, at)) first--
    const nearby = Math.min(0, beside ?? 0, ...(among === undefined ? [] : [-among]))
    const from = words[Math.max(0, Math.min(first, at + nearby))]?.start ?? start
    return { is: 'said', key: saidAt(words, first)?.key ?? said.key, from, to: end, behindToll: false }
  }
  return null
}

function reaches(words: readonly Word[], first: number, to: number): boolean {
  const said = saidAt(words, first)
  return said?.role === 'named' && first + said.length > to
}

const TOLL = /^(?:toll|bilan|balance|saldo|حصيلة|الحصيلة|عدد|число|числа|number|nombre|número|zahl|الخسائر|خسائر)$/iu
function tells(word: Word | undefined): boolean {
  if (!word) return false
  const { counted, leading } = lexeme(word.text)
  return counted !== null || leading !== null || TOLL.test(word.text)
}

/** A number that counts people, and the characters that say so. */
export interface Counted {
  kind: Kind
  value: number
  whom: Whom
  /** Of the words it was read from. */
  from: number
  to: number
  /** Of the number itself. */
  start: number
  end: number
}

const CASUALTIES: ReadonlySet<Kind> = new Set(['killed', 'injured', 'missing'])

/** "12 policemen were killed and 353 injured", «18 قتيلا و748 مصابا من قوات الأمن»: what is said of one is meant of both. */
export function share(text: string, counted: readonly Counted[]): void {
  for (const [at, found] of counted.entries()) {
    const before = counted[at - 1]
    if (!before || !CASUALTIES.has(found.kind) || !CASUALTIES.has(before.kind)) continue
    if (!areJoined(text, Math.max(before.to, before.whom.to), Math.min(found.from, found.start))) continue
    const [one, other] = [before.whom, found.whom]
    if (one.key !== null && (other.is === 'unsaid' || other.is === 'others')) {
      found.whom = { ...one, to: Math.max(found.to, other.to) }
    } else if (other.key !== null && other.behindToll && one.is === 'unsaid') {
      before.whom = { ...other, from: Math.min(before.from, before.start) }
    }
  }
}

const JOINT = 40
const JOINT_WORDS = 3
/** Whether so little stands between two numbers that they are told of in one breath. */
function areJoined(text: string, from: number, to: number): boolean {
  const between = text.slice(from, Math.max(from, to))
  return (
    between.length <= JOINT && !/[.!?؟;؛:\n\r]/.test(between) && (between.match(/\p{L}+/gu) ?? []).length <= JOINT_WORDS
  )
}
