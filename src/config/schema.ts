// The schema of config.json, from which config.schema.json is written. Defaults are filled in by load.ts.
import type { Millis } from '../model/units.ts'
import { selectorFault } from './selectors.ts'
import { z } from './zod.ts'

const UNITS: Readonly<Record<string, Millis>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const DURATION = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/
// Powers of 1024, as in the messages about bodies that were too large.
const SIZES: Readonly<Record<string, number>> = { B: 1, KB: 1_024, MB: 1_048_576, GB: 1_073_741_824 }
const SIZE = /^(\d+(?:\.\d+)?)\s*(B|KB|MB|GB)$/

/** `90s`, `15m`, `24h`, `7d` in milliseconds; null for anything else. */
export function parseDuration(text: string): Millis | null {
  const match = DURATION.exec(text.trim())
  const unit = UNITS[match?.[2] ?? '']
  return match && unit ? Math.round(Number(match[1]) * unit) : null
}

const durationBetween = (least: string, most: string) =>
  z
    .string()
    .regex(DURATION, { error: 'must be a number with ms, s, m, h or d, like "15m"', abort: true })
    .refine(
      text => {
        const ms = parseDuration(text) ?? -1
        return ms >= (parseDuration(least) ?? 0) && ms <= (parseDuration(most) ?? 0)
      },
      { message: `must lie between ${least} and ${most}` },
    )

const size = z
  .string()
  .regex(SIZE, { error: 'must be a number with B, KB, MB or GB, like "10MB"', abort: true })
  .refine(text => toBytes(text) >= 1, { message: 'must be at least 1B' })
export const toBytes = (text: string): number => {
  const match = SIZE.exec(text)
  return Math.round(Number(match?.[1]) * (SIZES[match?.[2] ?? ''] ?? 1))
}
export const toMillis = (text: string): Millis => parseDuration(text) ?? 0

const language = z.string().regex(/^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/, 'must be a language tag, like "ar" or "en-GB"')
/** Whether this runtime knows a time zone of that name (IANA). */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

const webAddress = z.string().refine(text => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
  message: 'must be an http or https address',
})

const feedAddress = z.string().refine(text => URL.canParse(text) && /^(?:https?|file):$/.test(new URL(text).protocol), {
  message: 'must be an http, https or file address',
})

const addressPart = z.string().min(1).max(200)

const textSource = z.enum(['feed', 'page'])

const feedObject = z.strictObject({
  url: feedAddress.describe('Address of the feed.'),
  title: z.string().min(1).optional().describe('What you call it; written to OPML.'),
  category: z.string().min(1).optional().describe('Category given to everything from this feed.'),
  language: language.optional().describe("Language of the feed, where it is not the agency's."),
  every: durationBetween('1m', '7d').optional().describe('Fixed time between polls; learnt when absent.'),
  schedule: z
    .string()
    .min(1)
    .optional()
    .describe('Cron expression of the times it is polled at, in the time zone of the machine.'),
  headers: z
    .record(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/), z.string())
    .optional()
    .describe('Headers sent with each request.'),
  identity: z.enum(['guid', 'url', 'title']).optional().describe('What tells the entries of this feed apart.'),
  languages: z.array(language).min(1).optional().describe('Only entries in these languages are taken. Default all.'),
  include: z
    .array(addressPart)
    .min(1)
    .max(50)
    .optional()
    .describe('Only entries are taken whose address has one of these parts, like "/world/". Default all.'),
  exclude: z
    .array(addressPart)
    .min(1)
    .max(50)
    .optional()
    .describe('Entries are left out whose address has one of these parts, like "/sport/". Default none.'),
  robots: z
    .enum(['obey', 'ignore'])
    .optional()
    .describe(
      'Whether a map of news or a page obeys robots.txt, and what pages themselves ask of robots; feeds are published to be polled, and never ask. Default "obey".',
    ),
  text: textSource.optional().describe("Where texts of its reports come from; the agency's word when absent."),
  allowPrivate: z
    .boolean()
    .optional()
    .describe('This feed may lie at a loopback or private address: host and port of its url, nothing it leads to.'),
  paused: z.boolean().optional().describe('Keep the feed but do not poll it.'),
})

const selector = z
  .string()
  .min(1)
  .superRefine((text, context) => {
    const fault = selectorFault(text)
    if (fault !== null) context.addIssue({ code: 'custom', message: fault, input: text })
  })

