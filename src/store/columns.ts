// What the table of reports holds of a report: a column that can be made of another is not stored. The table's generated
// columns `guid`, `url`, `guid_key`, `headline` and `folded` give it back; they cannot be written.
import type { Report } from '../model/decided.ts'
import { type FoldedColumns, foldedColumns } from './folded.ts'
import { packMarkup } from './markup.ts'

/**
 * The long columns of a report in the form in which they are stored. Made by whoever reads the report, for it takes longer
 * than writing them. Plain data: it travels between threads.
 */
export interface StoredText extends FoldedColumns {
  summary: string | null
  content: string | null
}

/** `folded` is the whole of what the search column answers beside the raw words. */
export function storedText({ title, text, language, summary, content }: Report, folded: string): StoredText {
  return {
    summary: packMarkup(summary, text),
    content: packMarkup(content, text),
    ...foldedColumns(title, text, language, folded),
  }
}

/** Columns of a text: those that a revision writes anew. */
export function reportColumns(report: Report, { summary, content, foldedBy, foldedExtra }: StoredText) {
  return {
    canonicalUrl: report.canonicalUrl,
    ownUrl: report.url === report.canonicalUrl ? null : report.url,
    title: report.title,
    ownHeadline: report.wire.title === report.title ? null : report.wire.title,
    summary,
    content,
    text: report.text,
    foldedBy,
    foldedExtra,
    published: report.published,
    updated: report.updated,
    authors: JSON.stringify(report.authors),
    categories: JSON.stringify(report.categories),
    enclosures: JSON.stringify(report.enclosures),
    dateline: report.wire.dateline?.matched ?? null,
    signal: report.wire.signal,
    furniture: JSON.stringify(report.wire.furniture),
    hash: report.hash,
  }
}

/** Columns of a report's guid, and of what stays of it when agencies rewrite it (`guidKey` in decide/identity.ts). */
export function guidColumns(guid: string, key: string, canonicalUrl: string | null) {
  return { ownGuid: guid === canonicalUrl ? null : guid, ownGuidKey: key === guid ? null : key }
}
