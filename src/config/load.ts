// Loads config.json: variables filled in, checked, defaults added, frozen. All faults are reported together.
import { readFileSync } from 'node:fs'
import { dirname, isAbsolute, resolve } from 'node:path'
import { harmless } from '../language/printable.ts'
import { primaryLanguage } from '../language/tag.ts'
import type {
  Agency,
  Config,
  EncoderSettings,
  FeedSpec,
  PageRules,
  PollSettings,
  ThreadSettings,
} from '../model/config.ts'
import { isPostgres } from '../model/database.ts'
import type { Outcome } from '../model/units.ts'
import { type FeedAddress, feedAddresses, namedAddress, otherSecrets } from './addresses.ts'
import { databaseFaults, databaseSecrets } from './database.ts'
import { contradictions, describeIssues, type Fault, keyOf, show } from './faults.ts'
import { placesIn, readJsonc } from './jsonc.ts'
import { notifyFaults, notifyRules } from './notify.ts'
import { member } from './raw.ts'
import { retainSettings, THREADS_WINDOW } from './retain.ts'
import {
  type ConfigInput,
  checkConfig,
  type EncoderInput,
  type FeedInput,
  hostName,
  type PageInput,
  toBytes,
  toMillis,
} from './schema.ts'
import { type Environment, fillIn, withoutLogin } from './secrets.ts'

/** `threads` where the configuration does not set it. */
export const THREADS: Readonly<ThreadSettings> = { threshold: 0.28, window: THREADS_WINDOW }

/** `poll.tick` where the configuration does not set it. */
export const TICK = '*/15 * * * * *'

/** One fault of a configuration, for programs. */
export interface ConfigFault {
  /** Like `agencies[0].feeds[1].url`; null where the file is no JSON, or it lies elsewhere. */
  key: string | null
  /** Where it stands, or where it should: both from 1, in characters; null where that is not in the file. */
  line: number | null
  column: number | null
  message: string
}

/** `faults` are sentences with file, place and key; `found` has the same for programs. */
export type Loaded = { ok: true; config: Config } | { ok: false; faults: string[]; found: ConfigFault[] }

export interface LoadOptions {
  /** For commands that add agencies: there may be none yet. */
  mayBeEmpty?: boolean
}

/**
 * Load a configuration file. `environment` gives values to `${NAME}` and `${NAME:-default}` in strings. Every fault is one
 * line: key, value, what is allowed.
 */
export function loadConfig(file: string, environment: Environment, options: LoadOptions = {}): Loaded {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const says =
      code === 'ENOENT'
        ? `${file} does not exist: name a configuration with --config FILE`
        : `${file} cannot be read (${code || String(error)}): check its permissions`
    return { ok: false, faults: [says], found: [{ key: null, line: null, column: null, message: says }] }
  }
  return parseConfig(text, file, environment, options)
}

/** {@link loadConfig} for the text of a file; `file` names it in faults and is the base of relative paths. */
export function parseConfig(
  text: string,
  file: string,
  environment: Environment,
  { mayBeEmpty = false }: LoadOptions = {},
): Loaded {
  const read = readJsonc(text)
  if (!read.ok) {
    const found = read.faults.map(({ line, column, what }) => ({ key: null, line, column, message: what }))
    return { ok: false, faults: found.map(fault => sentence(file, fault)), found }
  }
  const raw = read.value
  const faults: Fault[] = []
  const filled = fill(raw, environment, [], faults)
  const checked = checkConfig(filled)
  if (!checked.ok) {
    // A value that is wrong because a variable is not set has been reported.
    const keyIn = ({ path }: Fault): string => keyOf(path ?? [])
    const unset = new Set(faults.map(keyIn))
    faults.push(...describeIssues(checked.issues, raw).filter(fault => !unset.has(keyIn(fault))))
  }
  const agencies = member(filled, 'agencies')
  if (!mayBeEmpty && Array.isArray(agencies) && agencies.length === 0) {
    faults.push({ path: ['agencies'], says: 'must name at least one agency' })
  }
  const addresses = feedAddresses(raw, environment)
  faults.push(...contradictions(filled, raw, addresses), ...notifyFaults(filled))
  const mode = databaseMode(environment)
  if (!mode.ok) faults.push({ path: null, says: mode.reason })
  faults.push(...databaseFaults(filled, mode.ok ? mode.value : null))
  if (faults.length > 0 || !checked.ok) {
    const found = placed(faults, text)
    return { ok: false, faults: found.map(fault => sentence(file, fault)), found }
  }
  const whole = complete(checked.data, addresses, file)
  const hub = member(member(raw, 'publish'), 'hub')
  const hubNamed = typeof hub === 'string' ? namedAddress(hub, environment) : undefined
  const config = {
    ...whole,
    publish: { ...whole.publish, ...(hubNamed === undefined ? {} : { hubNamed }) },
    secrets: [...otherSecrets(raw, environment), ...databaseSecrets(member(raw, 'database'), environment)],
    databaseMode: mode.ok ? mode.value : null,
  }
  return { ok: true, config: deepFreeze(config) }
}

