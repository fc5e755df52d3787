// The commands that show what is stored: feeds, threads, thread, search.
import { absence } from '../desk/absence.ts'
import { nearestWord } from '../language/nearest.ts'
import { relative } from '../language/say.ts'
import type { PageOutcome } from '../model/page.ts'
import type { ReportView, Selection, StoryDetail, StorySummary, ThreadDetail } from '../model/shown.ts'
import type { Millis } from '../model/units.ts'
import { feedJson, storyDetailJson, storyJson, threadDetailJson, threadJson } from './json.ts'
import { type Common, Failed, json, reading, say } from './shared.ts'
import { moment, show, type Table, timed, zone } from './shown.ts'

/** Said of a feed of which robots.txt is not asked. */
const ROBOTS_IGNORED = 'its robots.txt is not asked ("robots": "ignore")'

/** Time in which pages of reports are counted. */
const PAGES_COUNTED: Millis = 7 * 86_400_000

type PageCount = readonly [outcome: PageOutcome, count: number]

/** What pages of a feed's reports gave. */
function pagesSaid(counts: readonly PageCount[] | undefined): string {
  if (counts === undefined) return ''
  const all = counts.reduce((sum, [, count]) => sum + count, 0)
  const taken = counts.filter(([outcome]) => outcome === 'article' || outcome === 'withheld')
  const texts = taken.reduce((sum, [, count]) => sum + count, 0)
  const others = counts.flatMap(([outcome, count]) => (outcome === 'article' ? [] : [`${count} ${outcome}`]))
  return `${texts} of ${all} pages of 7 days gave a text${others.length === 0 ? '' : ` (${others.join(', ')})`}`
}

export function feeds(options: Common): void {
  reading(options, (store, config) => {
    const states = store.feeds()
    const specs = config.agencies.flatMap(agency => agency.feeds)
    const ignoring = new Set(specs.flatMap(({ url, ignoresRobots }) => (ignoresRobots ? [url] : [])))
    const robots = (url: string) => (ignoring.has(url) ? 'ignore' : 'obey')
    const now = Date.now()
    const asksPages = specs.some(({ text }) => text === 'page')
    const pages = asksPages ? store.pageOutcomes(now - PAGES_COUNTED) : new Map<number, PageCount[]>()
    if (options.json) {
      const counted = (id: number) => (pages.has(id) ? Object.fromEntries(pages.get(id) ?? []) : null)
      return json(states.map(feed => ({ ...feedJson(feed), robots: robots(feed.url), pages: counted(feed.id) })))
    }
    show({
      head: ['id', 'agency', 'state', 'reports', 'last success', 'next poll', 'feed', 'why'],
      rows: states.map(feed => [
        String(feed.id),
        feed.agency,
        feed.state,
        String(feed.reports),
        relative(feed.lastSuccess, now),
        feed.state === 'paused' ? '–' : relative(feed.nextPoll, now),
        feed.url,
        [
          feed.error,
          feed.reason,
          ...feed.warnings,
          robots(feed.url) === 'ignore' ? ROBOTS_IGNORED : '',
          pagesSaid(pages.get(feed.id)),
        ]
          .filter(Boolean)
          .join('; '),
      ]),
      widest: 70,
    })
    const failing = states.filter(feed => feed.state === 'failing' || feed.state === 'retired').length
    say(`${states.length} feeds of ${config.agencies.length} agencies, ${failing} failing`)
  })
}

export function threads(options: Common & { since?: Millis; lang?: string; agency?: string; limit: number }): void {
  reading(options, (store, config) => {
    const known = new Set([...store.agencies(), ...config.agencies].map(({ id }) => id))
    if (options.agency !== undefined && !known.has(options.agency)) {
      const near = nearestWord(options.agency, [...known])
      const meant = near === null ? '`minwal feeds` lists the agencies' : `did you mean ${near}?`
      throw new Failed(`--agency ${options.agency}: there is no such agency; ${meant}`, 2)
    }
    const selection: Selection = { limit: options.limit }
    if (options.since !== undefined) selection.since = options.since
    if (options.lang !== undefined) selection.lang = options.lang
    if (options.agency !== undefined) selection.agency = options.agency
    const found = store.recentThreads(selection)
    if (options.json) return json(found.map(threadJson))
    if (found.length === 0) return say('no threads')
    show({
      head: ['id', timed('last'), 'stories', 'reports', 'agencies', 'lead'],
      rows: found.map(item => [
        String(item.id),
        moment(item.last),
        String(item.stories),
        String(item.reports),
        item.agencies.map(agency => agency.id).join(' '),
        item.title,
      ]),
      widest: 40,
    })
  })
}

