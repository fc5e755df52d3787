// The public views as the API gives them: names and meanings are those of docs/sql.md, times are ISO 8601. A list adds what stands
// behind the columns of its view.
import { z } from '../../config/zod.ts'
import type { ViewRow } from '../../model/listed.ts'
import {
  type Columns,
  flag,
  id,
  idOrNull,
  json,
  jsonOrNull,
  oneOf,
  oneOfOrNull,
  read,
  real,
  schemaOf,
  text,
  textOrNull,
  time,
  timeOrNull,
  whole,
  wholeOrNull,
} from './columns.ts'

export interface ViewSchema {
  columns: Columns
  schema: z.ZodType
  read: (row: ViewRow) => Record<string, unknown>
}

const view = (columns: Columns, description: string): ViewSchema => ({
  columns,
  schema: schemaOf(columns, description),
  read: row => read(columns, row),
})

const SIGNALS = ['flash', 'update', 'correction', 'kill'] as const
const FIGURES = ['killed', 'injured', 'missing', 'arrested', 'displaced'] as const
const STATES = ['new', 'ok', 'failing', 'paused', 'retired'] as const

// ── parts ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const PART = {
  agency: z.string().describe('`agency.id`.'),
  name: z.string().describe('Its name.'),
  first: z.iso.datetime().describe('Time of its first report here.'),
  behind: z.int().min(0).describe('How long after the first of them that was, in milliseconds; 0 for who was first.'),
  reports: z.int().min(1).describe('Number of its reports here.'),
}
const Part = z.object(PART).describe("An agency's part in a thread.")
const StoryPart = z
  .object({ ...PART, url: z.string().nullable().describe('Address of that first report, or null.') })
  .describe("An agency's part in a story.")

interface RawPart {
  first: number
}

/** Parts as they stand in a row, the earliest first. */
function readParts(parts: unknown): unknown {
  const found = parts as RawPart[]
  const least = found[0]?.first ?? 0
  return found.map(({ first, ...part }) => ({ ...part, first: new Date(first).toISOString(), behind: first - least }))
}

// ── threads and stories ─────────────────────────────────────────────────────────────────────────────────────────────

const threadParts = json(z.array(Part), 'Who had it when: the first first.', readParts)

const Thread = view(
  {
    id: id('Number of the thread. One that was merged into another leads there for ever.'),
    key: text('The same in every database where the same story opened it.'),
    lead: id('`story.id` of the story that speaks for it.'),
    title: text('Headline of the lead without slugs and credits.'),
    language: textOrNull('Language of the lead, BCP 47; or null.'),
    first: time('Time of its first story.'),
    last: time('Time of its newest story.'),
    updated: time('Last change of any of its reports.'),
    stories: whole('Number of its stories.'),
    reports: whole('Number of its reports.'),
    agencies: whole('Number of agencies among them.'),
    sources: whole('Agencies whose own copy it holds: reprints count for their origin.'),
    parts: threadParts,
  },
  'The stories about one event.',
)

const LeadTime = view(
  {
    id: id('`thread.id`.'),
    title: text('Its headline.'),
    language: textOrNull('Its language, BCP 47; or null.'),
    first: time('Time of its first story.'),
    last: time('Time of its newest story.'),
    agencies: whole('Number of agencies.'),
    parts: threadParts,
  },
  'Who had a thread first, and how long after it the others came.',
)

const Placement = z.looseObject({
  kind: z.enum(['opened', 'joined']),
  thread: z.int().nullable(),
  score: z.number(),
  reasons: z.array(z.string()),
})

const STORY: Columns = {
  id: id('Number of the story. One that was merged into another leads there for ever.'),
  key: text("The same in every database that holds the story: made from its first report's feed and guid."),
  thread: id('`thread.id`.'),
  lead: id('`report.id` of the earliest report that was not withdrawn.'),
  title: text('Headline of the lead.'),
  url: textOrNull('Address of the lead, or null.'),
  language: textOrNull('Language of the first report, BCP 47; or null.'),
  agency: text('`agency.id` of the lead.'),
  time: time('Earliest `time` of its reports.'),
  updated: time('Last change of any of its reports.'),
  reports: whole('Number of its reports.'),
  agencies: whole('Number of agencies among them.'),
  placement: json(Placement, 'Why it is in its thread: `score` is a cosine, 0 to 1, `reasons` what spoke loudest.'),
  origin: textOrNull('`agency.id` of the agency whose copy it is; null where that agency is not in the configuration.'),
  origin_name: textOrNull('Its name; null before it was judged.'),
  sources: whole('Agencies that tell it independently of one another: ten reprints of one wire are one.'),
  signal: oneOfOrNull(SIGNALS, "The desk's mark on the lead, or null."),
  withdrawn: flag('Whether its origin has withdrawn it, though copies may still run it.'),
  excerpt: text("Beginning of the lead's plain text."),
  parts: json(z.array(StoryPart), 'Who carried it when: the first first.', readParts),
}
const Story = view(STORY, 'One piece of copy: the reports with the same text.')

