// The sixth migration: what triggers did for each report (full text, categories, counts of agencies) is written with its
// document. The column `folded` leaves the table: SQLite makes generated columns with every row that is written, and this one
// took more time than all others.
import { searchText } from './folded.ts'

/** A released migration: never edited. */
export const BATCHES = `
drop trigger reports_search_insert;
drop trigger reports_search_delete;
drop trigger reports_search_update;
drop trigger reports_categories_insert;
drop trigger reports_agency_insert;
drop table search;
alter table reports drop column folded;
alter table reports drop column folded_4;
alter table reports drop column folded_3;
alter table reports drop column folded_2;
alter table reports drop column folded_1;

-- What the full-text index is made of. A migration that makes \`reports\` anew makes it anew.
create view search_text as
${searchText('reports')};
create virtual table search using fts5 (
  title, text, folded,
  content = 'search_text', content_rowid = 'id',
  tokenize = "unicode61 remove_diacritics 2 categories 'L* N* M* Co'"
);
insert into search (search, rank) values ('automerge', 16), ('crisismerge', 64);
insert into search (search) values ('rebuild');
create trigger reports_search_delete before delete on reports begin
  insert into search (search, rowid, title, text, folded)
  select 'delete', id, title, text, folded from search_text where id = old.id;
end;
create trigger reports_search_changing before update of title, text, folded_by, folded_extra on reports begin
  insert into search (search, rowid, title, text, folded)
  select 'delete', id, title, text, folded from search_text where id = old.id;
end;
create trigger reports_search_changed after update of title, text, folded_by, folded_extra on reports begin
  insert into search (rowid, title, text, folded) select id, title, text, folded from search_text where id = new.id;
end;

-- Renderings of an older state are stale.
create trigger agencies_counted after update of reports on agencies begin
  update meta set value = cast(value as integer) + 1 where key = 'version';
end;
`
