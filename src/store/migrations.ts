// Tables of the SQLite file: an append-only list of migrations, of which a released one is never edited. Users read views.ts.
import { BATCHES } from './batches.ts'
import { COMPACT } from './compact.ts'
import { COUNTED } from './counted.ts'
import { NOTICES } from './notices.ts'
import { PAGES } from './pages.ts'
import { PRUNED } from './pruned.ts'
import { RENAMED } from './renamed.ts'
import { PRIVATE, SEALED } from './sealed.ts'
import { SEARCHED } from './searched.ts'
import { SOURCES } from './sources.ts'

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

// The history of stories and threads: what changed, what was joined and parted, and by whom.
const HISTORY = `
-- Rebuilt from the texts by the first filing.
drop table features;

-- What the index of threads is rebuilt from. A row that is written anew gets a higher number, so that other processes see it.
create table story_features (
  seq      integer primary key autoincrement,
  story    integer not null unique references stories (id) on delete cascade,
  -- Time under which it was placed: a story's own time changes when a copy turns out to be older.
  time     integer not null,
  features text not null
) strict;
create index story_features_time on story_features (time);

-- The same for the index of copies.
create table report_features (
  seq      integer primary key autoincrement,
  report   integer not null unique references reports (id) on delete cascade,
  time     integer not null,
  features text not null
) strict;
create index report_features_time on report_features (time);

alter table reports add column coverage real not null default 1;
alter table reports add column evidence text;
alter table reports add column furniture text not null default '[]';
-- Class of the revision in force; null for a first text.
alter table reports add column change text;
-- Still runs a text that its origin has corrected or withdrawn.
alter table reports add column stale integer not null default 0;
-- Hashes of the texts it has had and how often they changed, as JSON: a page that flaps makes no revisions for ever.
alter table reports add column flapping text;
alter table revisions add column change text;
alter table figures add column bound text;
alter table figures add column said text;
-- When the text that says so was first seen; null for a first text, which says it at the report's own time.
alter table figures add column seen integer;
-- The guid without what agencies change about it: http or https, session ids.
alter table reports add column guid_key text;
create index reports_guid_key on reports (feed, guid_key);
create index reports_seen on reports (feed, last_seen);

-- One-liners that a full report may still tell, by the wires that send them: emptied as they grow old or are told.
create table flashes (
  wire   text not null,
  time   integer not null,
  report integer not null references reports (id) on delete cascade,
  primary key (wire, time, report)
) strict, without rowid;
create index flashes_report on flashes (report);

-- 1 for the story nearest to all others of its thread.
alter table stories add column central integer not null default 0;
-- Whose copy it is: an agency of the configuration, or a name that the text credits.
alter table stories add column origin text;
alter table stories add column origin_name text;
-- Agencies that tell it independently of one another.
alter table stories add column sources integer not null default 1;
alter table stories add column provenance text;
alter table threads add column sources integer not null default 1;
drop index stories_thread;
create index stories_thread on stories (thread, origin, origin_name);

-- What was joined or parted after it was filed, by whom and why. Append-only: indexes of other processes catch up with it.
create table regroupings (
  id      integer primary key autoincrement,
  at      integer not null,
  by      text not null check (by in ('review', 'editor')),
  kind    text not null check (kind in ('merge-threads', 'split-thread', 'merge-stories', 'split-story')),
  kept    integer not null,
  other   integer not null,
  -- Stories, of stories reports, that went from one to the other: JSON.
  members text not null,
  score   real,
  reasons text not null default '[]'
) strict;

-- Ids that were merged into another, for ever.
create table redirects (
  what   text not null check (what in ('story', 'thread')),
  id     integer not null,
  target integer not null,
  key    text not null,
  primary key (what, id)
) strict, without rowid;
create index redirects_target on redirects (what, target);

-- What an editor joined or parted: two lists of stories (of stories: reports), as JSON.
create table decisions (
  id          integer primary key,
  at          integer not null,
  what        text not null check (what in ('story', 'thread')),
  kind        text not null check (kind in ('together', 'apart')),
  one         text not null,
  other       text not null
) strict;

-- Threads told beside or before another.
create table thread_links (
  thread integer not null references threads (id) on delete cascade,
  other  integer not null references threads (id) on delete cascade,
  kind   text not null check (kind in ('before', 'beside')),
  score  real not null,
  primary key (thread, other)
) strict, without rowid;
create index thread_links_other on thread_links (other);

-- Entries that may not be shown yet. Nobody reads them but the desk, which files them when their time has come.
create table embargoes (
  feed       integer not null references feeds (id),
  guid       text not null,
  until      integer not null,
  first_seen integer not null,
  title      text not null,
  entry      text not null,
  primary key (feed, guid)
) strict, without rowid;
create index embargoes_until on embargoes (until);
`

/** Statement scripts; the file's `user_version` counts how many have run. The views are made anew after any of them. */
export const MIGRATIONS: readonly string[] = [
  TABLES,
  HISTORY,
  SEALED,
  PRIVATE,
  COMPACT,
  BATCHES,
  COUNTED,
  PRUNED,
  RENAMED,
  NOTICES,
  SOURCES,
  PAGES,
  SEARCHED,
]
