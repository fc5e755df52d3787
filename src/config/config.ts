// config.json -> frozen Config. The schema here is the one source: it checks, fills in defaults, and writes
// config.schema.json. All faults are reported together, each with the key, the value and what is allowed.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, isAbsolute, resolve } from 'node:path'
import {
  applyEdits,
  type Edit,
  findNodeAtLocation,
  type Node,
  type ParseError,
  parse,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser'
import { z } from 'zod'
import { harmless } from '../language/printable.ts'
import type { Agency, Config, EncoderSettings, FeedSpec, Secret, ThreadSettings } from '../model/config.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { type Environment, fillIn, readAddress, readHeaders, readText, targetOf, withoutLogin } from './secrets.ts'

/** What jsonc-parser's codes mean, for people. */
const SYNTAX: Readonly<Record<string, string>> = {
  InvalidSymbol: 'this word is no value: text stands in double quotes',
  InvalidNumberFormat: 'this is no number',
  PropertyNameExpected: 'a key in double quotes is missing here',
  ValueExpected: 'a value is missing here',
  ColonExpected: 'a colon is missing before this',
  CommaExpected: 'a comma is missing before this',
  CloseBraceExpected: 'a closing brace } is missing here',
  CloseBracketExpected: 'a closing bracket ] is missing here',
  EndOfFileExpected: 'the file should end before this',
  InvalidCommentToken: 'a comment is not allowed here',
  UnexpectedEndOfComment: 'this comment has no end',
  UnexpectedEndOfString: 'this text has no closing quotation mark',
  UnexpectedEndOfNumber: 'this number has no end',
  InvalidUnicode: 'this \\u escape needs four hexadecimal digits',
  InvalidEscapeCharacter: 'this backslash escapes nothing: write \\\\ for a backslash',
  InvalidCharacter: 'a control character stands here',
}

const UNITS: Readonly<Record<string, Millis>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const DURATION = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/
// Powers of 1024, as the reasons of refused bodies count.
const SIZES: Readonly<Record<string, number>> = { B: 1, KB: 1_024, MB: 1_048_576 }
const SIZE = /^(\d+(?:\.\d+)?)\s*(B|KB|MB)$/

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
  .regex(SIZE, { error: 'must be a number with B, KB or MB, like "10MB"', abort: true })
  .refine(text => toBytes(text) >= 1, { message: 'must be at least 1B' })
const toBytes = (text: string): number => {
  const match = SIZE.exec(text)
  return Math.round(Number(match?.[1]) * (SIZES[match?.[2] ?? ''] ?? 1))
}
const toMillis = (text: string): Millis => parseDuration(text) ?? 0

const language = z.string().regex(/^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/, 'must be a language tag, like "ar" or "en-GB"')
const webAddress = z.string().refine(text => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
  message: 'must be an http or https address',
})

const feedAddress = z.string().refine(text => URL.canParse(text) && /^(?:https?|file):$/.test(new URL(text).protocol), {
  message: 'must be an http, https or file address',
})

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
  allowPrivate: z
    .boolean()
    .optional()
    .describe('This feed may lie at a loopback or private address: host and port of its url, nothing it leads to.'),
  paused: z.boolean().optional().describe('Keep the feed but do not poll it.'),
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
  feeds: z.array(z.union([feedAddress, feedObject])).min(1, 'must name at least one feed'),
})

