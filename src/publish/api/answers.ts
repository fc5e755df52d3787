// The shapes of answers: what stands around the rows.
import { z } from '../../config/zod.ts'
import { VIEWS } from './views.ts'

const next = z.string().nullable().describe('`cursor` of the next page; null after the last.')
const merged = (what: string) =>
  z.array(z.int()).describe(`Ids of what was merged into this ${what}: they lead here for ever.`)

/** A page of a list, under its own name. */
const page = (name: string, rows: z.ZodType, description: string) =>
  z.object({ [name]: z.array(rows), next }).describe(description)

const Week = z
  .object({
    days: z.array(z.int()).describe('Its reports on each of the last seven days, oldest first.'),
    reports: z.int().describe('The sum of them.'),
    own: z.int().describe('Those of them that are its own copy, as far as that was judged.'),
    events: z.int().describe('Threads of several agencies that it is in.'),
    led: z.int().describe('Those of them that it had first.'),
    lag: z
      .int()
      .nullable()
      .describe('Median of how long after the first it came where it was not first, in milliseconds; or null.'),
  })
  .describe('What an agency did in the last seven days.')

const AgencyOfWeek = z
  .intersection(VIEWS.Agency.schema, z.object({ week: Week }))
  .describe('An agency, and what it did of late.')

const Read = z
  .object({
    words: z.string().describe('The words alone.'),
    narrowings: z
      .array(
        z.object({
          kind: z.enum(['agency', 'lang', 'since', 'exact', 'without']),
          value: z.string().describe('Of an agency, its id.'),
        }),
      )
      .describe('What narrows the search.'),
    unknown: z.array(z.string()).describe('Names of operators that there are none of.'),
  })
  .describe('How `q` was read: words, `agency:`, `lang:`, `since:`, "exact words" and -without.')

export const Problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What is wrong, and what would be right, in a sentence.'),
    parameter: z.string().optional().describe('The parameter that is at fault.'),
  })
  .describe('RFC 9457.')

export const Merged = z
  .object({
    merged: z.int().describe('The id that it was merged into.'),
    location: z.string().describe('Where that is, as in the header `Location`.'),
  })
  .describe('What was asked for was merged into another.')

export const ANSWERS = {
  Threads: page('threads', VIEWS.Thread.schema, 'The thread that grew last first.'),
  ThreadDetail: z
    .object({
      thread: VIEWS.Thread.schema,
      stories: z.array(VIEWS.Story.schema).describe('Newest first: the newest 100. `/api/stories?thread=ID` has all.'),
      figures: z
        .array(VIEWS.Figure.schema)
        .describe('Those filed last first: 200 of them. `/api/figures?thread=ID` has all.'),
      links: z.array(VIEWS.Link.schema),
      merged: merged('thread'),
    })
    .describe('A thread with its stories and numbers.'),
  Stories: page('stories', VIEWS.Story.schema, 'Newest first.'),
  StoryDetail: z
    .object({
      story: VIEWS.WholeStory.schema,
      reports: z
        .array(VIEWS.Report.schema)
        .describe('The one filed last first: 100 of them. `/api/reports?story=ID` has all.'),
      figures: z.array(VIEWS.Figure.schema).describe('Those filed last first: 100 of them.'),
      merged: merged('story'),
    })
    .describe('A story with its text and its reports.'),
  Reports: page(
    'reports',
    VIEWS.Report.schema,
    'The one filed last first. A page may hold fewer than `limit`, or none, and yet have a `next`.',
  ),
  ReportDetail: z
    .object({
      report: VIEWS.WholeReport.schema,
      revisions: z.array(VIEWS.Revision.schema).describe('Oldest first.'),
      credits: z.array(VIEWS.Credit.schema),
      figures: z.array(VIEWS.Figure.schema),
    })
    .describe('A report with its texts.'),
  Figures: page(
    'figures',
    VIEWS.Figure.schema,
    'Those of the report filed last first. A page may hold fewer than `limit`, or none, and yet have a `next`.',
  ),
  LeadTimes: page(
    'lead_times',
    VIEWS.LeadTime.schema,
    'Threads of two agencies or more, the one that grew last first.',
  ),
  Agencies: page('agencies', AgencyOfWeek, 'By id.'),
  AgencyDetail: z
    .object({ agency: AgencyOfWeek, feeds: z.array(VIEWS.Feed.schema).describe('200 of them.') })
    .describe('An agency with its feeds.'),
  Feeds: page('feeds', VIEWS.Feed.schema, 'By id.'),
  FeedDetail: z
    .object({ feed: VIEWS.Feed.schema, polls: z.array(VIEWS.Poll.schema).describe('The last 50, newest first.') })
    .describe('A feed with its last polls.'),
  Search: z
    .object({ read: Read, stories: z.array(VIEWS.Story.schema), next })
    .describe('Newest first. A page may hold fewer than `limit`, or none, and yet have a `next`.'),
} as const

export type AnswerName = keyof typeof ANSWERS

/** What the document names, by name: schemas that others refer to first. */
export const NAMED: Readonly<Record<string, z.ZodType>> = {
  ...Object.fromEntries(Object.entries(VIEWS).map(([name, { schema }]) => [name, schema])),
  Week,
  ...ANSWERS,
  Problem,
  Merged,
}
