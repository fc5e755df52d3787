// What a story says, as counted words: the words of its own language, and beside them the few terms that every language
// can express: countries, numbers, and names by their sound. Pure.
import { fold, terms, words } from '../../language/text.ts'
import { type Boilerplate, withoutBoilerplate } from './boilerplate.ts'
import { type Form, formOf } from './form.ts'
import { bareHeadline, type Header, headerOf } from './header.ts'
import { countries } from './places.ts'
import { soundKey } from './transliteration.ts'

/** What threading reads of a story: the wire's furniture is already off. */
export interface ThreadInput {
  title: string
  /** Plain text; only its first 1,600 characters are read. */
  body: string
  /** BCP 47 tag, or null where nobody knows. */
  language: string | null
  /** What the entries of its document have in common; it says nothing of this one. */
  boilerplate?: Boilerplate | null
  /** Marks words of the body that its publisher says under other reports too: 1 for such a word. May be shorter than it. */
  foreign?: Uint8Array | null
}

export interface ThreadWords {
  /** Language of the words: the first part of the tag, or "". */
  language: string
  /** Words of the language by stem; countries as `@KZ`. */
  own: Map<string, number>
  /** Terms of any language: `@KZ` a country, `#748` a number, `~tkf` a name by its sound. */
  shared: Map<string, number>
  form: Form
  /** What stands before the headline proper; null where nothing does. */
  header: Header | null
}

// A title word counts twice a body word, the first 80 words of the body carry the news.
const TITLE_WEIGHT = 2
const BODY_WORDS = 80
// Names and places of the opening sentences; what comes later is background.
const SHARED_BODY_WORDS = 60
const MAX_BODY = 1_600
const YEAR = /^(?:19|20)\d\d$/
const NUMBER = /^\d+$/
// Two consonants are in every second word.
const SHORTEST_KEY = 3

/** Count the words of a story. */
export function threadWords({ title, body, language, boilerplate, foreign }: ThreadInput): ThreadWords {
  const own = new Map<string, number>()
  const shared = new Map<string, number>()
  const add = (to: Map<string, number>, term: string, count: number) => to.set(term, (to.get(term) ?? 0) + count)
  const headline = bareHeadline(title)
  const tokens = words(fold(headline))
  const read = (list: readonly string[], weight: number, limit: number, sharedLimit: number) => {
    for (const [at, { term, spoken }] of placedTerms(list, language, limit).entries()) {
      add(own, term, weight)
      const common = at < sharedLimit ? sharedTerm(spoken) : null
      if (common !== null) add(shared, common, weight)
    }
  }
  const tokensLeft = boilerplate ? withoutBoilerplate(tokens, boilerplate, true) : tokens
  read(tokensLeft, TITLE_WEIGHT, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
  const all = words(fold(body.slice(0, MAX_BODY)))
  const text = foreign ? all.filter((_, at) => foreign[at] !== 1) : all
  read(boilerplate ? withoutBoilerplate(text, boilerplate) : text, 1, BODY_WORDS, SHARED_BODY_WORDS)
  const before = headerOf(headline)
  const header = before?.words.every((word, at) => tokensLeft[at] === word)
    ? {
        key: before.key,
        terms: placedTerms(before.words, language, before.words.length).map(({ term }) => term),
        weight: TITLE_WEIGHT,
      }
    : null
  return { language: language?.split('-')[0]?.toLowerCase() ?? '', own, shared, form: formOf(tokens, language), header }
}

interface Placed {
  term: string
  /** What it sounds like: the term, but in Cyrillic, whose stems lose the end of names («Токаев» is «тока»), the word. */
  spoken: string
}

const CYRILLIC = /^[\u0400-\u04ff]/
// Endings of case that hold a consonant; all others are vowels, which no key keeps.
const CASE = /(?<=....)(?:[оеы]м|[оеы]й|[ая]ми|[ая]м|[ая]х|ого|его|ому|ему)$/u

/** Stems in order, the names of countries replaced by their code. */
function placedTerms(tokens: readonly string[], language: string | null, limit: number): Placed[] {
  const out: Placed[] = []
  let last = 0
  const upTo = (end: number) => {
    const between = tokens.slice(last, end)
    if (between.some(word => CYRILLIC.test(word))) {
      for (const word of between) {
        for (const term of terms(word, language)) {
          out.push({ term, spoken: CYRILLIC.test(word) ? word.replace(CASE, '') : term })
        }
      }
    } else if (between.length > 0) {
      for (const term of terms(between.join(' '), language)) out.push({ term, spoken: term })
    }
  }
  for (const { code, at, length } of countries(tokens, language)) {
    if (out.length >= limit) break
    upTo(at)
    out.push({ term: `@${code}`, spoken: `@${code}` })
    last = at + length
  }
  if (out.length < limit) upTo(tokens.length)
  return out.slice(0, limit)
}

/** What a term is in all languages; null for one that says nothing outside its own. */
function sharedTerm(term: string): string | null {
  if (term.startsWith('@')) return term
  // Years and single digits are in half of all reports.
  if (NUMBER.test(term)) return term.length < 2 || YEAR.test(term) ? null : `#${term}`
  const key = soundKey(term)
  return key.length < SHORTEST_KEY ? null : `~${key}`
}