const pollObject = z.strictObject({
  tick: z.string().optional().describe('Cron expression: how often to look for due feeds. Default every 15 seconds.'),
  concurrency: z.int().min(1).max(256).optional().describe('Feeds fetched at once. Default 16.'),
  perHost: z.int().min(1).max(64).optional().describe('Feeds fetched at once from one host. Default 2.'),
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

const modelObject = z.strictObject({
  model: z
    .string()
    .min(1)
    .describe('Folder of a sentence model for @huggingface/transformers; relative to this file. Nothing is fetched.'),
  pooling: z
    .enum(['mean', 'cls'])
    .optional()
    .describe("How the vectors of a text's tokens become one: their mean, or the first one. Default mean."),
  prefix: z
    .string()
    .max(200)
    .optional()
    .describe('Put before each text, where the model was trained so: "query: " for those called e5. Default none.'),
})

const root = z.strictObject({
  $schema: z.string().optional(),
  title: z.string().min(1).optional().describe('Name of the combined feed. Default "Minwal".'),
  link: webAddress.optional().describe('Public address: the base of feed addresses. Default the listen address.'),
  language: language.optional().describe('Language of the pages. Default "en".'),
  database: z.string().min(1).optional().describe('SQLite file; relative to this file. Default "data/minwal.db".'),
  listen: z
    .string()
    .regex(/^(\[[0-9a-fA-F:.]+\]|[^:\s]+):\d{1,5}$/, {
      error: 'must be host:port, like "127.0.0.1:8080"',
      abort: true,
    })
    .refine(text => Number(text.slice(text.lastIndexOf(':') + 1)) <= 65_535, {
      message: 'must have a port up to 65535',
    })
    .optional()
    .describe('Where the page and feeds are served. Default "127.0.0.1:8080".'),
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
        .union([z.array(z.string()).min(1).max(50), modelObject])
        .optional()
        .describe(
          'What gives each text a vector: a program with its arguments, ["python3", "encode.py"], or a model on your disk, {"model": "models/e5"}. Default none.',
        ),
    })
    .optional(),
  publish: z
    .strictObject({
      limit: z.int().min(1).max(500).optional().describe('Entries in a feed. Default 100.'),
      frontPage: durationBetween('1h', '60d').optional().describe('How far back the front page looks. Default 2d.'),
    })
    .optional(),
  log: z.strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).optional() }).optional(),
  agencies: z.array(agencyObject).min(1, 'must name at least one agency'),
})

type EncoderInput = NonNullable<NonNullable<z.infer<typeof root>['threads']>['encoder']>

/** JSON Schema of config.json, as config.schema.json ships it. */
export function configSchema(): object {
  return {
    ...z.toJSONSchema(root, { io: 'input' }),
    title: 'Minwal configuration',
    description: 'JSON with comments. Described in docs/configuration.md.',
  }
}

/** How threads are told where the configuration is silent. */
export const THREADS: Readonly<ThreadSettings> = { threshold: 0.28, window: 7 * 86_400_000 }

export type Loaded = { ok: true; config: Config } | { ok: false; faults: string[] }

/**
 * Read and check a configuration file. `environment` fills `${NAME}` and `${NAME:-default}` in strings. Every fault is
 * one line: key, value, what is allowed.
 */
export function loadConfig(file: string, environment: Readonly<Record<string, string | undefined>>): Loaded {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'ENOENT')
      return { ok: false, faults: [`${file} does not exist: name a configuration with --config FILE`] }
    return { ok: false, faults: [`${file} cannot be read (${code || String(error)}): check its permissions`] }
  }
  return parseConfig(text, file, environment)
}

/** `loadConfig` for text at hand; `file` names it in faults and is the base of relative paths. */
export function parseConfig(
  text: string,
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): Loaded {
  const errors: ParseError[] = []
  const raw: unknown = parse(text.replace(/^\ufeff/, ''), errors, { allowTrailingComma: true })
  if (errors.length > 0) {
    return {
      ok: false,
      faults: errors.slice(0, 10).map(error => {
        const before = text.slice(0, error.offset).split('\n')
        return `${file}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}: ${SYNTAX[printParseErrorCode(error.error)] ?? 'this is no JSON'}`
      }),
    }
  }
  const faults: string[] = []
  const filled = fill(raw, environment, [], faults)
  const checked = root.safeParse(filled, { reportInput: true })
  if (!checked.success) {
    // What is wrong because a variable is not set has been said.
    const unset = new Set(faults.map(fault => fault.slice(0, fault.indexOf(':'))))
    const wrong = checked.error.issues.flatMap(issue => describeIssue(asWritten(issue, raw, []), []))
    faults.push(...wrong.filter(fault => !unset.has(fault.slice(0, fault.indexOf(':')))))
  }
  faults.push(...contradictions(filled, raw, environment))
  const mode = databaseMode(environment)
  if (!mode.ok) faults.push(mode.reason)
  if (faults.length > 0 || !checked.success) return { ok: false, faults: faults.map(fault => `${file}: ${fault}`) }
  const config = complete(checked.data, raw, environment, file)
  return { ok: true, config: deepFreeze({ ...config, databaseMode: mode.ok ? mode.value : null }) }
}

