// What the table of reports holds of a report: a column that can be made of another is not stored. The table's generated
// columns `guid`, `url`, `guid_key`, `headline` and `folded` give it back; they cannot be written.
import type { Report } from '../model/decided.ts'
import { foldedColumns } from './folded.ts'
import { packMarkup } from './markup.ts'

/** Columns of a text: those that a revision writes anew. */
export function reportColumns(report: Report) {
  const { foldedBy, foldedExtra } = foldedColumns(report.title, report.text, report.language)
  return {
    canonicalUrl: report.canonicalUrl,
    ownUrl: report.url === report.canonicalUrl ? null : report.url,
    title: report.title,
    ownHeadline: report.wire.title === report.title ? null : report.wire.title,
    summary: packMarkup(report.summary, report.text),
    content: packMarkup(report.content, report.text),
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
