// The JSON that commands print: what scripts are written against. Times are ISO 8601 in UTC.
import type { ParsedFeed } from '../model/collected.ts'
import type { PageReading } from '../model/page.ts'
import type { StoryDetail, StorySummary, ThreadDetail, ThreadSummary } from '../model/shown.ts'
import type { FeedState } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'

export function iso(time: Millis): string {
  return new Date(time).toISOString()
}

export function isoOrNull(time: Millis | null): string | null {
  return time === null ? null : iso(time)
}

/** A feed without what matters to polling only. */
export function feedJson(feed: FeedState): object {
  const { validators: _validators, bodyHash: _hash, ofMap: _map, habit: _habit, ...shown } = feed
  const { lastPoll, lastSuccess, nextPoll, move } = shown
  return {
    ...shown,
    lastPoll: isoOrNull(lastPoll),
    lastSuccess: isoOrNull(lastSuccess),
    nextPoll: iso(nextPoll),
    move: move === null ? null : { ...move, since: iso(move.since), seen: iso(move.seen) },
  }
}

export function threadJson(item: ThreadSummary): object {
  const { lead, ...rest } = item
  return {
    ...rest,
    first: iso(item.first),
    last: iso(item.last),
    updated: iso(item.updated),
    agencies: item.agencies.map(part => ({ ...part, first: iso(part.first) })),
    lead: storyJson(lead),
  }
}

export function storyJson(story: StorySummary): object {
  const { id, key, thread, title, url, language, agency, credits, signal, text, reports, revisions } = story
  return {
    id,
    key,
    thread,
    title,
    url,
    language,
    agency,
    agencies: story.agencies.map(part => part.id),
    credits,
    signal,
    time: iso(story.time),
    updated: iso(story.updated),
    reports,
    revisions,
    text,
  }
}

/** A thread with its stories; `membersOf` gives the reports of a story. */
export function threadDetailJson(
  { timeline, figures, ...summary }: ThreadDetail,
  membersOf: (story: number) => StoryDetail['members'] | undefined,
): object {
  return {
    ...threadJson(summary),
    timeline: timeline.map(story => ({ ...storyJson(story), reports: membersOf(story.id)?.map(reportJson) })),
    figures: figures.map(figure => ({ ...figure, time: iso(figure.time) })),
  }
}

/** A story with the reports that carry it. */
export function storyDetailJson(story: StoryDetail): object {
  return { ...storyJson(story), reports: story.members.map(reportJson) }
}

function reportJson({ id, agency, url, title, time, joinedBy, revisions }: StoryDetail['members'][number]): object {
  return { id, agency, url, title, time: iso(time), joinedBy, revisions: revisions.length }
}

/** A feed document as `minwal parse` shows it. */
export function parsedJson(file: string, parsed: ParsedFeed): object {
  const { ttl: _ttl, skip: _skip, hub: _hub, self: _self, entries, warnings, maps, ...feed } = parsed
  const named = maps?.map(({ url, lastmod }) => ({ url, lastmod: isoOrNull(lastmod) }))
  return {
    file,
    ...feed,
    ...(named && { maps: named }),
    entries: entries.map(entry => entryOf(feed.format, entry)),
    warnings,
  }
}

function entryOf(
  format: ParsedFeed['format'],
  { text: _text, source, ...entry }: ParsedFeed['entries'][number],
): object {
  const times = { published: isoOrNull(entry.published), updated: isoOrNull(entry.updated) }
  // Of a map it is the publication, where that is not the usual one.
  return { ...entry, ...times, ...(format === 'map' && { source }) }
}

/** What a page says, as `minwal page` shows it. */
export function pageJson({ because, ...read }: PageReading): object {
  const { verdict, title, published, modified, language, publisher, canonical, free, text, unshown } = read
  return {
    verdict,
    title,
    published,
    modified,
    language,
    publisher,
    canonical,
    free,
    text,
    because,
    ...(unshown !== undefined && { unshown }),
  }
}
