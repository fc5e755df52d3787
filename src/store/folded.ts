// Keeps the search column `folded` without what the raw words give: SQL makes it of headline and text by replacing letters,
// where that gives the full-text index the same words as `fold` (language/text.ts) does; only stems are stored then. Any
// other text is stored folded, whole.
import { fold, scratch, stringOf } from '../language/fold.ts'
import { type Searchable, searchable, wholeOf } from '../language/search.ts'

/** Text beyond this is kept and shown, but not searched. */
export const SEARCHED_LENGTH = 40_000

/** How a row's `folded` is made: of the raw words as they are, by replacing letters, or as it is stored. */
const AS_IT_IS = 0
const BY_LETTERS = 1
const STORED = 2
export type FoldedBy = typeof AS_IT_IS | typeof BY_LETTERS | typeof STORED

export interface FoldedColumns {
  foldedBy: FoldedBy
  /** Stems, and guesses at them, that are no words of the text; or the whole column. */
  foldedExtra: string
}

/** Letters that SQL replaces, of those that `fold` does: what Arabic and Persian news are full of. */
const REPLACED: readonly (readonly [letter: string, by: string])[] = [
  ...[...'أإآ'].map(letter => [letter, 'ا'] as const),
  ...[...'ىئی'].map(letter => [letter, 'ي'] as const),
  ['ؤ', 'و'],
  ['ة', 'ه'],
  ['ک', 'ك'],
  ['ё', 'е'],
  ['Ё', 'е'],
  ...[...'٠١٢٣٤٥٦٧٨٩'].map((letter, digit) => [letter, String(digit)] as const),
  // Tatweel and vowel marks.
  ...[...'\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652'].map(letter => [letter, ''] as const),
]

const INDEXED = /[\p{L}\p{N}\p{M}\p{Co}]/u
const LATIN_WITH_MARK = /^[a-z]\p{M}+$/u

let folds: Uint8Array | null = null

/** How each letter of the common scripts may be folded, made when it is first needed. */
function letterFolds(): Uint8Array {
  if (folds !== null) return folds
  const by = new Uint8Array(0x2070).fill(STORED)
  for (let code = 0; code < by.length; code++) {
    // Between U+0700 and U+2000 letters depend on their neighbours.
    if (code >= 0x700 && code < 0x2000) continue
    const letter = String.fromCharCode(code)
    const folded = fold(letter)
    // SQLite ends a text at U+0000. Marks may join the letter before, and sigma is folded by its place in the word.
    if (code === 0 || /[\p{M}Σ]/u.test(letter.normalize('NFKC'))) continue
    const same =
      folded === letter ||
      ((code < 0x180 || (code >= 0x400 && code < 0x460)) && folded === letter.toLowerCase()) ||
      (folded.length > 0 && !INDEXED.test(folded) && !INDEXED.test(letter)) ||
      // The tokenizer takes the marks of these Latin letters away, as `fold` does; not of all further ones.
      (code < 0x180 && LATIN_WITH_MARK.test(letter.toLowerCase().normalize('NFD')) && folded.length === 1)
    if (same) by[code] = AS_IT_IS
  }
  for (const [letter] of REPLACED) by[letter.charCodeAt(0)] = BY_LETTERS
  folds = by
  return by
}

const folding = (text: string): FoldedBy => {
  const letters = letterFolds()
  let by: number = AS_IT_IS
  for (let at = 0; at < text.length; at++) {
    const one = letters[text.charCodeAt(at)] ?? STORED
    if (one > by) by = one
    if (by === STORED) break
  }
  return by as FoldedBy
}

const searched = (title: string, text: string): string => `${title}\n${text.slice(0, SEARCHED_LENGTH)}`

/** Code units from here on are replaced by none. */
const REPLACED_BELOW = 0x700
/** By code unit: what stands in its place, 0 for nothing. */
const replacements = Uint16Array.from({ length: REPLACED_BELOW }, (_, code) => code)
for (const [letter, by] of REPLACED) replacements[letter.charCodeAt(0)] = by === '' ? 0 : by.charCodeAt(0)

/** What SQL makes of a text that is folded by its letters. */
function replaced(text: string): string {
  const units = scratch(text.length)
  let length = 0
  let all = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const by = code < REPLACED_BELOW ? (replacements[code] as number) : code
    if (by === 0) continue
    all |= by
    units[length++] = by
  }
  return stringOf(units, length, all)
}

/** The search column of a report without a page, as the view `x_search_text` gives it. */
export function foldedText(title: string, text: string, { foldedBy, foldedExtra }: FoldedColumns): string {
  if (foldedBy === STORED) return foldedExtra
  // SQL counts code points.
  const begins =
    text.length > SEARCHED_LENGTH ? [...text.slice(0, 2 * SEARCHED_LENGTH)].slice(0, SEARCHED_LENGTH).join('') : text
  const raw = `${title}\n${begins}`
  const folded = foldedBy === AS_IT_IS ? raw : replaced(raw)
  return `${folded}\n${foldedExtra}`
}