/** Why a report belongs to a story. */
const ALSO: Readonly<Record<ReportView['joinedBy'], string>> = {
  first: 'filed first',
  guid: 'same id',
  url: 'same address',
  text: 'same text',
  flash: 'its full report',
  editor: "an editor's decision",
}

export function thread(id: number, options: Common): void {
  reading(options, store => {
    const found = store.thread(store.redirect('thread', id) ?? id)
    if (!found) throw new Failed(absence(store, 'thread', id))
    if (found.id !== id) say(`thread ${id} was merged into thread ${found.id}`)
    const membersOf = (story: number) => store.story(story)?.members
    if (options.json) json(threadDetailJson(found, membersOf))
    else show(...threadLines(found, membersOf))
  })
}

type Members = StoryDetail['members']

function threadLines(found: ThreadDetail, membersOf: (story: number) => Members | undefined): (string | Table)[] {
  const lines: (string | Table)[] = [
    found.title,
    `${moment(found.first)} – ${moment(found.last)} ${zone}, ${found.stories} stories, ${found.reports} reports`,
    '',
    'Agencies, by first report',
    {
      head: [timed('first'), 'reports', 'agency'],
      rows: found.agencies.map(part => [moment(part.first), String(part.reports), part.name]),
    },
    '',
    'Stories, oldest first',
    ...found.timeline.flatMap(story => storyLines(story, membersOf(story.id) ?? [])),
  ]
  if (found.figures.length === 0) return lines
  const figures = {
    head: [timed('time'), 'what', 'number', 'of whom', 'agency', 'as written'],
    rows: found.figures.map(figure => [
      moment(figure.time),
      figure.kind,
      String(figure.value),
      figure.whom ?? '',
      figure.agencyName,
      figure.words ?? figure.matched,
    ]),
  }
  return [...lines, '', 'Figures', figures]
}

/** A story, and under it the other reports that carry it. */
function storyLines(story: StorySummary, members: Members): string[] {
  const signal = story.signal ? ` [${story.signal}]` : ''
  const lines = [`${moment(story.time)}  #${story.id}  ${story.agencyName}: ${story.title}${signal}`]
  // The report that leads the story stands in the first line.
  const lead = members.findIndex(({ agency, title }) => agency === story.agency && title === story.title)
  for (const [at, member] of members.entries()) {
    const edits = member.revisions.length > 1 ? `${member.revisions.length} revisions` : ''
    const notes = [at === lead ? '' : ALSO[member.joinedBy], edits, member.stale ? 'still runs the old text' : '']
      .filter(Boolean)
      .join(', ')
    if (at !== lead) lines.push(`    also ${member.agencyName}: ${member.title} (${notes})`)
    else if (notes) lines.push(`    ${notes}`)
  }
  return lines
}

export function story(id: number, options: Common): void {
  reading(options, store => {
    const found = store.story(store.redirect('story', id) ?? id)
    if (!found) throw new Failed(`there is no story ${id}: \`minwal search WORDS\` finds stories`)
    if (found.id !== id) say(`story ${id} was merged into story ${found.id}`)
    if (options.json) json(storyDetailJson(found))
    else show(...wholeStory(found))
  })
}

function wholeStory(found: StoryDetail): (string | Table)[] {
  const { title, agencyName, time, thread, url, signal, members, text, pageText } = found
  const reports = {
    head: ['report', timed('time'), 'agency', 'because', 'texts', 'headline'],
    rows: members.map(member => [
      String(member.id),
      moment(member.time),
      member.agencyName,
      ALSO[member.joinedBy] + (member.stale ? ', still runs the old text' : ''),
      String(member.revisions.length),
      member.title,
    ]),
    widest: 40,
  }
  return [
    title + (signal ? ` [${signal}]` : ''),
    `${moment(time)} ${zone}, ${agencyName}; story ${found.id} of thread ${thread}`,
    ...(url === null ? [] : [url]),
    '',
    reports,
    ...(pageText !== null ? ['', pageText] : text === '' ? [] : ['', text]),
  ]
}

export function search(words: string[], options: Common & { limit: number }): void {
  reading(options, store => {
    const found = store.search(words.join(' '), options.limit)
    if (options.json) return json(found.map(storyJson))
    if (found.length === 0) return say(`nothing found for ${words.join(' ')}`)
    show({
      head: [timed('time'), 'story', 'thread', 'agency', 'headline'],
      rows: found.map(story => [
        moment(story.time),
        String(story.id),
        String(story.thread),
        story.agencyName,
        story.title,
      ]),
      widest: 30,
    })
  })
}
