// Ids of stories and threads. One that was merged away is never given again: whoever kept the address would come to
// another's news.
const next = (table: string, what: string): string =>
  `(select max(coalesce((select max(id) from ${table}), 0),
     coalesce((select max(id) from redirects where what = '${what}'), 0)) + 1)`

/** SQL expressions for the next free id. */
export const NEXT_THREAD = next('threads', 'thread')
export const NEXT_STORY = next('stories', 'story')
