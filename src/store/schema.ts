// Tables and public views of the SQLite file. Migrations are an append-only list: a released one is never edited.
// The views, not the tables, are what users may rely on; docs/sql.md describes them and a test holds the two together.

const TABLES = `
create table meta (
  key   text primary key,
  value text not null
) strict;

create table agencies (
  id       text primary key,
  name     text not null,
  language text,
  homepage text,
  active   integer not null default 1
) strict;

create table feeds (
  id            integer primary key,
  agency        text not null references agencies (id),
  url           text not null unique,
  title         text,
  category      text,
  language      text,
  active        integer not null default 1,
  paused        integer not null default 0,
  retired       integer not null default 0,
  last_poll     integer,
  last_success  integer,
  next_poll     integer not null,
  reason        text not null,
  interval      integer,
  failures      integer not null default 0,
  error         text,
  warnings      text not null default '[]',
  etag          text,
  last_modified text,
  body_hash     text,
  -- Where it is polled when it has moved for good; a move still under observation as JSON.
  address       text,
  move          text,
  -- What scheduling has learnt, and what it has to say of silence and gaps, as JSON.
  habit         text,
  notes         text not null default '[]',
  gaps          integer not null default 0,
  reports       integer not null default 0
) strict;
create index feeds_due on feeds (next_poll) where active and not paused;

create table threads (
  id       integer primary key,
  key      text not null unique,
  lead     integer,
  title    text not null default '',
  language text,
  first    integer not null,
  last     integer not null,
  updated  integer not null,
  stories  integer not null default 0,
  reports  integer not null default 0,
  agencies integer not null default 0
) strict;
create index threads_last on threads (last);

create table stories (
  id        integer primary key,
  key       text not null unique,
  thread    integer not null references threads (id),
  lead      integer,
  language  text,
  time      integer not null,
  updated   integer not null,
  reports   integer not null default 0,
  agencies  integer not null default 0,
  -- How well it would lead its thread: 2 full report, 1 flash, 0 withdrawn.
  standing  integer not null default 2,
  placement text not null
) strict;
create index stories_thread on stories (thread);
create index stories_time on stories (time);

create table reports (
  id            integer primary key,
  story         integer not null references stories (id),
  feed          integer not null references feeds (id),
  agency        text not null references agencies (id),
  guid          text not null,
  global_guid   text,
  url           text,
  canonical_url text,
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
  revisions     integer not null default 1,
  title         text not null,
  headline      text not null,
  dateline      text,
  authors       text not null default '[]',
  categories    text not null default '[]',
  enclosures    text not null default '[]',
  -- The long columns last: what stands behind them is reached only by reading through them.
  summary       text,
  content       text,
  text          text not null,
  folded        text not null,
  unique (feed, guid)
) strict;
create index reports_story on reports (story, time);
create index reports_global_guid on reports (global_guid) where global_guid is not null;
create index reports_canonical_url on reports (canonical_url) where canonical_url is not null;
create index reports_agency on reports (agency, time);

-- What the indexes of copies and threads are rebuilt from; apart from stories, whose rows change with every copy.
create table features (
  story    integer primary key references stories (id) on delete cascade,
  -- Time under which it was placed: a story's own time changes when a copy turns out to be older.
  time     integer not null,
  features text not null
) strict;

-- Each agency's part in a thread, kept up to date filing by filing: threads may grow to thousands of stories.
create table thread_agencies (
  thread  integer not null references threads (id),
  agency  text not null references agencies (id),
  first   integer not null,
  reports integer not null,
  primary key (thread, agency)
) strict, without rowid;

-- Texts that a newer revision replaced; the text in force stands in reports.
create table revisions (
  report  integer not null references reports (id) on delete cascade,
  number  integer not null,
  seen    integer not null,
  title   text not null,
  text    text not null,
  primary key (report, number)
) strict, without rowid;

create table credits (
  report integer not null references reports (id) on delete cascade,
  agency text,
  name   text not null,
  place  text not null,
  primary key (report, name, place)
) strict, without rowid;
create index credits_agency on credits (agency) where agency is not null;

create table figures (
  report  integer not null references reports (id) on delete cascade,
  kind    text not null,
  value   integer not null,
  matched text not null,
  primary key (report, kind, value)
) strict, without rowid;

create table polls (
  id        integer primary key,
  feed      integer not null references feeds (id),
  at        integer not null,
  ms        integer not null,
  status    text not null,
  entries   integer not null,
  new       integer not null,
  revision  integer not null,
  copy      integer not null,
  unchanged integer not null,
  rejected  integer not null,
  gap_from  integer,
  gap_to    integer,
  error     text,
  warnings  text not null default '[]'
) strict;
create index polls_feed on polls (feed, at);

-- What was asked of WebSub hubs. Not shown in a view: callbacks and secrets are nobody else's business.
create table subscriptions (
  feed      integer primary key references feeds (id),
  id        text not null unique,
  hub       text not null,
  topic     text not null,
  secret    text not null,
  callback  text not null,
  state     text not null,
  asked     integer,
  lease_end integer,
  next_ask  integer not null,
  attempts  integer not null,
  last_push integer,
  ignored   integer not null,
  note      text
) strict;
create index subscriptions_due on subscriptions (next_ask);

-- The raw words beside folded ones: unicode61 alone would cut Arabic words at vowel marks and keep أ and ا apart, so
-- marks count as letters and the folded column answers for spelling.
create virtual table search using fts5 (
  title, text, folded,
  content = 'reports', content_rowid = 'id',
  tokenize = "unicode61 remove_diacritics 2 categories 'L* N* M* Co'"
);
-- Every poll adds a segment to the search index: they are merged sixteen at a time, not four.
insert into search (search, rank) values ('automerge', 16), ('crisismerge', 64);
create trigger reports_search_insert after insert on reports begin
  insert into search (rowid, title, text, folded) values (new.id, new.title, new.text, new.folded);
end;
create trigger reports_search_delete after delete on reports begin
  insert into search (search, rowid, title, text, folded) values ('delete', old.id, old.title, old.text, old.folded);
end;
create trigger reports_search_update after update of title, text, folded on reports begin
  insert into search (search, rowid, title, text, folded) values ('delete', old.id, old.title, old.text, old.folded);
  insert into search (rowid, title, text, folded) values (new.id, new.title, new.text, new.folded);
end;
`

