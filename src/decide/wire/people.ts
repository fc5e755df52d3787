// The words that say whom a number counts, from the packs of all languages.

import { foldWord } from '../../language/fold.ts'
import { alternatives, PACKS, type People } from '../../language/phrases/index.ts'
import { remember } from '../../language/remember.ts'
import { stem } from '../../language/terms.ts'
import type { Word } from './clause.ts'

/** What a phrase says of the people beside it; `named` are people of a group or of a name of their own. */
export type Role =
  | 'everyone'
  | 'others'
  | 'head'
  | 'partitive'
  | 'including'
  | 'named'
  | 'thing'
  | 'infection'
  | 'beyond'

export interface Said {
  role: Role
  /** Group, or stem of the word, of `named` people. */
  key: string | null
  /** Words of the phrase. */
  length: number
}

const PHRASES = new Map<string, Omit<Said, 'length'>>()
/** Words of the longest phrase that begins with a word. */
const LONGEST = new Map<string, number>()

const INFLECTED = /^[\u0400-\u04ff\u0600-\u06ff]/
const LONGEST_WORD = 24
const formOf = remember(20_000, (word): string => {
  const folded = foldWord(word)
  return INFLECTED.test(folded) && folded.length <= LONGEST_WORD ? stem(folded, null) : folded
})
/** Short words have no forms: «من» is no «منا». */
const exactOf = remember(20_000, (word): string => `=${foldWord(word)}`)

function teach(
  role: Role,
  list: string | undefined,
  mark: RegExp,
  form: (word: string) => string,
  group?: string,
): void {
  for (const phrase of (list ?? '').split(mark)) {
    const written = phrase.trim().split(/\s+/)
    const forms = written.map(form)
    const key = forms.join(' ')
    if (written[0] === '' || PHRASES.has(key)) continue
    PHRASES.set(key, { role, key: role === 'named' ? (group ?? stemOf(written)) : null })
    const first = forms[0] ?? ''
    LONGEST.set(first, Math.max(LONGEST.get(first) ?? 0, forms.length))
  }
}

const stemOf = (written: readonly string[]): string => written.map(word => stem(foldWord(word), null)).join(' ')
const BARS = /\|/
const BLANKS = /\s+/

/** What is taught first is meant: a word may be a person's in one language and a preposition in another. */
function learn(): void {
  const each = (work: (people: People) => void): void => {
    for (const { people } of PACKS.toReversed()) if (people) work(people)
  }
  each(people => {
    for (const [group, list] of Object.entries(people.groups ?? {})) teach('named', list, BARS, formOf, group)
  })
  each(people => teach('including', people.including, BARS, exactOf))
  each(people => teach('partitive', people.partitives, BARS, exactOf))
  each(people => teach('everyone', people.everyone, BARS, formOf))
  each(people => teach('others', people.others, BARS, exactOf))
  each(people => teach('head', people.heads, BARS, formOf))
  each(people => teach('named', people.persons, BLANKS, formOf))
  each(people => teach('thing', people.things, BLANKS, formOf))
  each(people => teach('infection', people.infections, BARS, exactOf))
  each(people => teach('beyond', people.beyond, BLANKS, exactOf))
}

/** The longest phrase of people, or of what is none, that begins with the word at `at`. */
export function saidAt(words: readonly Word[], at: number): Said | null {
  // Two thousand words are folded and stemmed with the first number that may be a toll.
  if (PHRASES.size === 0) learn()
  return phraseAt(words, at, exactOf) ?? phraseAt(words, at, formOf)
}

function phraseAt(words: readonly Word[], at: number, form: (word: string) => string): Said | null {
  const written = words[at]?.text ?? ''
  const first = form(written)
  // «وطفل»: "and" begins something else.
  if (written.startsWith('و') && !first.startsWith('و') && form === formOf) return null
  const most = Math.min(LONGEST.get(first) ?? 0, words.length - at)
  for (let length = most; length > 0; length--) {
    const key = words
      .slice(at, at + length)
      .map(({ text }) => form(text))
      .join(' ')
    const found = PHRASES.get(key)
    if (found) return { ...found, length }
  }
  return null
}

const ENDING = new RegExp(`(?:${alternatives(({ people }) => people?.endings)})$`, 'u')

/** Whether a word that is in no list is most likely one for people: by its ending, or a capital as of «Afghans». */
export function isLikePeople(word: string): boolean {
  return /^\p{Lu}\p{Ll}/u.test(word) || ENDING.test(foldWord(word))
}

/** The key of people whom no list knows: the stems of the words that name them. */
export const keyOf = (words: readonly Word[]): string => stemOf(words.map(({ text }) => text))