/** Faults of a text with where they stand in it; nowhere, where the text is not there any more. */
export function placed(faults: readonly Fault[], text: string | null): ConfigFault[] {
  const places = text === null ? () => null : placesIn(text)
  return faults.map(({ path, says }) => {
    const place = path === null ? null : places(path)
    return {
      key: path === null ? null : keyOf(path),
      line: place?.line ?? null,
      column: place?.column ?? null,
      message: says,
    }
  })
}

/** `config.json:12:7: poll.perHost: 0 must be at least 1`. */
export function sentence(file: string, { key, line, column, message }: ConfigFault): string {
  const where = line === null ? file : `${file}:${line}:${column}`
  return key === null ? `${where}: ${message}` : `${where}: ${key}: ${message}`
}

/** The mode of the database's file, from the environment: the systemd unit sets one that lets all users read. */
function databaseMode({ MINWAL_DATABASE_MODE: mode }: Environment): Outcome<number | null> {
  if (!mode) return { ok: true, value: null }
  if (/^0?6[046][04]$/.test(mode)) return { ok: true, value: Number.parseInt(mode, 8) }
  return {
    ok: false,
    reason: `MINWAL_DATABASE_MODE: ${show(mode)} must be the mode of a file, like 0600, 0640 or 0644`,
  }
}