const WholeStory = view(
  {
    ...STORY,
    text: text("The lead's plain text as it stands now."),
    summary: textOrNull("The lead's summary as sanitised HTML, or null."),
    content: textOrNull("The lead's content as sanitised HTML, or null."),
  },
  'A story with the text that speaks for it.',
)

// ── reports ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const REPORT: Columns = {
  id: id('Number of the report: higher ones were filed later.'),
  story: id('`story.id`.'),
  thread: id('`thread.id`.'),
  feed: id('`feed.id`.'),
  agency: text('`agency.id`.'),
  guid: text('What tells it apart within its feed.'),
  url: textOrNull('Address of the page as the feed gives it, or null.'),
  canonical_url: textOrNull('The same without tracking parameters; null where it names no single page.'),
  title: text('Headline as it stands now, as the feed carries it.'),
  excerpt: text('Beginning of its plain text.'),
  language: textOrNull('BCP 47, or null.'),
  published: timeOrNull('Time the feed claims; or null.'),
  updated: timeOrNull('Time of the last change the feed claims; or null.'),
  first_seen: time('When Minwal first saw it.'),
  last_seen: time('When it last stood in its feed.'),
  changed: time('When the text in force was first seen.'),
  time: time(
    'The time that orders it: `published`, else `updated`; the moment it was first seen where neither is given.',
  ),
  dateline: textOrNull('The opening «PLACE (AGENCY) —» as written, or null.'),
  signal: oneOfOrNull(SIGNALS, "The desk's own mark; `kill` is withdrawn. Or null."),
  joined_by: oneOf(
    ['first', 'guid', 'url', 'text', 'flash', 'editor'],
    'Why it is in its story: `first` opened it, else what matched.',
  ),
  similarity: real("How alike its text is to the story's, 0 to 1; 1 where guid or address decided."),
  revisions: whole('Number of texts it has had, 1 for an unchanged one.'),
  coverage: real("Share of the story's copy that it carries, 0 to 1."),
  stale: flag('Whether it still runs a text that its origin has corrected or withdrawn.'),
  headline_only: flag(
    'Whether nothing but its headline is known: its feed or map gave no text, and none was taken from its page.',
  ),
}
const Report = view(REPORT, "One agency's account as one feed carried it.")

const Enclosure = z.object({
  url: z.string(),
  type: z.string().nullable().describe('Media type, or null.'),
  length: z.number().nullable().describe('Bytes, or null.'),
})
const Furniture = z.looseObject({ kind: z.string(), matched: z.string(), where: z.string() })

const WholeReport = view(
  {
    ...REPORT,
    text: text('Plain text as it stands now.'),
    summary: textOrNull('Sanitised HTML, or null.'),
    content: textOrNull('Sanitised HTML, or null.'),
    authors: json(z.array(z.string()), 'Names.'),
    categories: json(z.array(z.string()), 'Words.'),
    enclosures: json(z.array(Enclosure), 'Pictures, sound and the like.'),
    evidence: jsonOrNull(z.unknown(), 'What decided that it is in its story; null where nothing was compared.'),
    furniture: json(z.array(Furniture), 'What was taken off for comparing.'),
  },
  'A report with its text.',
)

const Revision = view(
  {
    report: id('`report.id`.'),
    number: whole('1 for the first text; the highest is in force. Not without gaps.'),
    seen: time('When this text was first seen.'),
    title: text('Headline at that time.'),
    text: text('Plain text at that time.'),
    change: oneOfOrNull(
      ['cosmetic', 'update', 'correction', 'kill'],
      'What became of the text before; null for the first text.',
    ),
  },
  'A text that a report has or had.',
)

const Credit = view(
  {
    report: id('`report.id`.'),
    story: id('`story.id`.'),
    reported_by: text('`agency.id` of the agency whose feed carried the report.'),
    agency: textOrNull('`agency.id` of the credited agency; null where it is not in the configuration.'),
    name: text('Its name.'),
    place: text('Where it stood: `dateline`, `title`, `opening`, `closing`, `author` or `source`.'),
  },
  "An agency that a report's text says it comes from.",
)