/** The mode that whoever starts Minwal wants the database to have: the shipped unit lets all read it. */
function databaseMode({ MINWAL_DATABASE_MODE: mode }: Environment): Outcome<number | null> {
  if (!mode) return { ok: true, value: null }
  if (/^0?6[046][04]$/.test(mode)) return { ok: true, value: Number.parseInt(mode, 8) }
  return {
    ok: false,
    reason: `MINWAL_DATABASE_MODE: ${show(mode)} must be the mode of a file, like 0600, 0640 or 0644`,
  }
}

/**
 * A fault with its input as the file has it: what variables hold is shown nowhere. Nor are logins and headers.
 */
function asWritten(issue: z.core.$ZodIssue, raw: unknown, base: readonly PropertyKey[]): z.core.$ZodIssue {
  const path = [...base, ...issue.path]
  let input = path.reduce<unknown>((value, name) => member(value, String(name)), raw)
  if (path.includes('headers')) input = input === undefined ? undefined : '…'
  else if (typeof input === 'string' && (path.includes('feeds') || input.includes('://'))) input = withoutLogin(input)
  if (issue.code !== 'invalid_union') return { ...issue, input } as z.core.$ZodIssue
  const errors = issue.errors.map(inner => inner.map(one => asWritten(one, raw, path)))
  return { ...issue, input, errors } as z.core.$ZodIssue
}

function fill(
  value: unknown,
  environment: Readonly<Record<string, string | undefined>>,
  path: (string | number)[],
  faults: string[],
): unknown {
  if (typeof value === 'string') {
    return fillIn(value, environment, name => {
      faults.push(`${key(path)}: the environment variable ${name} is not set`)
    })
  }
  if (Array.isArray(value)) return value.map((item, at) => fill(item, environment, [...path, at], faults))
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, fill(item, environment, [...path, name], faults)]),
    )
  }
  return value
}

function key(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the file'
  return path
    .map(part => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '')
}

function show(value: unknown): string {
  const text = JSON.stringify(value)
  if (text === undefined) return 'nothing'
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

function describeIssue(issue: z.core.$ZodIssue, base: readonly PropertyKey[]): string[] {
  const path = [...base, ...issue.path]
  const where = key(path)
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(name => `${key([...path, name])}: unknown key; known here: ${knownKeys(path).join(', ')}`)
    case 'invalid_union': {
      // A feed that is an object is judged as one; anything else gets the short sentence.
      const input = issue.input
      if (path[0] === 'threads') {
        const judged = Array.isArray(input) ? issue.errors[0] : isObject(input) ? issue.errors.at(-1) : undefined
        if (judged) return judged.flatMap(inner => describeIssue(inner, path))
        return [`${where}: ${show(input)} must be a list of a program and its arguments, or an object with "model"`]
      }
      const detailed = isObject(input) ? issue.errors.at(-1) : undefined
      if (detailed) return detailed.flatMap(inner => describeIssue(inner, path))
      return [`${where}: ${show(input)} must be an http, https or file address, or an object with "url"`]
    }
    case 'invalid_type':
      return issue.input === undefined
        ? [`${where}: is missing; it must be ${article(issue.expected)}`]
        : [`${where}: ${show(issue.input)} must be ${article(issue.expected)}`]
    case 'invalid_value':
      return [`${where}: ${show(issue.input)} must be one of ${issue.values.map(show).join(', ')}`]
    case 'invalid_key':
      return [`${where}: is no name a header may have: letters, digits and hyphens`]
    case 'too_big':
      return [`${where}: ${show(issue.input)} must be at most ${issue.maximum}`]
    case 'too_small':
      return [
        issue.message.startsWith('must')
          ? `${where}: ${issue.message}`
          : `${where}: ${show(issue.input)} must be at least ${issue.minimum}${issue.origin === 'string' ? (issue.minimum === 1 ? ' character' : ' characters') : ''}`,
      ]
    default:
      return [`${where}: ${show(issue.input)} ${issue.message}`]
  }
}

