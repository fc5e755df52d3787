// The public views in PostgreSQL: the same names and columns as in the SQLite file (../views.ts). Times as dates are of type
// `timestamptz`, and what is true or false is of type `boolean`.
import { views } from '../views.ts'
import { translate } from './dialect.ts'

const QUERIES: Readonly<Record<string, string>> = {
  ...views({
    utc: time => `to_timestamp(${time} / 1000.0)`,
    markup: (stored, text) => `minwal_markup(${stored}, ${text})`,
  }),
  search: `
select s.report as rowid, r.title, coalesce(p.text || char(10), '') || r.text as text, s.words
from x_search s join x_reports r on r.id = s.report left join x_pages p on p.report = r.id`,
}

export const VIEWS: readonly string[] = Object.keys(QUERIES)

/** Script that makes all views anew. */
export const CREATE_VIEWS: string = [
  ...VIEWS.map(name => `drop view if exists ${name};`).reverse(),
  ...Object.entries(QUERIES).map(([name, query]) => `create view ${name} as ${translate(query)};`),
].join('\n')
