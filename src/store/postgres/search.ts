// Full text in PostgreSQL: words are cut and folded here, by the same rules as in SQLite, and stand in a `tsvector` as they are.
import { fold } from '../../language/fold.ts'
import { words } from '../../language/words.ts'

/** Bytes of a word that a `tsvector` takes are 2,046 (PostgreSQL, "Limitations" of text search); a letter has four at most. */
const LONGEST_WORD = 500
/** Words of one text: a `tsvector` holds a megabyte. */
const MOST_WORDS = 20_000

/** The words under which a text is found, each once. `folded` is the whole search column. */
export function lexemes(folded: string): string[] {
  const found = new Set<string>()
  for (const word of words(fold(folded))) {
    if (word.length > LONGEST_WORD) continue
    found.add(word)
    if (found.size >= MOST_WORDS) break
  }
  return [...found]
}

/** The `tsquery` of what `searchExpression` (language/search.ts) makes: quoted words, OR, AND and brackets. */
export function tsqueryOf(expression: string): string {
  return expression
    .replace(/^folded : /, '')
    .replaceAll(/"([^"]*)"/g, (_, word: string) => `'${word.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`)
    .replaceAll(' OR ', ' | ')
    .replaceAll(' AND ', ' & ')
}
