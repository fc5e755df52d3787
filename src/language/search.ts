// Full text: what is indexed beside the words of a text, and what is asked of the index for words as a person types them.
import { fold, UNSPACED } from './fold.ts'
import { remember } from './remember.ts'
import { guessesOf, rootOf, STEMMED, stem, stemmerOf } from './terms.ts'
import { ARABIC_SCRIPT, type Cut, cut, newList, type Word, wordOf, words } from './words.ts'

/**
 * Folded text as it is indexed for searching: the folded words, and behind them each stem that is not itself one of the
 * words, so that «الاحتجاجات» is found by «احتجاج» and by «احتجاجات».
 */
export function searchable(text: string, language: string | null): string {
  return wholeOf(searchableOf(cut(text), language))
}

/** A text as it is indexed for searching, in its two parts. */
export interface Searchable {
  folded: string
  /** Stems that are none of its words, a blank between. */
  extra: string
}

/** Both parts as they are indexed. */
export const wholeOf = ({ folded, extra }: Searchable): string => (extra === '' ? folded : `${folded}\n${extra}`)

/** {@link searchable} of a text that was cut. */
export function searchableOf({ folded, words: all, starts }: Cut, language: string | null): Searchable {
  const list = newList()
  const plain: Word[] = []
  for (const word of all) {
    if (word.listed === list) continue
    word.listed = list
    plain.push(word)
  }
  let extra = ''
  const add = (word: Word): void => {
    if (word.listedBeside === list) return
    word.listedBeside = list
    extra += extra === '' ? word.text : ` ${word.text}`
  }
  const stemmer = stemmerOf(language)
  const unspaced = starts === null && UNSPACED.test(folded)
  for (const word of plain) {
    const root = rootOf(word, stemmer)
    if (root.listed !== list) add(root)
    if (word.script === ARABIC_SCRIPT) for (const guess of guessesOf(word)) if (guess.listed !== list) add(guess)
    // The tokenizer takes a run without spaces for one word; its pairs must stand by themselves to be found.
    if (unspaced) add(word)
  }
  return { folded, extra }
}

/**
 * FTS5 expression for words as a person types them: all must occur, each as itself or by its stem in any language we
 * know. Null when nothing searchable was typed. Quoted throughout: typed operators are words.
 */
export function searchExpression(typed: string): string | null {
  const asked = words(fold(typed.slice(0, 500))).slice(0, 20)
  if (asked.length === 0) return null
  const groups = asked.map(word => `(${[...formsOf(word)].map(form => `"${form}"`).join(' OR ')})`)
  return `folded : (${groups.join(' AND ')})`
}

/** A folded word as it stands, and its stem in any language we know. */
function formsOf(word: string): Set<string> {
  const forms = new Set([word, ...[null, ...STEMMED].map(language => stem(word, language))])
  for (const guess of guessesOf(wordOf(word))) forms.add(guess.text)
  return forms
}

/** Words of a language that a matcher remembers. */
const MATCHES_KNOWN = 20_000

/** Whether a word of a text, as it is written there, is one of those that were typed. */
export function matcher(typed: string): (written: string, language: string | null) => boolean {
  const asked = new Set(
    words(fold(typed.slice(0, 500)))
      .slice(0, 20)
      .flatMap(word => [...formsOf(word)]),
  )
  const isAsked = (written: string, language: string | null): boolean => {
    const word = fold(written)
    if (asked.has(word) || asked.has(stem(word, language))) return true
    return guessesOf(wordOf(word)).some(guess => asked.has(guess.text))
  }
  // Texts of one language have most of their words in common.
  const known = new Map<string | null, (written: string) => boolean>()
  return (written, language) => {
    let ask = known.get(language)
    if (ask === undefined) {
      ask = remember(MATCHES_KNOWN, word => isAsked(word, language))
      known.set(language, ask)
    }
    return ask(written)
  }
}
