// The fifth migration: what can be made of another column is not stored any more. Three quarters of a file were texts that
// stood in it twice or three times. Its SQL functions (`pack_markup`, `folded_by`, `folded_extra`) are given in prepare.ts.
import { FOLDED_COLUMNS } from './folded.ts'

/** A released migration: never edited. */
export const COMPACT = `
create table reports_next (
  id            integer primary key,
  story         integer not null references stories (id),
  feed          integer not null references feeds (id),
  agency        text not null references agencies (id),
  canonical_url text,
  -- Null where it is the canonical address, as most are.
  own_guid      text,
  own_url       text,
  -- Null where it is the guid.
  own_guid_key  text,
  global_guid   text,
  language      text,
  published     integer,
  updated       integer,
  first_seen    integer not null,
  last_seen     integer not null,
  changed       integer not null,
  time          integer not null,
  signal        text,
  hash          text not null,
  joined_by     text not null,
  similarity    real not null,
  coverage      real not null default 1,
  revisions     integer not null default 1,
  change        text,
  stale         integer not null default 0,
  title         text not null,
  -- Null where it is the title.
  own_headline  text,
  dateline      text,
  evidence      text,
  flapping      text,
  furniture     text not null default '[]',
  authors       text not null default '[]',
  categories    text not null default '[]',
  enclosures    text not null default '[]',
  -- The long columns last: what stands behind them is reached only by reading through them.
  text          text not null,
  -- Literal, or packed over the text: see markup.ts.
  summary       text,
  content       text,
  -- See folded.ts.
  folded_by     integer not null,
  folded_extra  text not null,
  guid     text generated always as (coalesce(own_guid, canonical_url)) virtual,
  url      text generated always as (coalesce(own_url, canonical_url)) virtual,
  guid_key text generated always as (coalesce(own_guid_key, own_guid, canonical_url)) virtual,
  headline text generated always as (coalesce(own_headline, title)) virtual,
  ${FOLDED_COLUMNS},
  check (own_guid is not null or canonical_url is not null)
) strict;

insert into reports_next (id, story, feed, agency, canonical_url, own_guid, own_url, own_guid_key, global_guid, language,
  published, updated, first_seen, last_seen, changed, time, signal, hash, joined_by, similarity, coverage, revisions, change,
  stale, title, own_headline, dateline, evidence, flapping, furniture, authors, categories, enclosures, text, summary, content,
  folded_by, folded_extra)
select id, story, feed, agency, canonical_url, iif(guid is canonical_url, null, guid), iif(url is canonical_url, null, url),
  iif(guid_key is guid, null, guid_key), global_guid, language,
  published, updated, first_seen, last_seen, changed, time, signal, hash, joined_by, similarity, coverage, revisions, change,
  stale, title, iif(headline = title, null, headline), dateline, evidence, flapping, furniture, authors, categories, enclosures,
  text, pack_markup(summary, text), pack_markup(content, text),
  folded_by(title, text, language, folded), folded_extra()
from reports order by id;
drop table reports;
alter table reports_next rename to reports;

create unique index reports_guid on reports (feed, guid);
create index reports_guid_key on reports (feed, own_guid_key) where own_guid_key is not null;
-- With all that pages ask of the reports of a story, so that they are not read themselves.
create index reports_story on reports (story, agency, feed, time);
create index reports_global_guid on reports (global_guid) where global_guid is not null;
create index reports_canonical_url on reports (canonical_url) where canonical_url is not null;
create index reports_agency on reports (agency, time, story);
create index reports_seen on reports (feed, last_seen);

create trigger reports_search_insert after insert on reports begin
  insert into search (rowid, title, text, folded) values (new.id, new.title, new.text, new.folded);
end;
create trigger reports_search_delete after delete on reports begin
  insert into search (search, rowid, title, text, folded) values ('delete', old.id, old.title, old.text, old.folded);
end;
create trigger reports_search_update after update of title, text, folded_by, folded_extra on reports begin
  insert into search (search, rowid, title, text, folded) values ('delete', old.id, old.title, old.text, old.folded);
  insert into search (rowid, title, text, folded) values (new.id, new.title, new.text, new.folded);
end;

drop index stories_time;
create index stories_time on stories (time, language, agencies);
create index stories_language on stories (language, time);
create index feeds_agency on feeds (agency);
create index credits_name on credits (name);

-- Reports by the categories that stand in them.
create table report_categories (
  category text not null,
  report   integer not null references reports (id) on delete cascade,
  primary key (category, report)
) strict, without rowid;
insert or ignore into report_categories (category, report)
select c.value, r.id from reports r, json_each(r.categories) c where r.categories <> '[]' and c.type = 'text';
create trigger reports_categories_insert after insert on reports when new.categories <> '[]' begin
  insert or ignore into report_categories (category, report)
  select c.value, new.id from json_each(new.categories) c where c.type = 'text';
end;
create trigger reports_categories_update after update of categories on reports when new.categories <> old.categories begin
  delete from report_categories where report = new.id and category in (select value from json_each(old.categories));
  insert or ignore into report_categories (category, report)
  select c.value, new.id from json_each(new.categories) c where c.type = 'text';
end;

-- How many reports an agency has: counting them takes a tenth of a second at a million.
alter table agencies add column reports integer not null default 0;
update agencies set reports = (select count(*) from reports r where r.agency = agencies.id);
create trigger reports_agency_insert after insert on reports begin
  update agencies set reports = reports + 1 where id = new.agency;
end;
create trigger reports_agency_delete after delete on reports begin
  update agencies set reports = reports - 1 where id = old.agency;
end;

-- Features are packed bytes: read again from the texts.
drop table story_features;
create table story_features (
  seq      integer primary key autoincrement,
  story    integer not null unique references stories (id) on delete cascade,
  -- Time under which it was placed: a story's own time changes when a copy turns out to be older.
  time     integer not null,
  features blob not null
) strict;
create index story_features_time on story_features (time);
drop table report_features;
create table report_features (
  seq      integer primary key autoincrement,
  report   integer not null unique references reports (id) on delete cascade,
  time     integer not null,
  features blob not null
) strict;
create index report_features_time on report_features (time);
delete from meta where key = 'features';

-- Gathered when the file was last closed, and wrong for what it holds after a month: by those of a first day, pages read whole
-- tables. Without them SQLite takes every table for large.
drop table if exists sqlite_stat1;
drop table if exists sqlite_stat4;

`
