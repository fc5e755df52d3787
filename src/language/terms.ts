// What words are compared by: their stems, without those that carry no meaning. Pure; stems are remembered with their words.
import snowball from 'snowball-stemmers'
import { arabicGuesses, arabicStem } from './arabic.ts'
import { fold, UNSPACED } from './fold.ts'
import { primaryLanguage } from './tag.ts'
import {
  ARABIC_SCRIPT,
  CYRILLIC_SCRIPT,
  hash32,
  LATIN_SCRIPT,
  NUMBER_SCRIPT,
  OTHER_SCRIPT,
  type Word,
  wordOf,
  words,
} from './words.ts'

// Words that say nothing of what a report is about. Folded forms. What is missing here is rare or weighs little by idf.
const stopWords = (): ReadonlySet<string> =>
  new Set(
    fold(`
  the a an of to in and for on with at by from as is are was were be been has have had it its this that he she they his her
  their them we our you your not but or if than then over after before into out up down about against between will would
  can could may might says said say new more who what when where why how all no amid during off first two one also just
  do does did get gets us i me my so any some only other such there here while which still now
  le la les de des du un une et en au aux dans pour par sur avec est sont que qui ne pas ce cette ces son sa ses leur plus
  apres avant entre comme mais ou se il elle ils elles d l s c qu n j a
  ont ete etait etaient fait faire tout tous toute aussi encore selon lors depuis contre sous dont meme peut
  el los las del al una y por con para como es son su sus lo mas pero tras sobre entre sin desde hasta segun ya este esta
  der die das und den dem des ein eine einer eines einem einen im in zu zum zur mit von vom auf fur ist sind nach bei aus an
  als auch nicht wird werden wurde sich es er sie wie uber hat haben
  и в во на не что с со по из за к ко о об от до для при как это он она они его ее их был была было были а но же или у бы
  также после более уже того этого этом тому том тем чем ей им них будет будут который которая которые которых еще только так
  ve bir bu da de ile icin en gibi olarak olan daha cok ne ki mi sonra kadar
  o os as um uma e do da dos das em no na nos nas com por para que se mais ao
  في من على الى عن ان أن إن كان كانت قد بعد قبل خلال حيث كما لكن و او ثم هذا هذه ذلك تلك التي الذي الذين ما لا لم لن هو
  هي هم مع بين عند عبر كل اي اذا اكثر غير منذ حتى ضد نحو يوم اليوم امس به بها له لها فيه فيها انه انها وقد وكان عليه
  عليها منه منها الى وفي ومن وعلى ولا وان فان بان بعض احد احدى دون سوي ايضا قال قالت وقال واضاف اكد واكد ذكر
  از به با را که این آن در است برای یک تا هم می شد شده کرد
  `).match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu) ?? [],
  )

let stop: ReadonlySet<string> | null = null

/** Algorithms of Snowball by language. Latin script in any other language is stemmed as English. */
const SNOWBALL: Readonly<Record<string, string>> = {
  en: 'english',
  fr: 'french',
  es: 'spanish',
  de: 'german',
  tr: 'turkish',
  pt: 'portuguese',
  it: 'italian',
  nl: 'dutch',
}
/** The languages whose words in Latin script have a stemmer. */
export const STEMMED: readonly string[] = Object.keys(SNOWBALL)
/** In a Russian text all words but Arabic ones are read as Russian: «100-летний» begins with a digit. */
const RUSSIAN = STEMMED.length

type Stemmer = ReturnType<typeof snowball.newStemmer>
const stemmers = new Map<string, Stemmer>()

function snowballStem(algorithm: string, word: string): string {
  let stemmer = stemmers.get(algorithm)
  if (!stemmer) {
    stemmer = snowball.newStemmer(algorithm)
    stemmers.set(algorithm, stemmer)
  }
  return stemmer.stem(word)
}

/** Place of a language among those with a stemmer: 0, English, for all others. */
export function stemmerOf(language: string | null): number {
  const primary = primaryLanguage(language) ?? 'en'
  return primary === 'ru' ? RUSSIAN : Math.max(0, STEMMED.indexOf(primary))
}

/** Stem of a word by the stemmer of {@link stemmerOf}. Cyrillic is read as Russian, Arabic script by light stemming. */
export function rootOf(word: Word, stemmer: number): Word {
  const place = word.script === LATIN_SCRIPT || word.script === OTHER_SCRIPT ? stemmer : 0
  const known = word.stems[place]
  if (known) return known
  const text = stemOf(word, stemmer)
  const made = text === word.text ? word : wordOf(text)
  word.stems[place] = made
  return made
}

function stemOf({ text, script }: Word, stemmer: number): string {
  if (script === NUMBER_SCRIPT) return text
  if (script === ARABIC_SCRIPT) return arabicStem(text)
  if (script === CYRILLIC_SCRIPT || stemmer === RUSSIAN) return snowballStem('russian', text)
  return script === LATIN_SCRIPT ? snowballStem(SNOWBALL[STEMMED[stemmer] ?? 'en'] ?? 'english', text) : text
}

/**
 * Stem of one folded word. Latin script follows `language` (English where it is unknown), Cyrillic is read as Russian,
 * Arabic script by light stemming.
 */
export function stem(word: string, language: string | null): string {
  return rootOf(wordOf(word), stemmerOf(language)).text
}

/** Stems that a word in Arabic script may have besides, for searching: see {@link arabicGuesses}. */
export function guessesOf(word: Word): readonly Word[] {
  word.guesses ??= word.script === ARABIC_SCRIPT ? arabicGuesses(word.text).map(wordOf) : []
  return word.guesses
}

/** Whether a word carries meaning: no stop word, no single letter. */
export function hasContent(word: Word): boolean {
  stop ??= stopWords()
  word.content ??=
    !stop.has(word.text) && (word.text.length > 1 || word.script === NUMBER_SCRIPT || UNSPACED.test(word.text))
  return word.content
}

/** The first `limit` stems that carry meaning, in order: no stop words, no single letters. */
export function terms(text: string, language: string | null, limit = Number.POSITIVE_INFINITY): string[] {
  return termsOf(words(fold(text)), language, limit)
}

/** {@link terms} of the words of a folded text. */
export function termsOf(row: readonly string[], language: string | null, limit = Number.POSITIVE_INFINITY): string[] {
  const out: string[] = []
  const stemmer = stemmerOf(language)
  for (const found of row) {
    if (out.length >= limit) break
    const word = wordOf(found)
    if (hasContent(word)) out.push(rootOf(word, stemmer).text)
  }
  return out
}

/** Hashes of the overlapping runs of three words, each once, in order of first appearance. */
export function shingles(tokens: readonly string[], size = 3): number[] {
  if (tokens.length > 0 && tokens.length < size) return [hash32(tokens.join(' '))]
  return [...new Set(runHashes(tokens, size))]
}

/** The hash of the run of words that begins at each place. */
export function runHashes(tokens: readonly string[], size = 3): number[] {
  const found: number[] = []
  for (let at = 0; at + size <= tokens.length; at++) {
    let run = tokens[at] ?? ''
    for (let next = 1; next < size; next++) run += ` ${tokens[at + next]}`
    found.push(hash32(run))
  }
  return found
}
