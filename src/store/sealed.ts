// The third and the fourth migration: what may not be read yet, or by nobody else. Released ones, never edited.

// What is kept back is shown nowhere: entries under embargo are sealed, and no headline of theirs stands in a warning.
export const SEALED = `
pragma secure_delete = on;
-- Kept in plain text until now: they are read again from their feeds.
update feeds set etag = null, last_modified = null, body_hash = null, next_poll = 0
where id in (select feed from embargoes);
drop table embargoes;
update feeds set warnings = '[]' where warnings like '%under embargo until%';
update polls set warnings = '[]' where warnings like '%under embargo until%';
pragma secure_delete = off;

-- Nobody reads them but the desk, which files them when their time has come.
create table held (
  feed       integer not null references feeds (id),
  -- Digest of the guid.
  key        text not null,
  until      integer not null,
  first_seen integer not null,
  size       integer not null,
  -- Keyed digest of the entry, to see whether it has changed; and the entry, enciphered.
  mark       text not null,
  sealed     text not null,
  primary key (feed, key)
) strict, without rowid;
create index held_until on held (until, feed);

-- How many there are of each feed, and how large.
create table held_sums (
  feed    integer primary key references feeds (id),
  entries integer not null,
  bytes   integer not null
) strict;
create trigger held_insert after insert on held begin
  insert into held_sums (feed, entries, bytes) values (new.feed, 1, new.size)
  on conflict (feed) do update set entries = entries + 1, bytes = bytes + new.size;
end;
create trigger held_delete after delete on held begin
  update held_sums set entries = entries - 1, bytes = bytes - old.size where feed = old.feed;
end;
create trigger held_update after update of size on held begin
  update held_sums set bytes = bytes + new.size - old.size where feed = new.feed;
end;
`

// Nothing secret is left here. Subscriptions, with their secrets, lie in the private file (private.ts); opening has moved what was here.
export const PRIVATE = `
drop table if exists subscriptions;
-- Beginnings of answers that were no feeds: some were a private service's.
update feeds set error = substr(error, 1, instr(error, ': it begins with «') - 1) where instr(error, ': it begins with «') > 0;
update polls set error = substr(error, 1, instr(error, ': it begins with «') - 1) where instr(error, ': it begins with «') > 0;
`