const Figure = view(
  {
    report: id('`report.id`.'),
    story: id('`story.id`.'),
    thread: id('`thread.id`.'),
    agency: text('`agency.id`.'),
    time: time('When it was said: `time` of the report, or when a changed text was first seen.'),
    kind: oneOf(FIGURES, 'What the people are.'),
    value: whole('Number of people.'),
    bound: oneOfOrNull(['at least', 'about', 'up to'], 'How the text hedges it; or null.'),
    said: textOrNull('Who said so, as written; null where the text does not say.'),
    matched: text('The words it was read from.'),
    words: textOrNull('The words that say whom it counts, with the number, as written; null where it stands bare.'),
    whom: textOrNull('Whom it counts; null for all people, and where the text does not say.'),
  },
  'A number that later reports change.',
)

const Link = view(
  {
    thread: id('`thread.id`.'),
    other: id('`thread.id` of the other.'),
    kind: oneOf(['before', 'beside'], '`before` it had ended when the first began, `beside` at the same time.'),
    score: real('How much they share, 0 to 1.'),
    title: text('Headline of the other.'),
    language: textOrNull('Its language, BCP 47; or null.'),
    first: time('Time of its first story.'),
    last: time('Time of its newest story.'),
  },
  'A thread told beside or before another.',
)

// ── agencies and feeds ──────────────────────────────────────────────────────────────────────────────────────────────

const Agency = view(
  {
    id: text('Short name from the configuration.'),
    name: text('Name shown to readers.'),
    language: textOrNull('Main language, BCP 47; null where the configuration names none.'),
    homepage: textOrNull('Address, or null.'),
    feeds: whole('Number of its feeds in the configuration.'),
    reports: whole('Number of its reports.'),
    last_report: timeOrNull('Time of its newest report; null without any.'),
  },
  'An organisation that reports.',
)

const sentences = (description: string) => json(z.array(z.string()), description)

const Feed = view(
  {
    id: id('Number of the feed in this database.'),
    agency: text('`agency.id`.'),
    url: text('Address it is known by: without a login, variables of the configuration as written.'),
    title: textOrNull('Title the feed gives itself, or null.'),
    category: textOrNull('Category from the configuration, or null.'),
    language: textOrNull("From the configuration, else the feed's own word, BCP 47; or null."),
    state: oneOf(STATES, '`retired`: gone by the word of the server (410).'),
    last_poll: timeOrNull('Time of the last poll; or null.'),
    last_success: timeOrNull('Time of the last poll that did not fail; or null.'),
    next_poll: time('When it is due.'),
    reason: text('Why then, in words.'),
    interval: wholeOrNull('Learnt time between polls, in milliseconds; null before the first.'),
    failures: whole('Polls that failed since the last good one.'),
    error: textOrNull('What went wrong at the last poll; null when nothing did.'),
    warnings: sentences('What was repaired or left out in the last document.'),
    notes: sentences('What its habits say: unusual silence, entries that may have been missed.'),
    gaps: whole('Times that two polls had no entry in common, so that some may have been missed.'),
    reports: whole('Reports filed from it so far.'),
  },
  'One polled address of an agency.',
)

const Poll = view(
  {
    id: id('Number of the poll.'),
    feed: id('`feed.id`.'),
    at: time('When it began.'),
    ms: whole('How long it took, in milliseconds.'),
    status: oneOf(['filed', 'unchanged', 'failed', 'interrupted', 'released'], 'What came of it.'),
    entries: whole('Entries in the document.'),
    new: whole('Of these: new stories.'),
    revision: whole('Reports with a changed text.'),
    copy: whole('New reports of known stories.'),
    unchanged: whole('Reports known before.'),
    rejected: whole('Entries left out.'),
    gap_from: timeOrNull('Time of the poll before, when this one had no entry in common with it; otherwise null.'),
    gap_to: timeOrNull('Time of this poll, when there is a gap; otherwise null.'),
    error: textOrNull('What went wrong, or null.'),
    warnings: sentences('What was repaired or left out.'),
  },
  'A visit to a feed.',
)

export const VIEWS = {
  Thread,
  LeadTime,
  Story,
  WholeStory,
  Report,
  WholeReport,
  Revision,
  Credit,
  Figure,
  Link,
  Agency,
  Feed,
  Poll,
}
export { FIGURES, idOrNull, Part, STATES, StoryPart }
