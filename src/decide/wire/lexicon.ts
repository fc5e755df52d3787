// The words around a number that say what it counts, as folded forms, from the packs of all languages.

import { fold } from '../../language/fold.ts'
import { PACKS, type TollWords } from '../../language/phrases/index.ts'
import { remember } from '../../language/remember.ts'
import type { Figure } from '../../model/decided.ts'

export type Kind = Figure['kind']

/** What one word does beside a number. */
export interface Lexeme {
  /** Counted thing that may follow: `18 قتيلا`, `18 killed`. */
  counted: Kind | null
  /** What may stand before: «مقتل 18», `killing 18`. */
  leading: Kind | null
  /** Stands between a number and what it counts: "people", "were", «شخصا». */
  filler: boolean
  /** Stands between a leading word and the number: "at least", «نحو». */
  about: boolean
  /** "rose to", «إلى»: what is counted stood further back. */
  to: boolean
  /** "from", «من»: the number after it is an old one. */
  from: boolean
  /** After a number it makes it a measure, an age, a share or a date. */
  unit: boolean
  /** Ends the search. */
  stop: boolean
  /** Factor of a number word after digits: thousand, million. */
  factor: number
  /** Takes an object: "police arrested 5" says nothing of the number before "police". */
  active: boolean
  /** Opens an object: a, the, at least. */
  object: boolean
}

const LEXICON = new Map<string, Lexeme>()
function blank(): Lexeme {
  return {
    counted: null,
    leading: null,
    filler: false,
    about: false,
    to: false,
    from: false,
    unit: false,
    stop: false,
    factor: 0,
    active: false,
    object: false,
  }
}
function teach(change: (lexeme: Lexeme) => void, list: string): void {
  for (const word of list.split(/\s+/)) {
    const folded = fold(word)
    if (!folded) continue
    const lexeme = LEXICON.get(folded) ?? blank()
    change(lexeme)
    LEXICON.set(folded, lexeme)
  }
}
const KINDS: readonly Kind[] = ['killed', 'injured', 'missing', 'arrested', 'displaced']

/** Teach what each pack has of these words. */
function each(list: (tolls: TollWords) => string | undefined, change: (lexeme: Lexeme) => void): void {
  for (const { tolls } of PACKS) teach(change, (tolls && list(tolls)) ?? '')
}
for (const kind of KINDS) {
  each(
    ({ counted }) => counted?.[kind],
    lexeme => {
      lexeme.counted = kind
    },
  )
}
for (const kind of KINDS) {
  each(
    ({ leading }) => leading?.[kind],
    lexeme => {
      lexeme.leading = kind
    },
  )
}
for (const kind of KINDS) {
  each(
    ({ verbs }) => verbs?.[kind],
    lexeme => {
      lexeme.counted = kind
      lexeme.active = true
    },
  )
}
for (const mark of ['active', 'object', 'filler', 'about', 'to', 'from', 'unit', 'stop'] as const) {
  each(
    tolls => tolls[mark],
    lexeme => {
      lexeme[mark] = true
    },
  )
}
for (const [factor, list] of [
  [1_000, 'thousand'],
  [1_000_000, 'million'],
] as const) {
  each(
    tolls => tolls[list],
    lexeme => {
      lexeme.factor = factor
    },
  )
}

const NONE: Lexeme = Object.freeze(blank())
/** «و» joins a new statement: nothing before it speaks of what follows. */
const JOINED: Lexeme = Object.freeze({ ...blank(), stop: true })
function find(folded: string): Lexeme {
  const direct = LEXICON.get(folded)
  if (direct) {
    // «القتلى» is taught as what stands before; the bare noun says what it counts.
    const noun = folded.startsWith('ال') ? LEXICON.get(folded.slice(2)) : undefined
    return noun?.counted ? { ...direct, counted: noun.counted } : direct
  }
  const code = folded.charCodeAt(0)
  if (code < 0x600 || code > 0x6ff || folded.length < 4) return NONE
  const rest = folded.slice(1)
  if (folded.startsWith('ال')) return LEXICON.get(folded.slice(2)) ?? NONE
  if (folded.startsWith('و') || folded.startsWith('ف')) {
    const joined = find(rest)
    return joined === NONE ? NONE : { ...JOINED, leading: joined.leading, about: joined.about && !joined.leading }
  }
  if (/^[بلك]/.test(folded)) return LEXICON.get(rest) ?? LEXICON.get(rest.replace(/^ال/, '')) ?? NONE
  return NONE
}

const LONGEST = 24

/** What `word` does beside a number. */
export const lexeme = remember(20_000, (word): Lexeme => (word.length > LONGEST ? NONE : find(fold(word))))

const TOLL = /^(?:toll|bilan|balance|saldo|حصيلة|الحصيلة)$/iu

/** Whether `word` means the count of the dead by itself. */
export function isToll(word: string): boolean {
  return TOLL.test(word)
}
