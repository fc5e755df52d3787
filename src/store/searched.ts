// The thirteenth migration: the full text has the texts of pages, too, and a feed says whether it is a map.
import { searchTextOfPages } from './folded.ts'

const TAKE_OUT = (reports: string): string => `
  insert into x_search (x_search, rowid, title, text, folded)
  select 'delete', id, title, text, folded from x_search_text where id ${reports};`

const PUT_IN = (reports: string): string => `
  insert into x_search (rowid, title, text, folded) select id, title, text, folded from x_search_text where id ${reports};`

const WITH_PAGE = 'in (select report from x_pages where text is not null)'
const CHANGED = 'old.text is not new.text or old.folded_by <> new.folded_by or old.folded_extra <> new.folded_extra'

/**
 * A released migration: never edited. `folded_by_page` and `folded_extra` are given in prepare.ts.
 *
 * A row of the index is taken out by what the view says before a change, and put in by what it says afterwards. So the rows of
 * x_pages are written by plain inserts and updates: `insert or replace` and `on conflict` run other triggers.
 */
export const SEARCHED = `
-- How the page's part of the search column is made: see folded.ts.
alter table x_pages add column folded_by integer not null default 0;
alter table x_pages add column folded_extra text not null default '';
update x_pages set folded_by = folded_by_page(text, coalesce((select r.language from x_reports r where r.id = report), language)),
  folded_extra = folded_extra() where text is not null;

${TAKE_OUT(WITH_PAGE)}
drop view x_search_text;
create view x_search_text as
${searchTextOfPages()};
${PUT_IN(WITH_PAGE)}

create trigger pages_search_adding before insert on x_pages when new.text is not null begin${TAKE_OUT('= new.report')}
end;
create trigger pages_search_added after insert on x_pages when new.text is not null begin${PUT_IN('= new.report')}
end;
create trigger pages_search_changing before update of text, folded_by, folded_extra on x_pages
when ${CHANGED} begin${TAKE_OUT('= old.report')}
end;
create trigger pages_search_changed after update of text, folded_by, folded_extra on x_pages
when ${CHANGED} begin${PUT_IN('= new.report')}
end;
-- With its report, a page goes after it, and finds no row of the index left.
create trigger pages_search_dropping before delete on x_pages when old.text is not null begin${TAKE_OUT('= old.report')}
end;
create trigger pages_search_dropped after delete on x_pages when old.text is not null begin${PUT_IN('= old.report')}
end;

-- Whether it was a map, or an index of maps, when it was read last: robots.txt is asked before it.
alter table x_feeds add column of_map integer not null default 0;
update x_feeds set of_map = 1
where body_hash like 'map %' or body_hash like 'index %' or error like '%/robots.txt forbids us %' or error like '%/robots.txt could not be read%';
`
