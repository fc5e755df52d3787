// The ninth migration: inner tables begin with `x_`, so that the public views come first wherever tables are listed by name. Only
// the schema is written, whatever the size of the file.
import type { Database } from './engine.ts'
import { searchText } from './folded.ts'

const TABLES = [
  ...[
    'meta',
    'agencies',
    'feeds',
    'threads',
    'stories',
    'reports',
    'thread_agencies',
    'revisions',
    'credits',
    'figures',
  ],
  ...['polls', 'story_features', 'report_features', 'flashes', 'regroupings', 'redirects', 'decisions', 'thread_links'],
  ...['held', 'held_sums', 'report_categories', 'tombstones', 'prunings'],
]

/**
 * A released migration: never edited. References, indexes and the other triggers follow a table that is renamed, and the tables of
 * the full text follow `search`. What that is made of stands in its definition, which no statement changes: it is edited where
 * SQLite keeps it (SQLite, "ALTER TABLE", 7), before the renaming reads all definitions again. The connection must allow that.
 */
export const RENAMED = `
drop trigger reports_search_delete;
drop trigger reports_search_changing;
drop trigger reports_search_changed;
drop view search_text;
${TABLES.map(name => `alter table ${name} rename to x_${name};`).join('\n')}
create view x_search_text as
${searchText('x_reports')};

pragma writable_schema = on;
update sqlite_schema set sql = replace(sql, '''search_text''', '''x_search_text''') where name = 'search';
alter table search rename to x_search;
pragma writable_schema = off;

create trigger reports_search_delete before delete on x_reports begin
  insert into x_search (x_search, rowid, title, text, folded)
  select 'delete', id, title, text, folded from x_search_text where id = old.id;
end;
create trigger reports_search_changing before update of title, text, folded_by, folded_extra on x_reports begin
  insert into x_search (x_search, rowid, title, text, folded)
  select 'delete', id, title, text, folded from x_search_text where id = old.id;
end;
create trigger reports_search_changed after update of title, text, folded_by, folded_extra on x_reports begin
  insert into x_search (rowid, title, text, folded) select id, title, text, folded from x_search_text where id = new.id;
end;
`

/** The first version of the schema with these names. */
const RENAMED_IN = 9

/** What an inner table is called in a file of any version. */
export function innerName(db: Database.Database, table: 'meta' | 'polls' | 'threads'): string {
  return Number(db.pragma('user_version', { simple: true })) < RENAMED_IN ? table : `x_${table}`
}