const pageObject = feedObject.omit({ url: true, title: true, identity: true }).extend({
  page: feedAddress.describe('Address of a page with a list of reports, where there is no feed.'),
  items: selector
    .optional()
    .describe('CSS selector of the items. Default what the page says in JSON-LD, else its <article> elements.'),
  title: selector
    .optional()
    .describe('Selector of the headline in an item. Default h1 to h4, else the text of its link.'),
  link: selector
    .optional()
    .describe('Selector of the link in an item. Default that of its heading, else the first with text.'),
  time: selector
    .optional()
    .describe('Selector of the date in an item. Default time[datetime], else the first text that is a date.'),
  summary: selector.optional().describe('Selector of a summary in an item. Default none.'),
  zone: z
    .string()
    .refine(isTimeZone, { message: 'must be the name of a time zone, like "Asia/Riyadh"' })
    .optional()
    .describe('Time zone of dates that name none. Default UTC.'),
})

const agencyObject = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be 1 to 40 of a-z, 0-9 and -')
    .describe('Short and stable.'),
  name: z.string().min(1).describe('Name shown to readers.'),
  aliases: z.array(z.string().min(1)).optional().describe('Names it goes by in credits and datelines, in any script.'),
  language: language.optional().describe('Main language of the agency.'),
  homepage: webAddress.optional(),
  text: textSource
    .optional()
    .describe('"page": the page of each report is asked for once, and its text used to decide. Default "feed".'),
  feeds: z.array(z.union([feedAddress, feedObject, pageObject])).min(1, 'must name at least one feed'),
})

const pollObject = z.strictObject({
  tick: z.string().optional().describe('Cron expression: how often to look for due feeds. Default every 15 seconds.'),
  concurrency: z.int().min(1).max(256).optional().describe('Feeds fetched at once. Default 16.'),
  perHost: z.int().min(1).max(64).optional().describe('Feeds fetched at once from one host. Default 2.'),
  pagesPerHost: z
    .int()
    .min(1)
    .max(3_600)
    .optional()
    .describe('Pages of reports asked of one host within an hour, for feeds with "text": "page". Default 60.'),
  hostDelay: durationBetween('0s', '10m')
    .optional()
    .describe('Time between two starts at one host; none at loopback hosts. Default 5s.'),
  exclude: z
    .array(z.string().refine(text => hostName(text) !== '', 'must be the name of a host, like "agency.example"'))
    .optional()
    .describe(
      'Hosts that are never asked for anything, with their subdomains, whatever feeds, redirects and hubs say.',
    ),
  minInterval: durationBetween('1s', '7d').optional().describe('Shortest time between two polls. Default 5m.'),
  maxInterval: durationBetween('1s', '7d').optional().describe('Longest time between two polls. Default 4h.'),
  connectTimeout: durationBetween('100ms', '5m').optional().describe('Default 10s.'),
  responseTimeout: durationBetween('100ms', '5m').optional().describe('Time for the first byte. Default 20s.'),
  totalTimeout: durationBetween('100ms', '30m').optional().describe('Time for one poll as a whole. Default 60s.'),
  maxWireBytes: size.optional().describe('Largest body as sent. Default 10MB.'),
  maxBodyBytes: size.optional().describe('Largest body when decompressed. Default 20MB.'),
  maxRedirects: z.int().min(0).max(20).optional().describe('Default 5.'),
  maxEntries: z.int().min(1).max(10_000).optional().describe('Entries taken from one document. Default 1000.'),
  userAgent: z.string().min(1).max(300).optional().describe('Say who you are and where you can be reached.'),
  websub: z
    .boolean()
    .optional()
    .describe('Let WebSub hubs push what is new, where a feed names one and "link" is public. Default true.'),
  allowPrivate: z
    .boolean()
    .optional()
    .describe('Each feed may lie at a loopback or private address: its own host and port. Default false.'),
})

const endpointObject = z.strictObject({
  url: webAddress.describe('Base address of an embeddings API, like "http://127.0.0.1:11434/v1".'),
  model: z.string().min(1).max(200).describe('What the server calls the model.'),
  key: z
    .string()
    .min(1)
    .regex(/^[\x21-\x7e]+$/, 'must be a token without spaces')
    .optional()
    .describe('Told to the server as a bearer token; better from a variable than written here. Default none.'),
  prefix: z
    .string()
    .max(200)
    .optional()
    .describe('Put before each text, where the model was trained so: "query: " for those called e5. Default none.'),
})

