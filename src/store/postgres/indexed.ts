// Keeps the words by which reports are found.
import { type FoldedColumns, foldedText } from '../folded.ts'
import type { Value, WritableSql } from '../sql.ts'
import { lexemes } from './search.ts'

/** An array as the server reads it: half the time of a JSON list. */
const arrayOf = (words: readonly string[]): string =>
  `{${words.map(word => `"${word.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`

/** Words of a report in place of those it had. */
export function indexReport(sql: WritableSql, report: number, _title: string, _text: string, folded: string): void {
  sql.run(
    `insert into x_search (report, words) values (@report, array_to_tsvector(cast(@words as text[])))
     on conflict (report) do update set words = excluded.words`,
    { report, words: arrayOf(lexemes(folded)) },
  )
}

/** A report on file is found by its words as they are now, with those of its page. */
export function reindex(sql: WritableSql, report: number): void {
  const row = sql.get(
    `select r.title, r.text, r.folded_by, r.folded_extra, p.text as page_text, p.folded_by as page_folded_by,
       p.folded_extra as page_folded_extra from x_reports r left join x_pages p on p.report = r.id where r.id = @report`,
    { report },
  )
  if (row === undefined) return
  const title = String(row['title'])
  const words = foldedText(title, String(row['text']), foldedOf(row['folded_by'], row['folded_extra']))
  const page = row['page_text'] ?? null
  const more =
    page === null ? '' : foldedText('', String(page), foldedOf(row['page_folded_by'], row['page_folded_extra']))
  indexReport(sql, report, title, String(row['text']), `${words}\n${more}`)
}

const foldedOf = (by: Value | undefined, extra: Value | undefined): FoldedColumns => ({
  foldedBy: Number(by) as FoldedColumns['foldedBy'],
  foldedExtra: String(extra),
})