/** The same value with the variables in its strings filled in. */
function fill(value: unknown, environment: Environment, path: (string | number)[], faults: Fault[]): unknown {
  if (typeof value === 'string') {
    return fillIn(value, environment, name => {
      const folder = environment['CREDENTIALS_DIRECTORY']
      const credential = folder ? `, and ${folder} has no readable file ${name}` : ''
      faults.push({ path, says: `the environment variable ${name} is not set${credential}` })
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

/** The configuration with every default. */
function complete(data: ConfigInput, addresses: ReadonlyMap<string, FeedAddress>, file: string): Config {
  const { host, port } = hostAndPort(data.listen ?? '127.0.0.1:8080')
  const database = data.database ?? 'data/minwal.db'
  const link = withoutLogin(data.link ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`).replace(
    /(?<!\/)\/+$/,
    '',
  )
  const poll = data.poll ?? {}
  const excluded = (poll.exclude ?? []).map(hostName)
  const window = data.threads?.window === undefined ? THREADS.window : toMillis(data.threads.window)
  return {
    title: harmless(data.title ?? 'Minwal'),
    link,
    linkIsDefault: data.link === undefined,
    language: data.language ?? 'en',
    timeZone: data.timeZone ?? 'UTC',
    database: isPostgres(database) ? database : besides(file, database),
    files: besides(file, isPostgres(database) ? FILES : database),
    listen: { host, port },
    metrics: data.metrics?.listen === undefined ? null : hostAndPort(data.metrics.listen),
    poll: { ...pollSettings(poll, link), exclude: excluded },
    threads: {
      threshold: data.threads?.threshold ?? THREADS.threshold,
      window,
      encoder: encoderSettings(data.threads?.encoder),
    },
    publish: {
      limit: data.publish?.limit ?? 100,
      frontPage: toMillis(data.publish?.frontPage ?? '2d'),
      hub: data.publish?.hub ?? null,
    },
    retain: retainSettings(data.retain, window),
    keepBodies: data.keep?.bodies === undefined ? null : toMillis(data.keep.bodies),
    backup: {
      to: data.backup?.to === undefined ? null : besides(file, data.backup.to),
      every: toMillis(data.backup?.every ?? '1d'),
      keep: data.backup?.keep ?? 7,
      beforeUpgrade: data.backup?.beforeUpgrade ?? true,
    },
    notify: notifyRules(data.notify),
    log: { level: data.log?.level ?? 'info' },
    agencies: data.agencies.map<Agency>((agency, at) => ({
      id: agency.id,
      name: harmless(agency.name),
      aliases: (agency.aliases ?? []).map(harmless),
      language: agency.language ?? null,
      homepage: agency.homepage === undefined ? null : withoutLogin(agency.homepage),
      feeds: agency.feeds.map((feed, n) => feedSpec(feed, addresses.get(`${at} ${n}`), agency, excluded)),
    })),
  }
}

/** Settings of polling, with defaults for what is not given. */
export function pollSettings(poll: NonNullable<ConfigInput['poll']> = {}, link: string | null = null): PollSettings {
  const minInterval = toMillis(poll.minInterval ?? '5m')
  return {
    tick: poll.tick ?? TICK,
    concurrency: poll.concurrency ?? 16,
    perHost: poll.perHost ?? 2,
    pagesPerHost: poll.pagesPerHost ?? 60,
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
    userAgent: poll.userAgent ?? `Minwal/0.1 (feed collector${link === null ? '' : `; +${link}`})`,
    exclude: [],
    websub: poll.websub ?? true,
    allowPrivate: poll.allowPrivate ?? false,
  }
}

function hostAndPort(listen: string): { host: string; port: number } {
  const colon = listen.lastIndexOf(':')
  return { host: listen.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(listen.slice(colon + 1)) }
}

/** A path of the configuration, which is relative to its folder. */
/** Beside which files of this machine's own lie, where the database is none. */
const FILES = 'data/minwal'

function besides(file: string, path: string): string {
  return isAbsolute(path) ? path : resolve(dirname(file), path)
}

function encoderSettings(given: EncoderInput | undefined): EncoderSettings | null {
  if (given === undefined || Array.isArray(given)) return given ?? null
  return { ...given, key: given.key ?? null, prefix: given.prefix ?? '' }
}

function feedSpec(
  feed: FeedInput,
  address: FeedAddress | undefined,
  agency: ConfigInput['agencies'][number],
  excluded: readonly string[],
): FeedSpec {
  const given = typeof feed === 'string' ? { url: feed } : feed
  const isPage = 'page' in given
  const written = isPage ? given.page : given.url
  const host = new URL(written).hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  const { url, target, formerly, secrets } = address ?? { url: written, target: written, formerly: [], secrets: [] }
  return {
    url,
    ...(target === url ? {} : { target }),
    ...(formerly.length === 0 ? {} : { formerly }),
    ...(secrets.length === 0 ? {} : { secrets }),
    ...(isPage || given.title === undefined ? {} : { title: harmless(given.title) }),
    category: given.category === undefined ? null : harmless(given.category),
    language: given.language ?? agency.language ?? null,
    every: given.every === undefined ? null : toMillis(given.every),
    schedule: given.schedule ?? null,
    headers: given.headers ?? {},
    identity: isPage ? 'guid' : (given.identity ?? 'guid'),
    ...(isPage ? { page: rulesOf(given) } : {}),
    ...takenOf(given),
    ...(given.robots === 'ignore' ? { ignoresRobots: true as const } : {}),
    ...((given.text ?? agency.text) === 'page' ? { text: 'page' as const } : {}),
    allowPrivate: given.allowPrivate ?? false,
    paused: (given.paused ?? false) || excluded.some(name => host === name || host.endsWith(`.${name}`)),
  }
}

/** How entries are read off a page. */
function rulesOf({ items, title, link, time, summary, zone }: PageInput): PageRules {
  return {
    items: items ?? null,
    title: title ?? null,
    link: link ?? null,
    time: time ?? null,
    summary: summary ?? null,
    zone: zone ?? null,
  }
}

/** What is taken of a feed, where the configuration says that it is not all. */
function takenOf({ languages = [], include = [], exclude = [] }: Exclude<FeedInput, string>): Pick<FeedSpec, 'taken'> {
  if (languages.length + include.length + exclude.length === 0) return {}
  const tags = languages.flatMap(tag => primaryLanguage(tag) ?? [])
  return { taken: { languages: tags, include, exclude } }
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) deepFreeze(inner)
  }
  return value
}