const retainObject = z.strictObject({
  reports: durationBetween('1d', '36500d')
    .optional()
    .describe('Threads without news for longer are deleted. At least twice threads.window and 30d. Default never.'),
  revisions: durationBetween('1d', '36500d')
    .optional()
    .describe('Earlier texts of a report that were replaced longer ago are deleted. Default with their report.'),
  polls: durationBetween('7d', '3650d').optional().describe('How long visits to feeds are listed. Default 30d.'),
  size: size
    .refine(text => toBytes(text) >= 1_048_576, { message: 'must be at least 1MB' })
    .optional()
    .describe('Largest database file: beyond it the oldest threads are deleted. Default no limit.'),
})

const notifyObject = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be 1 to 40 of a-z, 0-9 and -')
    .describe('Short and stable: what was told is remembered by it.'),
  query: z.string().min(1).max(200).optional().describe('News with these words, as they are searched for.'),
  agencies: z.int().min(2).max(100).optional().describe('Events that so many agencies report.'),
  killed: z.literal(true).optional().describe('Reports that were withdrawn.'),
  silent: durationBetween('1h', '90d')
    .optional()
    .describe('Agencies without news and feeds without an answer for so long, like "12h".'),
  failure: z.literal(true).optional().describe('Minwal does not do its work: nothing is polled, stored or backed up.'),
  webhook: webAddress.optional().describe('Address that each notice is posted to, as JSON.'),
  shape: z
    .enum(['json', 'slack', 'ntfy'])
    .optional()
    .describe(
      'What is posted: a notice, a message for Slack (and what takes its form), or one for ntfy. Default "json".',
    ),
  key: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be a token without spaces')
    .optional()
    .describe('Told to the webhook as a bearer token; better from a variable than written here. Default none.'),
  mail: z
    .string()
    .regex(/^[^\s@<>,;:"()]+@[^\s@<>,;:"()]+$/, 'must be one mail address')
    .optional()
    .describe('Address that is written to by the local sendmail.'),
  command: z
    .array(z.string())
    .min(1)
    .max(50)
    .optional()
    .describe('Program with its arguments, which reads the notice as JSON; told when it ends with 0.'),
})

const listenAddress = z
  .string()
  .regex(/^(\[[0-9a-fA-F:.]+\]|[^:\s]+):\d{1,5}$/, {
    error: 'must be host:port, like "127.0.0.1:8080"',
    abort: true,
  })
  .refine(text => Number(text.slice(text.lastIndexOf(':') + 1)) <= 65_535, {
    message: 'must have a port up to 65535',
  })