function isObject(value: unknown): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function article(type: string): string {
  if (type === 'int') return 'a whole number'
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`
}

function knownKeys(path: readonly PropertyKey[]): string[] {
  const shapes: Record<string, object> = {
    poll: pollObject.shape,
    threads: root.shape.threads.unwrap().shape,
    publish: root.shape.publish.unwrap().shape,
    log: root.shape.log.unwrap().shape,
  }
  if (path.length === 0) return Object.keys(root.shape).filter(name => name !== '$schema')
  if (path.includes('feeds')) return Object.keys(feedObject.shape)
  if (path[0] === 'threads' && path.length > 1) return Object.keys(modelObject.shape)
  if (path[0] === 'agencies') return Object.keys(agencyObject.shape)
  return Object.keys(shapes[String(path[0])] ?? {})
}

function complete(data: z.infer<typeof root>, raw: unknown, environment: Environment, file: string): Config {
  const listen = data.listen ?? '127.0.0.1:8080'
  const colon = listen.lastIndexOf(':')
  const host = listen.slice(0, colon).replace(/^\[|\]$/g, '')
  const port = Number(listen.slice(colon + 1))
  const database = data.database ?? 'data/minwal.db'
  const link = withoutLogin(data.link ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`).replace(
    /(?<!\/)\/+$/,
    '',
  )
  const poll = data.poll ?? {}
  const excluded = (poll.exclude ?? []).map(hostName)
  const addresses = feedAddresses(raw, environment)
  const minInterval = toMillis(poll.minInterval ?? '5m')
  return {
    title: harmless(data.title ?? 'Minwal'),
    link,
    linkIsDefault: data.link === undefined,
    language: data.language ?? 'en',
    database: besides(file, database),
    listen: { host, port },
    poll: {
      tick: poll.tick ?? '*/15 * * * * *',
      concurrency: poll.concurrency ?? 16,
      perHost: poll.perHost ?? 2,
      hostDelay: toMillis(poll.hostDelay ?? '5s'),
      minInterval,
      maxInterval: poll.maxInterval === undefined ? Math.max(minInterval, toMillis('4h')) : toMillis(poll.maxInterval),
      connectTimeout: toMillis(poll.connectTimeout ?? '10s'),
      responseTimeout: toMillis(poll.responseTimeout ?? '20s'),
      totalTimeout: toMillis(poll.totalTimeout ?? '60s'),
      maxWireBytes: toBytes(poll.maxWireBytes ?? '10MB'),
      maxBodyBytes: toBytes(poll.maxBodyBytes ?? '20MB'),
      maxRedirects: poll.maxRedirects ?? 5,
      maxEntries: poll.maxEntries ?? 1_000,
      userAgent: poll.userAgent ?? `Minwal/0.1 (feed collector; +${link})`,
      exclude: excluded,
      websub: poll.websub ?? true,
      allowPrivate: poll.allowPrivate ?? false,
    },
    threads: {
      threshold: data.threads?.threshold ?? THREADS.threshold,
      window: data.threads?.window === undefined ? THREADS.window : toMillis(data.threads.window),
      encoder: encoderSettings(data.threads?.encoder, file),
    },
    publish: { limit: data.publish?.limit ?? 100, frontPage: toMillis(data.publish?.frontPage ?? '2d') },
    log: { level: data.log?.level ?? 'info' },
    secrets: otherSecrets(raw, environment),
    agencies: data.agencies.map<Agency>((agency, at) => ({
      id: agency.id,
      name: harmless(agency.name),
      aliases: (agency.aliases ?? []).map(harmless),
      language: agency.language ?? null,
      homepage: agency.homepage === undefined ? null : withoutLogin(agency.homepage),
      feeds: agency.feeds.map((feed, n) =>
        feedSpec(feed, addresses.get(`${at} ${n}`), agency.language ?? null, excluded),
      ),
    })),
  }
}

