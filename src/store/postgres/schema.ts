// Migrations of a PostgreSQL database: an append-only list, of which a released one is never edited.
import { NEWS_TABLES } from './tables.ts'
import { TABLES_BESIDE } from './tables-beside.ts'

/** The members of a JSON list as rows: the server puts them into the statement that asks. */
const FUNCTIONS = `
create function minwal_numbers(list text) returns table (key bigint, value bigint)
language sql immutable parallel safe rows 20 as
$$ select o - 1, v::bigint from json_array_elements_text(list::json) with ordinality as e(v, o) $$;

create function minwal_texts(list text) returns table (key bigint, value text)
language sql immutable parallel safe rows 20 as
$$ select o - 1, v collate "C" from json_array_elements_text(list::json) with ordinality as e(v, o) $$;

create function minwal_objects(list text) returns table (key bigint, value json)
language sql immutable parallel safe rows 20 as
$$ select o - 1, v from json_array_elements(list::json) with ordinality as e(v, o) $$;

create function minwal_last_number(name text) returns bigint language sql volatile as
$$ select coalesce(pg_sequence_last_value(pg_get_serial_sequence(name, case name when 'x_regroupings' then 'id' else 'seq' end)::regclass), 0) $$;

create function minwal_digest(value text) returns bytea language sql immutable parallel safe as
$$ select sha256(convert_to(value, 'UTF8')) $$;

-- Markup from its stored form: see markup.ts.
create function minwal_markup(stored text, plain text) returns text language sql immutable parallel safe as
$$ select case when left(stored, 1) = '[' then (
     select string_agg(case json_typeof(v) when 'string' then v #>> '{}'
       else substr(plain, ((v #>> '{}')::bigint / 1048576 + 1)::int, ((v #>> '{}')::bigint % 1048576)::int) end, '' order by o)
     from json_array_elements(stored::json) with ordinality as e(v, o)) else stored end $$;
`

const TRIGGERS = `
create table x_held_sums (
  feed    bigint primary key references x_feeds (id),
  entries bigint not null,
  bytes   bigint not null
);
create function minwal_held() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into x_held_sums (feed, entries, bytes) values (new.feed, 1, new.size)
    on conflict (feed) do update set entries = x_held_sums.entries + 1, bytes = x_held_sums.bytes + excluded.bytes;
  elsif tg_op = 'DELETE' then
    update x_held_sums set entries = entries - 1, bytes = bytes - old.size where feed = old.feed;
  else
    update x_held_sums set bytes = bytes + new.size - old.size where feed = new.feed;
  end if;
  return null;
end $$;
create trigger x_held_counted after insert or delete or update of size on x_held
for each row execute function minwal_held();

create function minwal_counted() returns trigger language plpgsql as $$
begin
  update x_meta set value = (value::bigint + 1)::text where key = 'version';
  return null;
end $$;
create trigger x_agencies_counted after update of reports on x_agencies
for each row execute function minwal_counted();

create function minwal_categories() returns trigger language plpgsql as $$
begin
  delete from x_report_categories where report = new.id and category in (select value from minwal_texts(old.categories));
  insert into x_report_categories (category, report)
  select c #>> '{}', new.id from json_array_elements(new.categories::json) c where json_typeof(c) = 'string'
  on conflict do nothing;
  return null;
end $$;
create trigger x_reports_categories after update of categories on x_reports
for each row when (new.categories <> old.categories) execute function minwal_categories();
`

/** What schema 13 of the SQLite file brings (../searched.ts). The words of pages are written by whoever keeps the page. */
const SEARCHED = `
alter table x_pages add column folded_by bigint not null default 0;
alter table x_pages add column folded_extra text collate "C" not null default '';
alter table x_feeds add column of_map bigint not null default 0;
update x_feeds set of_map = 1 where body_hash like 'map %' or body_hash like 'index %';
`

/** Whoever listens is told when published data has changed, once the transaction is committed. */
const TOLD = `
create function minwal_told() returns trigger language plpgsql as $$
begin
  perform pg_notify('minwal_' || tg_table_schema, 'news');
  return null;
end $$;
create trigger x_meta_told after update of value on x_meta
for each row when (new.key = 'version') execute function minwal_told();
`

/** How many transactions have changed what filing reads. */
const CHANGES = `insert into x_meta (key, value) values ('changes', '0') on conflict (key) do nothing;`

/** Statement scripts; `x_schema` counts how many have run. The views are made anew after any of them. */
export const MIGRATIONS: readonly string[] = [
  `${FUNCTIONS}\n${NEWS_TABLES}\n${TABLES_BESIDE}\n${TRIGGERS}`,
  SEARCHED,
  TOLD,
  CHANGES,
]