const root = z.strictObject({
  $schema: z.string().optional(),
  title: z.string().min(1).optional().describe('Name of the combined feed. Default "Minwal".'),
  link: webAddress.optional().describe('Public address: the base of feed addresses. Default the listen address.'),
  language: language.optional().describe('Language of the pages. Default "en".'),
  timeZone: z
    .string()
    .refine(isTimeZone, { message: 'must be the name of a time zone, like "Asia/Riyadh"' })
    .optional()
    .describe('Time zone that pages tell moments in before a browser tells them in its own. Default "UTC".'),
  database: z
    .string()
    .min(1)
    .optional()
    .describe(
      'SQLite file, relative to this file; or the address of a PostgreSQL database, like "postgres://minwal@db.example/minwal". Default "data/minwal.db".',
    ),
  listen: listenAddress.optional().describe('Where the page and feeds are served. Default "127.0.0.1:8080".'),
  metrics: z
    .strictObject({
      listen: listenAddress
        .optional()
        .describe('Where /metrics is, with /healthz and /readyz, like "127.0.0.1:9464". Default beside the pages.'),
    })
    .optional(),
  poll: pollObject.optional(),
  threads: z
    .strictObject({
      threshold: z
        .number()
        .min(0.05)
        .max(0.95)
        .optional()
        .describe('Likeness a story needs to join a thread. Higher: fewer wrong joins, more threads. Default 0.28.'),
      window: durationBetween('1h', '30d')
        .optional()
        .describe('How long a silent thread can still be joined. Default 7d.'),
      encoder: z
        .union([z.array(z.string()).min(1).max(50), endpointObject])
        .optional()
        .describe(
          'What gives each text a vector: a server, {"url": "http://127.0.0.1:11434/v1", "model": "bge-m3"}, or a program with its arguments, ["python3", "encode.py"]. Default none.',
        ),
    })
    .optional(),
  publish: z
    .strictObject({
      limit: z.int().min(1).max(500).optional().describe('Entries in a feed. Default 100.'),
      frontPage: durationBetween('1h', '60d').optional().describe('How far back the front page looks. Default 2d.'),
      hub: z
        .union([z.literal(true), webAddress])
        .optional()
        .describe(
          'WebSub hub that the feeds name: true for the built-in one, or the address of another, which is told when they have changed. Default none.',
        ),
    })
    .optional(),
  retain: retainObject.describe('What is deleted, and when. Left out, no report ever is.').optional(),
  keep: z
    .strictObject({
      bodies: durationBetween('1h', '90d')
        .optional()
        .describe('How long documents are kept as servers sent them, for `minwal replay`. Default none are.'),
    })
    .describe('What is kept besides the news.')
    .optional(),
  backup: z
    .strictObject({
      to: z
        .string()
        .min(1)
        .optional()
        .describe('Folder for backups, made where it is missing; relative to this file. Default none.'),
      every: durationBetween('1m', '30d').optional().describe('Time between two backups. Default 1d.'),
      keep: z.int().min(1).max(1_000).optional().describe('How many are kept. Default 7.'),
      beforeUpgrade: z
        .boolean()
        .optional()
        .describe('Copy the database beside itself before a newer Minwal changes its tables. Default true.'),
    })
    .optional(),
  notify: z.array(notifyObject).max(100).optional().describe('Whom to tell of what. Default nobody.'),
  log: z.strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).optional() }).optional(),
  // Whether it may be empty depends on the command: load.ts.
  agencies: z.array(agencyObject).meta({ minItems: 1 }),
})

/** JSON Schema of config.json, as config.schema.json ships it. */
export function configSchema(): object {
  return {
    ...z.toJSONSchema(root, { io: 'input' }),
    title: 'Minwal configuration',
    description: 'JSON with comments. Described in docs/configuration.md.',
  }
}

/** The file as it is written, once it has been checked. */
export type ConfigInput = z.infer<typeof root>
export type FeedInput = ConfigInput['agencies'][number]['feeds'][number]
export type PageInput = Extract<FeedInput, { page: string }>
export type EncoderInput = NonNullable<NonNullable<ConfigInput['threads']>['encoder']>
export type Issue = z.core.$ZodIssue

/** Judge a file with its variables filled in; the issues name keys and values. */
export function checkConfig(filled: unknown): { ok: true; data: ConfigInput } | { ok: false; issues: Issue[] } {
  const checked = root.safeParse(filled, { reportInput: true })
  return checked.success ? { ok: true, data: checked.data } : { ok: false, issues: checked.error.issues }
}

/** The keys that are allowed at a place of the file. */
export function knownKeys(path: readonly PropertyKey[], isPage = false): string[] {
  const shapes: Record<string, object> = {
    poll: pollObject.shape,
    threads: root.shape.threads.unwrap().shape,
    publish: root.shape.publish.unwrap().shape,
    retain: retainObject.shape,
    keep: root.shape.keep.unwrap().shape,
    backup: root.shape.backup.unwrap().shape,
    metrics: root.shape.metrics.unwrap().shape,
    log: root.shape.log.unwrap().shape,
  }
  if (path.length === 0) return Object.keys(root.shape).filter(name => name !== '$schema')
  if (path.includes('feeds')) return Object.keys((isPage ? pageObject : feedObject).shape)
  if (path[0] === 'threads' && path.length > 1) return Object.keys(endpointObject.shape)
  if (path[0] === 'notify') return Object.keys(notifyObject.shape)
  if (path[0] === 'agencies') return Object.keys(agencyObject.shape)
  return Object.keys(shapes[String(path[0])] ?? {})
}

/** A host as a URL spells it: lower case, punycode, without a dot at the end. Empty where it is none. */
export function hostName(text: string): string {
  const url = /[\s/?#@]/.test(text) ? null : URL.parse(`http://${text}/`)
  return url === null || url.port !== '' ? '' : url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
}
