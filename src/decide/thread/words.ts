// What a story says, as counted words: the words of its own language, and beside them the few terms that every language
// can express: countries, numbers, names by their sound, and concepts. Pure.

import { CONCEPT, type Concepts } from '../../language/concepts.ts'
import { countryOf, phrasesOf } from '../../language/countries.ts'
import { soundKey } from '../../language/sound.ts'
import { primaryLanguage } from '../../language/tag.ts'
import { hasContent, rootOf, stemmerOf, terms } from '../../language/terms.ts'
import { CYRILLIC_SCRIPT, newList, type Word, type WordFacts, wordsOf } from '../../language/words.ts'
import { type Boilerplate, withoutBoilerplate } from './boilerplate.ts'
import { type Form, formOf } from './form.ts'
import { bareHeadline, type Header, headerOf } from './header.ts'

/** What threading reads of a story: the wire's boilerplate is already off. */
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
  /** The concepts that languages share; null where there is one language. */
  concepts?: Concepts | null
}

export interface ThreadWords {
  /** Language of the words: the first part of the tag, or "". */
  language: string
  /** Words of the language by stem; countries as `@KZ`. */
  own: Map<string, number>
  /** Terms of any language: `@KZ` a country, `#748` a number, `~tkf` a name by its sound, `^dam` a concept. */
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
/** Characters of a body that are read. */
export const THREAD_BODY = 1_600
const YEAR = /^(?:19|20)\d\d$/
const NUMBER = /^\d+$/
// Two consonants are in every second word.
const SHORTEST_KEY = 3

/**
 * The words of a report, so prepared that they are counted without folding or cutting anything, whatever of them is left
 * out: each distinct word once, by number, and where it stands. Plain data that is cheap to send to another thread.
 */
export interface PlacedWords {
  /** First part of the language's tag, or "". */
  language: string
  /** The distinct words, folded; of each the term of its language and that of all languages, "" for none. A blank between. */
  words: string
  terms: string
  shared: string
  /** How many places the headline has; then the words at the places of headline and body. */
  headline: number
  places: Uint16Array
  /** Of each distinct word the hash by which patterns know it, and its length in them. */
  patternHashes: Uint32Array
  patternLengths: Uint8Array
  /** Names of countries in several words, that may stand in it. */
  phrases: readonly { code: string; words: readonly number[] }[]
  form: Form
  header: { key: number; words: readonly number[] } | null
}

/** Prepare the words of a report: `body` are those of the first {@link THREAD_BODY} characters of its body. */
export function placeWords(title: string, body: readonly Word[], language: string | null): PlacedWords {
  const bare = bareHeadline(title)
  const headline = wordsOf(bare)
  const tongue = primaryLanguage(language) ?? ''
  const stemmer = stemmerOf(language)
  const list = newList()
  const distinct: Word[] = []
  const places = new Uint16Array(headline.length + body.length)
  let length = 0
  for (const word of headline) places[length++] = placeOf(word, list, distinct)
  for (const word of body) places[length++] = placeOf(word, list, distinct)
  const words: string[] = []
  const found: string[] = []
  const shared: string[] = []
  const phrases: { code: string; words: readonly number[] }[] = []
  const patternHashes = new Uint32Array(distinct.length)
  const patternLengths = new Uint8Array(distinct.length)
  for (let at = 0; at < distinct.length; at++) {
    const word = distinct[at] as Word
    const facts = factsOf(word, tongue, stemmer)
    words.push(word.text)
    found.push(facts.term)
    shared.push(facts.shared)
    patternHashes[at] = word.patternHash
    patternLengths[at] = word.patternLength
    if (facts.opensPhrase) {
      for (const { rest, code } of phrasesOf(word.text, language)) {
        const found = [at, ...rest.map(text => distinct.findIndex(other => other.text === text))]
        if (!found.includes(-1)) phrases.push({ code, words: found })
      }
    }
  }
  const before = headerOf(bare)
  const header = before?.words.map(text => distinct.findIndex(other => other.text === text)) ?? []
  return {
    language: language?.split('-')[0]?.toLowerCase() ?? '',
    words: words.join(' '),
    terms: found.join(' '),
    shared: shared.join(' '),
    headline: headline.length,
    places,
    patternHashes,
    patternLengths,
    phrases,
    form: formOf(
      headline.map(({ text }) => text),
      language,
    ),
    header: before === null || header.includes(-1) ? null : { key: before.key, words: header },
  }
}

function placeOf(word: Word, list: number, distinct: Word[]): number {
  if (word.listed !== list) {
    word.listed = list
    word.place = distinct.length
    distinct.push(word)
  }
  return word.place
}

// Endings of case that hold a consonant; all others are vowels, which no key keeps.
const CASE = /(?<=....)(?:[оеы]м|[оеы]й|[ая]ми|[ая]м|[ая]х|ого|его|ому|ему)$/u

const BEGINS_WITH_MARK = /^\p{M}/u

function termOf(word: Word, language: string, stemmer: number): string {
  // Pairs of a script without spaces may begin with the mark of the letter before.
  if (BEGINS_WITH_MARK.test(word.text)) return terms(word.text, language, 1)[0] ?? ''
  return hasContent(word) ? rootOf(word, stemmer).text : ''
}

/** What a word counts as in a language: the country that it names, else its stem. */
function factsOf(word: Word, language: string, stemmer: number): WordFacts {
  for (let facts = word.facts; facts !== null; facts = facts.next) if (facts.language === language) return facts
  const country = countryOf(word.text, language || null)
  const term = country !== null ? `@${country}` : termOf(word, language, stemmer)
  // In Cyrillic stems lose the end of names, «Токаев» is «тока»: the word itself tells how it sounds.
  const sounds = country === null && word.script === CYRILLIC_SCRIPT ? word.text.replace(CASE, '') : term
  const facts: WordFacts = {
    language,
    term,
    shared: term === '' ? '' : (sharedTerm(sounds) ?? ''),
    opensPhrase: phrasesOf(word.text, language || null).length > 0,
    // Those of one other language are kept.
    next: word.facts === null ? null : { ...word.facts, next: null },
  }
  word.facts = facts
  return facts
}

/** Count the prepared words of a story, without those that are its publisher's, and the concepts that they name. */
export function countWords(
  placed: PlacedWords,
  boilerplate: Boilerplate | null,
  foreign: Uint8Array | null,
  concepts: Concepts | null,
): ThreadWords {
  const { headline, places } = placed
  const counting = new Counting(placed, concepts)
  const title = counting.without(places.subarray(0, headline), boilerplate, true)
  counting.add(title, TITLE_WEIGHT, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
  const body = places.subarray(headline)
  const own = foreign === null ? body : body.filter((_, at) => foreign[at] !== 1)
  counting.add(counting.without(own, boilerplate, false), 1, BODY_WORDS, SHARED_BODY_WORDS)
  const { header } = placed
  const kept = header?.words.every((word, at) => title[at] === word)
  return {
    language: placed.language,
    own: counting.own,
    shared: counting.shared,
    form: placed.form,
    header: header && kept ? { key: header.key, terms: counting.termsOf(header.words), weight: TITLE_WEIGHT } : null,
  }
}

class Counting {
  readonly own = new Map<string, number>()
  readonly shared = new Map<string, number>()
  readonly #placed: PlacedWords
  readonly #terms: readonly string[]
  readonly #shared: readonly string[]
  #words: readonly string[] | null = null
  readonly #concepts: Concepts | null

  constructor(placed: PlacedWords, concepts: Concepts | null) {
    this.#placed = placed
    this.#concepts = concepts
    this.#terms = placed.terms.split(' ')
    this.#shared = placed.shared.split(' ')
  }

  /** The words at these places that are not boilerplate. */
  without(places: Uint16Array, boilerplate: Boilerplate | null, headline: boolean): Uint16Array {
    if (boilerplate === null || boilerplate.size === 0) return places
    const { patternHashes, patternLengths, words } = this.#placed
    const wordAt = (at: number): string => {
      this.#words ??= words.split(' ')
      return this.#words[places[at] as number] as string
    }
    const patterns = { places, hashes: patternHashes, sizes: patternLengths }
    const left = withoutBoilerplate(patterns, wordAt, boilerplate, headline)
    return left === null ? places : Uint16Array.from(left, at => places[at] as number)
  }

  /** Add the first `limit` terms, and what all languages say of the first `sharedLimit` of them. */
  add(places: ArrayLike<number>, weight: number, limit: number, sharedLimit: number): void {
    let count = 0
    const stems: string[] = []
    for (let at = 0; at < places.length && count < limit; at++) {
      const word = places[at] as number
      let term = this.#terms[word] as string
      let shared = this.#shared[word] as string
      const phrase = this.#phraseAt(places, at)
      if (phrase) {
        term = `@${phrase.code}`
        shared = term
        at += phrase.words.length - 1
      }
      if (term === '') continue
      this.own.set(term, (this.own.get(term) ?? 0) + weight)
      if (count < sharedLimit) {
        if (shared !== '') this.shared.set(shared, (this.shared.get(shared) ?? 0) + weight)
        stems.push(term)
      }
      count++
    }
    this.#addConcepts(stems, weight)
  }

  /** Add the concepts that stems in a row name, each run of stems at most once. */
  #addConcepts(stems: readonly string[], weight: number): void {
    const concepts = this.#concepts
    if (concepts === null) return
    for (let at = 0; at < stems.length; at++) {
      const found = concepts.find(this.#placed.language, stems, at)
      if (found === null) continue
      const term = CONCEPT + concepts.names[found.concept]
      this.shared.set(term, (this.shared.get(term) ?? 0) + weight)
      at += found.length - 1
    }
  }

  termsOf(places: readonly number[]): string[] {
    const found: string[] = []
    for (let at = 0; at < places.length; at++) {
      const phrase = this.#phraseAt(places, at)
      const term = phrase ? `@${phrase.code}` : (this.#terms[places[at] as number] as string)
      if (phrase) at += phrase.words.length - 1
      if (term !== '') found.push(term)
    }
    return found
  }

  #phraseAt(places: ArrayLike<number>, at: number): { code: string; words: readonly number[] } | null {
    for (const phrase of this.#placed.phrases) {
      if (phrase.words.every((word, next) => places[at + next] === word)) return phrase
    }
    return null
  }
}

/** Count the words of a story. */
export function threadWords({ title, body, language, boilerplate, foreign, concepts }: ThreadInput): ThreadWords {
  const placed = placeWords(title, wordsOf(body.slice(0, THREAD_BODY)), language)
  return countWords(placed, boilerplate ?? null, foreign ?? null, concepts ?? null)
}

/** What a term is in all languages; null for one that says nothing outside its own. */
function sharedTerm(term: string): string | null {
  if (term.startsWith('@')) return term
  // Years and single digits are in half of all reports.
  if (NUMBER.test(term)) return term.length < 2 || YEAR.test(term) ? null : `#${term}`
  const key = soundKey(term)
  return key.length < SHORTEST_KEY ? null : `~${key}`
}
