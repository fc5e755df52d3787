// What the table of reports holds of a report: a column that can be made of another is not stored. The table's generated
// columns `guid`, `url`, `guid_key` and `headline` give it back; they cannot be written. `folded` is made in folded.ts.
import type { Searchable } from '../language/search.ts'
import type { Report } from '../model/decided.ts'
import { type FoldedColumns, foldedColumnsOf } from './folded.ts'
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
export function storedText({ title, text, summary, content }: Report, folded: Searchable): StoredText {
  return {
    summary: packMarkup(summary, text),
    content: packMarkup(content, text),
    ...foldedColumnsOf(title, text, folded),
  }
}

/** Columns of a text: those that a revision writes anew. */
export function reportColumns(report: Report, { summary, content, foldedBy, foldedExtra }: StoredText) {
  return {
    canonicalUrl: report.canonicalUrl,
    ownUrl: ownUrl(report),
    title: report.title,
    ownHeadline: ownHeadline(report),
    summary,
    content,
    text: report.text,
    foldedBy,
    foldedExtra,
    published: report.published,
    updated: report.updated,
    authors: listed(report.authors),
    categories: listed(report.categories),
    enclosures: listed(report.enclosures),
    dateline: report.wire.dateline?.matched ?? null,
    signal: report.wire.signal,
    furniture: listed(report.wire.furniture),
    hash: report.hash,
  }
}

/** A list as JSON. */
export const listed = (values: readonly unknown[]): string => (values.length === 0 ? '[]' : JSON.stringify(values))

export const ownUrl = ({ url, canonicalUrl }: Report): string | null => (url === canonicalUrl ? null : url)

export const ownHeadline = ({ title, wire }: Report): string | null => (wire.title === title ? null : wire.title)

const ownGuid = (guid: string, canonicalUrl: string | null): string | null => (guid === canonicalUrl ? null : guid)

/** Columns of a report's guid, and of what stays of it when agencies rewrite it (`guidKey` in decide/identity.ts). */
export function guidColumns(guid: string, key: string, canonicalUrl: string | null) {
  return { ownGuid: ownGuid(guid, canonicalUrl), ownGuidKey: key === guid ? null : key }
}