/** A feed's address as read from the file, and what is secret of it and its headers. */
interface FeedAddress {
  url: string
  target: string
  formerly: string[]
  secrets: Secret[]
}

/**
 * The addresses of all feeds, by the places of agency and feed. Two logins at one address are two feeds: a mark of the
 * account, which says nothing of it, keeps them apart. What was on file before there was another login is still known.
 */
function feedAddresses(raw: unknown, environment: Environment): Map<string, FeedAddress> {
  const found = new Map<string, FeedAddress>()
  const read: { place: string; address: ReturnType<typeof readAddress> }[] = []
  for (const [at, agency] of items(member(raw, 'agencies'))) {
    for (const [n, feed] of items(member(agency, 'feeds'))) {
      const written = typeof feed === 'string' ? feed : member(feed, 'url')
      if (typeof written !== 'string') continue
      const address = readAddress(written, environment)
      const secrets = [...address.secrets, ...readHeaders(member(feed, 'headers'), environment)]
      read.push({ place: `${at} ${n}`, address: { ...address, secrets } })
    }
  }
  const shared = Map.groupBy(read, ({ address }) => address.url)
  for (const { place, address } of read) {
    const { url: plain, target, account, secrets } = address
    const mark = account === null ? '' : createHash('sha256').update(account).digest('hex').slice(0, 6)
    const apart = mark === '' ? plain : `${plain}${plain.includes('#') ? '-' : '#'}${mark}`
    const url = (shared.get(plain)?.length ?? 0) > 1 ? apart : plain
    const formerly = [...new Set([target, plain, apart])].filter(former => former !== url)
    found.set(place, { url, target, formerly, secrets })
  }
  return found
}

/** Values of variables in what is never meant to be shown: arguments of the encoder's program, times, limits. */
function otherSecrets(raw: unknown, environment: Environment): Secret[] {
  const texts: unknown[] = [...Object.values(member(raw, 'poll') ?? {})]
  for (const value of Object.values(member(raw, 'threads') ?? {}))
    texts.push(value, ...items(value).map(([, one]) => one))
  for (const [, agency] of items(member(raw, 'agencies'))) {
    for (const [, feed] of items(member(agency, 'feeds'))) texts.push(member(feed, 'schedule'), member(feed, 'every'))
  }
  return texts.flatMap(text => (typeof text === 'string' ? readText(text, environment) : []))
}

/** A path, relative to the folder of the configuration. */
function besides(file: string, path: string): string {
  return isAbsolute(path) ? path : resolve(dirname(file), path)
}

function encoderSettings(given: EncoderInput | undefined, file: string): EncoderSettings | null {
  if (given === undefined || Array.isArray(given)) return given ?? null
  return { model: besides(file, given.model), pooling: given.pooling ?? 'mean', prefix: given.prefix ?? '' }
}

