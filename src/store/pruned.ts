// The eighth migration: what retention deletes leaves tombstones, and a line in a log. What triggers and references did for each
// report that is deleted is done in sets (write/prune.ts).

/** A released migration: never edited. */
export const PRUNED = `
-- Names of reports that were pruned, so that they do not come back as new: digests of 53 bits (decide/tombstones.ts).
create table tombstones (
  key integer primary key
) strict;

-- What a run of retention deleted, a row for each reason.
create table prunings (
  id        integer primary key,
  -- When the run began, and the time before which the last news of a thread had to lie; null where none might go.
  at        integer not null,
  before    integer,
  reason    text not null check (reason in ('age', 'size')),
  threads   integer not null default 0,
  stories   integer not null default 0,
  reports   integer not null default 0,
  revisions integer not null default 0,
  polls     integer not null default 0
) strict;

drop trigger reports_agency_delete;

-- Without a reference to reports: following it back from a report that is deleted would read the whole table.
drop trigger reports_categories_update;
create table report_categories_next (
  category text not null,
  report   integer not null,
  primary key (category, report)
) strict, without rowid;
insert into report_categories_next (category, report) select category, report from report_categories;
drop table report_categories;
alter table report_categories_next rename to report_categories;
create trigger reports_categories_update after update of categories on reports when new.categories <> old.categories begin
  delete from report_categories where report = new.id and category in (select value from json_each(old.categories));
  insert or ignore into report_categories (category, report)
  select c.value, new.id from json_each(new.categories) c where c.type = 'text';
end;
`