/** The same of a text that was folded already: its folded words, and the stems that are none of them. */
export function foldedColumnsOf(title: string, text: string, whole: Searchable): FoldedColumns {
  const foldedBy = folding(searched(title, text))
  return { foldedBy, foldedExtra: foldedBy === STORED ? wholeOf(whole) : whole.extra }
}

/** What is stored of a report's search column; `whole` is that column where it has been made already. */
export function foldedColumns(
  title: string,
  text: string,
  language: string | null,
  whole: string = searchable(searched(title, text), language),
): FoldedColumns {
  const raw = searched(title, text)
  const foldedBy = folding(raw)
  const folded = foldedBy === STORED ? '' : fold(raw)
  // A column of an older version may have been folded by other rules.
  if (foldedBy === STORED || !whole.startsWith(folded)) return { foldedBy: STORED, foldedExtra: whole }
  const extra = whole.slice(folded.length)
  if (extra !== '' && !extra.startsWith('\n')) return { foldedBy: STORED, foldedExtra: whole }
  return { foldedBy, foldedExtra: extra.slice(1) }
}

/** Replacements in one expression: SQLite before 3.46 parses some thirty calls within each other, and no more. */
const NESTED = 9

/** Definitions of the column `folded` and of those it is made through, from `title`, `text`, `folded_by` and `folded_extra`. */
export const FOLDED_COLUMNS: string = ((): string => {
  const raw = `title || char(10) || substr(text, 1, ${SEARCHED_LENGTH})`
  const columns: string[] = []
  let source = raw
  for (let at = 0; at < REPLACED.length; at += NESTED) {
    const sql = REPLACED.slice(at, at + NESTED).reduce(
      (inner, [from, to]) => `replace(${inner}, '${from}', '${to}')`,
      source,
    )
    source = `folded_${columns.length + 1}`
    columns.push(`${source} text generated always as (${sql}) virtual`)
  }
  return [
    ...columns,
    `folded text generated always as (case folded_by when ${AS_IT_IS} then ${raw} || char(10) || folded_extra
    when ${BY_LETTERS} then ${source} || char(10) || folded_extra else folded_extra end) virtual`,
  ].join(',\n  ')
})()

/** Letters replaced as far as SQL does, of the columns `names`: queries within each other around `from`. */
function replacing(from: string, kept: string, names: readonly string[]): string {
  let query = from
  for (let at = 0; at < REPLACED.length; at += NESTED) {
    const letters = names.map(
      name =>
        `${REPLACED.slice(at, at + NESTED).reduce((inner, [by, to]) => `replace(${inner}, '${by}', '${to}')`, name)} as ${name}`,
    )
    query = `(select ${kept}, ${letters.join(', ')} from ${query})`
  }
  return query
}

/** `folded` of one text, of columns with this beginning of their names. */
const foldedSql = (
  of = '',
): string => `case ${of}folded_by when ${AS_IT_IS} then ${of}raw || char(10) || ${of}folded_extra
  when ${BY_LETTERS} then ${of}letters || char(10) || ${of}folded_extra else ${of}folded_extra end`

/** The query that the full-text index was made of before schema 13: its view is `x_search_text`, until schema 9 `search_text`. */
export function searchText(reports: string): string {
  const kept = 'id, title, text, folded_by, folded_extra'
  const raw = `title || char(10) || substr(text, 1, ${SEARCHED_LENGTH})`
  const from = replacing(`(select ${kept}, ${raw} as raw, ${raw} as letters from ${reports})`, `${kept}, raw`, [
    'letters',
  ])
  return `select id, title, text, ${foldedSql()} as folded
from ${from}`
}

/**
 * The query that the full-text index is made of. A text that was taken from a report's page stands before the feed's, which is
 * still found by its words; each is folded by itself, so that either may change alone.
 */
export function searchTextOfPages(): string {
  const raw = `r.title || char(10) || substr(r.text, 1, ${SEARCHED_LENGTH})`
  const page = `substr(p.text, 1, ${SEARCHED_LENGTH})`
  const kept = 'id, title, text, folded_by, folded_extra, page_text, page_folded_by, page_folded_extra, raw, page_raw'
  const from = `(select r.id, r.title, r.text, r.folded_by, r.folded_extra, p.text as page_text, p.folded_by as page_folded_by,
  p.folded_extra as page_folded_extra, ${raw} as raw, ${page} as page_raw, ${raw} as letters, ${page} as page_letters
  from x_reports r left join x_pages p on p.report = r.id)`
  const letters = replacing(from, kept, ['letters', 'page_letters'])
  return `select id, title, iif(page_text is null, text, page_text || char(10) || text) as text,
  iif(page_text is null, '', ${foldedSql('page_')} || char(10)) || ${foldedSql()} as folded
from ${letters}`
}

/** What is stored of the search column of a text that was taken from a page. */
export const foldedPage = (text: string, language: string | null): FoldedColumns => foldedColumns('', text, language)
