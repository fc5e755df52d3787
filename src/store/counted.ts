// The seventh migration: figures say whom they count, and one number may count two groups of people. Texts on file are not read
// again: their figures say nothing of it.

/** A released migration: never edited. */
export const COUNTED = `
create table figures_next (
  report  integer not null references reports (id) on delete cascade,
  kind    text not null,
  value   integer not null,
  -- Empty for all people, and where the text does not say.
  whom    text not null default '',
  words   text,
  matched text not null,
  bound   text,
  said    text,
  -- When the text that says so was first seen; null for a first text, which says it at the report's own time.
  seen    integer,
  primary key (report, kind, value, whom)
) strict, without rowid;
insert into figures_next (report, kind, value, matched, bound, said, seen)
select report, kind, value, matched, bound, said, seen from figures;
drop table figures;
alter table figures_next rename to figures;
`