const VIEWS = `
create view agency as
select a.id, a.name, a.language, a.homepage,
       (select count(*) from feeds f where f.agency = a.id and f.active) as feeds,
       (select count(*) from reports r where r.agency = a.id) as reports,
       (select max(r.time) from reports r where r.agency = a.id) as last_report
from agencies a
where a.active or exists (select 1 from reports r where r.agency = a.id);

create view feed as
select f.id, f.agency, f.url, f.title, f.category, f.language,
       case when not f.active then 'removed' when f.retired then 'retired' when f.paused then 'paused'
            when f.last_poll is null then 'new' when f.failures > 0 then 'failing' else 'ok' end as state,
       f.last_poll, f.last_success, f.next_poll, f.reason, f.interval, f.failures, f.error, f.warnings, f.notes, f.gaps, f.reports
from feeds f;

create view report as
select r.id, r.story, s.thread, r.feed, r.agency, r.guid, r.url, r.canonical_url, r.title, r.text, r.summary, r.content,
       r.language, r.published, r.updated, r.first_seen, r.last_seen, r.changed, r.time, r.authors, r.categories,
       r.enclosures, r.dateline, r.signal, r.joined_by, r.similarity, r.revisions
from reports r join stories s on s.id = r.story;

create view revision as
select v.report, v.number, v.seen, v.title, v.text from revisions v
union all
select r.id, r.revisions, case r.revisions when 1 then r.first_seen else r.changed end, r.title, r.text from reports r;

create view story as
select s.id, s.key, s.thread, s.lead, r.title, r.url, s.language, r.agency, s.time, s.updated, s.reports, s.agencies,
       s.placement
from stories s join reports r on r.id = s.lead;

create view thread as
select t.id, t.key, t.lead, t.title, t.language, t.first, t.last, t.updated, t.stories, t.reports, t.agencies
from threads t;

create view credit as
select c.report, r.story, r.agency as reported_by, c.agency, c.name, c.place
from credits c join reports r on r.id = c.report;

create view figure as
select g.report, r.story, s.thread, r.agency, r.time, g.kind, g.value, g.matched
from figures g join reports r on r.id = g.report join stories s on s.id = r.story;

create view poll as
select p.id, p.feed, p.at, p.ms, p.status, p.entries, p.new, p.revision, p.copy, p.unchanged, p.rejected, p.gap_from, p.gap_to, p.error,
       p.warnings
from polls p;
`

/** Statement scripts; the file's `user_version` counts how many have run. */
export const MIGRATIONS: readonly string[] = [TABLES + VIEWS]