/** A host as a URL spells it: lower case, punycode, without a dot at the end. Empty where it is none. */
function hostName(text: string): string {
  const url = /[\s/?#@]/.test(text) ? null : URL.parse(`http://${text}/`)
  return url === null || url.port !== '' ? '' : url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
}

function feedSpec(
  feed: string | z.infer<typeof feedObject>,
  address: FeedAddress | undefined,
  agencyLanguage: string | null,
  excluded: readonly string[],
): FeedSpec {
  const given = typeof feed === 'string' ? { url: feed } : feed
  const host = new URL(given.url).hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  const { url, target, formerly, secrets } = address ?? { url: given.url, target: given.url, formerly: [], secrets: [] }
  return {
    url,
    ...(target === url ? {} : { target }),
    ...(formerly.length === 0 ? {} : { formerly }),
    ...(secrets.length === 0 ? {} : { secrets }),
    ...(given.title === undefined ? {} : { title: harmless(given.title) }),
    category: given.category === undefined ? null : harmless(given.category),
    language: given.language ?? agencyLanguage,
    every: given.every === undefined ? null : toMillis(given.every),
    schedule: given.schedule ?? null,
    headers: given.headers ?? {},
    identity: given.identity ?? 'guid',
    allowPrivate: given.allowPrivate ?? false,
    paused: (given.paused ?? false) || excluded.some(name => host === name || host.endsWith(`.${name}`)),
  }
}

/**
 * What no single value shows: ids and addresses named twice, a longest interval below the shortest. Judged on the raw file,
 * so that it is told together with whatever else is wrong.
 */
function contradictions(filled: unknown, raw: unknown, environment: Environment): string[] {
  const faults: string[] = []
  const poll = member(filled, 'poll')
  const least = parseDuration(String(member(poll, 'minInterval') ?? '5m'))
  const most = parseDuration(String(member(poll, 'maxInterval') ?? ''))
  if (least !== null && most !== null && most < least) {
    faults.push(`poll.maxInterval: must not be shorter than poll.minInterval (${least / 60_000} min)`)
  }
  const ids = new Map<unknown, number>()
  const urls = new Map<unknown, string>()
  const known = new Map<string, string>()
  const addresses = feedAddresses(raw, environment)
  const feedsAsWritten = items(member(raw, 'agencies')).map(([, agency]) => items(member(agency, 'feeds')))
  for (const [at, agency] of items(member(filled, 'agencies'))) {
    const id = member(agency, 'id')
    const before = ids.get(id)
    if (before !== undefined) faults.push(`agencies[${at}].id: ${show(id)} is the id of agencies[${before}] too`)
    else if (id !== undefined) ids.set(id, at)
    for (const [n, feed] of items(member(agency, 'feeds'))) {
      const url = typeof feed === 'string' ? feed : member(feed, 'url')
      const where = `agencies[${at}].feeds[${n}]`
      const other = urls.get(url)
      const feedAsWritten = feedsAsWritten[at]?.[n]?.[1]
      const written = typeof feedAsWritten === 'string' ? feedAsWritten : member(feedAsWritten, 'url')
      if (other !== undefined) faults.push(`${where}: ${withoutLogin(String(written))} stands at ${other} too`)
      else if (url !== undefined) urls.set(url, where)
      const address = addresses.get(`${at} ${n}`)?.url ?? ''
      const account = known.get(address)
      if (other === undefined && account !== undefined) {
        faults.push(`${where}: ${withoutLogin(String(written))} stands at ${account} too, with the same user`)
      }
      if (address !== '') known.set(address, where)
    }
  }
  return faults
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined
}

function items(value: unknown): [number, unknown][] {
  return Array.isArray(value) ? [...value.entries()] : []
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) deepFreeze(inner)
  }
  return value
}

// ── editing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A feed as the file has it; keys without a value are left out. */
export type FeedEntry = Readonly<
  { url: string } & Partial<Record<'title' | 'category' | 'language' | 'every' | 'identity', string | null>> & {
      paused?: true | null
      /** Its address was typed by the user: variables in it are variables. Not written. */
      asTyped?: true | null
    }
>

/** An agency as the file has it. One the file already has is known by its id; the rest is then of no account. */
export interface AgencyEntry {
  id: string
  name: string
  aliases?: readonly string[] | null
  language?: string | null
  homepage?: string | null
  feeds: readonly FeedEntry[]
}

/**
 * The text of a configuration with these feeds added at the end of their agencies, and new agencies at the end of all:
 * comments, order, spacing and everything else stay byte for byte. Fails where the result would not load, or where the
 * text is not laid out so that it can be edited by a machine.
 */
export function withFeeds(
  text: string,
  additions: readonly AgencyEntry[],
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): Outcome<string> {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : ''
  const body = text.slice(mark.length)
  const before = parseConfig(text, file, environment)
  if (!before.ok) return { ok: false, reason: before.faults.join('; ') }
  const tree = parseTree(body, [], { allowTrailingComma: true })
  const agencies = tree && findNodeAtLocation(tree, ['agencies'])
  if (!agencies?.children) return { ok: false, reason: `${file}: has no list of agencies to add to` }
  const edits: Edit[] = []
  const fresh: unknown[] = []
  const places = new Map(before.config.agencies.map((agency, at) => [agency.id, at]))
  for (const { id, feeds, name, ...more } of additions) {
    const at = places.get(id) ?? -1
    const list = at < 0 ? undefined : agencies.children[at] && findNodeAtLocation(agencies.children[at], ['feeds'])
    const written = feeds.map(({ asTyped, ...feed }) => {
      const url = asTyped ? new AsTyped(feed.url) : feed.url
      return Object.keys(given(feed)).length === 1 ? url : { ...given(feed), url }
    })
    if (at < 0) fresh.push({ id, name, ...given(more), feeds: written })
    else if (list) edits.push(...append(body, list, written))
    else return { ok: false, reason: `${file}: the feeds of ${id} could not be found in the text` }
  }
  if (fresh.length > 0) edits.push(...append(body, agencies, fresh))
  const edited = mark + applyEdits(body, edits)
  const after = parseConfig(edited, file, environment)
  if (!after.ok) return { ok: false, reason: `${file} would no longer load: ${after.faults.join('; ')}` }
  const wanted = additions.flatMap(({ id, feeds }) =>
    feeds.map(feed => `${id} ${feed.asTyped ? fillIn(feed.url, environment) : feed.url}`),
  )
  const kept = new Set(after.config.agencies.flatMap(({ id, feeds }) => feeds.map(feed => `${id} ${targetOf(feed)}`)))
  // Keys that stand twice: the last one counts, and the edit met the first.
  const lost = wanted.find(one => !kept.has(one))
  return lost === undefined
    ? { ok: true, value: edited }
    : { ok: false, reason: `${file}: ${withoutLogin(lost)} could not be added: is a key written twice?` }
}

/** Without the keys that have no value. */
function given(entry: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null && value !== undefined))
}

const DOLLAR = '$'
/** `${` in text from outside is text: written so, reading the file gives it back and looks nothing up. */
const LITERAL = `${DOLLAR}{MINWAL_LITERAL:-${DOLLAR}}{`

/** Text whose variables are meant as such. */
class AsTyped {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

function literal(value: unknown): unknown {
  if (value instanceof AsTyped) return value.text
  if (typeof value === 'string') return value.replaceAll('${', () => LITERAL)
  if (Array.isArray(value)) return value.map(literal)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, literal(inner)]))
}

/** Edits that put values behind the last of a list, laid out as the list is. */
function append(text: string, list: Node, values: readonly unknown[]): Edit[] {
  const close = list.offset + list.length - 1
  const end = text.slice(0, close).trimEnd().length
  const last = list.children?.at(-1)
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const unit = /^(?:\t| {2,8})(?=\S)/m.exec(text)?.[0] ?? '  '
  const inner = text.slice(list.offset, close)
  const several = inner.includes('\n') || (last === undefined && values.length > 1)
  const outer = /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', last?.offset ?? list.offset) + 1))?.[0] ?? ''
  const indent = last === undefined || !text.slice(list.offset, last.offset).includes('\n') ? outer + unit : outer
  const lines = values.map(value => {
    // A line break in JSON.stringify's text is never part of a string.
    const json = JSON.stringify(literal(value), null, unit)
    const short = json.replace(/\n\s*/g, ' ')
    const isFlat = !json.includes('[\n') && short.length <= 110
    return several && !isFlat ? json.replaceAll('\n', `${eol}${indent}`) : short
  })
  const between = several ? `${eol}${indent}` : ' '
  const edits: Edit[] = []
  if (last !== undefined && !commaFollows(text, last.offset + last.length)) {
    edits.push({ offset: last.offset + last.length, length: 0, content: ',' })
  }
  const content = (last === undefined && !several ? '' : between) + lines.join(`,${between}`)
  edits.push({ offset: Math.max(end, last === undefined ? list.offset + 1 : 0), length: 0, content })
  return edits
}

/** Whether the next sign behind white space and comments is a comma. */
function commaFollows(text: string, from: number): boolean {
  const rest = /(?:\s|\/\/[^\r\n]*|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/)*/y
  rest.lastIndex = from
  rest.exec(text)
  return text[rest.lastIndex] === ','
}
