// The commands that try things out and store nothing: check, parse.
import { readFileSync } from 'node:fs'
import { parseDocument } from '../collect/feed/parse.ts'
import { createParserPool, type ParserPool } from '../collect/feed/pool.ts'
import { quotable } from '../collect/feed/quotable.ts'
import { unpackFile } from '../collect/net/coding.ts'
import { createFetcher, type Fetcher } from '../collect/net/fetch.ts'
import { redactorOf, targetOf } from '../config/secrets.ts'
import { hostOf } from '../decide/schedule/host.ts'
import { type Tried as TriedEncoder, tryEncoder } from '../encode/try.ts'
import { counted } from '../language/say.ts'
import { primaryLanguage } from '../language/tag.ts'
import type { ParsedFeed } from '../model/collected.ts'
import type { Config, PollSettings } from '../model/config.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { askerOf } from '../run/encoding.ts'
import { type FindOptions, forbiddenByRobots, isFrozen, livingMap } from '../run/find-sources.ts'
import { Hosts } from '../run/hosts.ts'
import { feedsByUrl, mayBePrivate, type NamedFeed } from '../run/poll.ts'
import { parsedJson } from './json.ts'
import { progress } from './progress.ts'
import {
  type Common,
  configuredToPoll,
  Failed,
  hidden,
  isCutOff,
  json,
  jsonLine,
  out,
  readConfiguration,
  say,
} from './shared.ts'
import { moment, show } from './shown.ts'

export async function check(options: Common & { fetch?: boolean }): Promise<void> {
  if (options.json && !isRight(options)) return
  const config = configuredToPoll(options)
  const named = [...feedsByUrl(config.agencies).values()]
  const encoder = await triedEncoder(config, options.config)
  if (config.publish.hubNamed === null) say(HUB_UNNAMED)
  const ignoring = named.flatMap(({ spec }) => (spec.ignoresRobots ? [spec.url] : []))
  if (ignoring.length > 0) say(`robots.txt is not asked, as "robots": "ignore" says, for: ${ignoring.join(' ')}`)
  if (!options.fetch) {
    const tried = {
      ...(encoder === null ? {} : { encoder }),
      ...(ignoring.length === 0 ? {} : { robotsIgnored: ignoring }),
    }
    if (options.json) json({ ok: true, agencies: config.agencies.length, feeds: named.length, ...tried })
    else {
      const agencies = counted(config.agencies.length, 'agency', 'agencies')
      out(`${options.config} is right: ${agencies}, ${counted(named.length, 'feed', 'feeds')}`)
      if (encoder !== null) out(aboutEncoder(encoder))
    }
    return
  }
  const bar = progress(named.length)
  const results = await tryFeeds(named, config.poll, () => bar.step()).finally(() => bar.end())
  results.sort((a, b) => a.agency.localeCompare(b.agency) || a.url.localeCompare(b.url))
  const failed = results.filter(result => result.error !== null)
  if (options.json) json({ ok: failed.length === 0, feeds: results })
  else {
    show({
      head: ['agency', 'entries', 'feed', 'result'],
      rows: results.map(({ agency, entries, url, error, warnings }) => [
        agency,
        String(entries),
        url,
        error ?? (warnings.join('; ') || 'ok'),
      ]),
      widest: 80,
    })
    say(`${results.length - failed.length} of ${results.length} feeds answered with a feed`)
  }
  if (failed.length > 0) process.exitCode = 1
}

/** Whether the configuration is right; where it is not, its faults are printed as JSON. */
function isRight(options: Common): boolean {
  const loaded = readConfiguration(options)
  if (loaded.ok) return true
  json({ ok: false, faults: loaded.found.map(fault => ({ ...fault, message: hidden(fault.message) })) })
  process.exitCode = 2
  return false
}

const HUB_UNNAMED =
  'publish.hub: a variable in its host or path looks like a secret, so the feeds do not name the hub; it is told all the same'

/** What the configured encoder can do; null where there is none. */
async function triedEncoder({ threads, agencies, poll }: Config, file: string): Promise<TriedEncoder | null> {
  if (!threads.encoder) return null
  const tags = agencies.flatMap(({ language, feeds }) => [language, ...feeds.map(feed => feed.language)])
  const languages = [...new Set(tags.flatMap(tag => primaryLanguage(tag) ?? []))].sort()
  const tried = await tryEncoder(threads.encoder, languages, { asker: () => askerOf(poll) })
  if (!tried.ok) throw new Failed(`${file}: threads.encoder: ${tried.reason}`, 2)
  return tried.value
}

/** The encoder's vectors, speed and languages, as a person is told. */
function aboutEncoder({ numbers, textsPerSecond, languages }: TriedEncoder): string {
  const found = Object.entries(languages)
  const named = (wanted: boolean | null): string =>
    found.flatMap(([tag, is]) => (is === wanted ? [tag] : [])).join(', ')
  const parts = [
    `the encoder gives a text ${numbers} numbers, ${textsPerSecond} short texts a second`,
    named(true) === '' ? '' : `it knows ${named(true)}`,
    named(false) === '' ? '' : `it does not know ${named(false)}`,
    named(null) === '' ? '' : `there are no sentences to try it with in ${named(null)}`,
  ]
  return parts.filter(part => part !== '').join('; ')
}

/** What came of one feed. */
interface Tried {
  url: string
  agency: string
  entries: number
  error: string | null
  warnings: string[]
  /** Time of its newest entry, where that is so old that it may have been given up. */
  frozen?: Millis
}

interface Tools {
  fetcher: Fetcher
  pool: ParserPool
  hosts: Hosts
  settings: PollSettings
}

/** Fetch and parse every feed once, each host at the pace of a poll. `step` is called after each. Rejects only for a bug. */
async function tryFeeds(feeds: readonly NamedFeed[], settings: PollSettings, step: () => void): Promise<Tried[]> {
  const tools = {
    fetcher: createFetcher(settings),
    pool: createParserPool(),
    hosts: new Hosts(() => settings),
    settings,
  }
  const queue = hostsInTurn(feeds)
  const results: Tried[] = []
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { frozen, ...tried } = await tryFeed(next, tools)
      const word = frozen === undefined ? null : await aboutMap(next, frozen, tools)
      results.push(
        word === null ? tried : { ...tried, warnings: [...tried.warnings, redactorOf(next.spec).text(word)] },
      )
      step()
    }
  }
  try {
    await Promise.all(Array.from({ length: settings.concurrency }, work))
  } finally {
    await tools.fetcher.close()
    await tools.pool.close()
  }
  return results
}

const askedHost = ({ spec }: NamedFeed): string => hostOf(targetOf(spec))

/** The first feed of each host, then the second of each, and so on: feeds that wait for their host hold up no others. */
function hostsInTurn(feeds: readonly NamedFeed[]): NamedFeed[] {
  const places = new Map<string, number>()
  const rounds = feeds.map(feed => {
    const round = places.get(askedHost(feed)) ?? 0
    places.set(askedHost(feed), round + 1)
    return { feed, round }
  })
  return rounds.sort((a, b) => a.round - b.round).map(({ feed }) => feed)
}

async function tryFeed(named: NamedFeed, { fetcher, pool, hosts, settings }: Tools): Promise<Tried> {
  const { agency, spec } = named
  const tried: Tried = { url: spec.url, agency: agency.id, entries: 0, error: null, warnings: [] }
  const host = askedHost(named)
  // A host that refused one feed is not asked for the others.
  if (!(await hosts.turn(host))) return { ...tried, error: `not tried: ${hosts.reason(host) ?? `${host} refused us`}` }
  const { text } = redactorOf(spec)
  try {
    const got = await fetcher.get({
      url: targetOf(spec),
      validators: { etag: null, lastModified: null },
      headers: spec.headers,
      allowPrivate: mayBePrivate(settings, spec, targetOf(spec)),
      now: Date.now(),
    })
    const failure = got.kind === 'failed' ? got.failure : null
    const retryAt = failure?.retryAt == null ? null : failure.retryAt + performance.now() - Date.now()
    hosts.heard(host, failure && { ...failure, retryAt })
    if (got.kind === 'failed') return { ...tried, error: text(got.failure.message) }
    if (got.kind === 'unchanged') return tried
    const parsed = await pool.parse(got.body, got.contentType, {
      url: got.url,
      gap: got.gap,
      language: spec.language,
      maxEntries: settings.maxEntries,
      ...(spec.page && { page: spec.page }),
    })
    if (!parsed.ok) return { ...tried, error: text(quotable(got, parsed.reason)) }
    const { entries, warnings, format, maps } = parsed.value
    const newest = newestOf(entries)
    const found = { ...tried, entries: entries.length, warnings: warnings.map(text) }
    const isMap = format === 'map' || format === 'index'
    if (isMap && !spec.ignoresRobots) {
      const forbidden = await forbiddenByRobots(targetOf(spec), fetcher, findOptions(named, settings))
      if (forbidden !== null) return { ...found, error: text(forbidden) }
    }
    if (maps !== undefined) found.warnings.unshift(`an index of ${counted(maps.length, 'document', 'documents')}`)
    return !isMap && newest !== null && isFrozen(newest, Date.now()) ? { ...found, frozen: newest } : found
  } finally {
    hosts.ended(host)
  }
}

const findOptions = ({ spec }: NamedFeed, settings: PollSettings): FindOptions => ({
  allowPrivate: mayBePrivate(settings, spec, targetOf(spec)),
  userAgent: settings.userAgent,
})

/** Time of the newest entry; null where none has one. */
const newestOf = (entries: ParsedFeed['entries']): Millis | null =>
  entries.reduce<Millis | null>((latest, { published, updated }) => {
    const time = published ?? updated
    return time === null ? latest : Math.max(latest ?? time, time)
  }, null)

/** A word on a map of news that goes on where a feed has stopped; null where there is none. */
async function aboutMap(named: NamedFeed, frozen: Millis, tools: Tools): Promise<string | null> {
  const { fetcher, pool, hosts, settings } = tools
  const { spec } = named
  const get: Fetcher['get'] = async request => {
    const host = hostOf(request.url)
    if (!(await hosts.turn(host))) {
      const message = hosts.reason(host) ?? `${host} refused us`
      return { kind: 'failed', failure: { kind: 'throttled', message, status: null, retryAt: null }, ms: 0 }
    }
    try {
      return await fetcher.get(request)
    } finally {
      hosts.ended(host)
    }
  }
  const map = await livingMap(
    named.agency.homepage ?? targetOf(spec),
    { get },
    {
      ...findOptions(named, settings),
      parse: (...document) => pool.parse(...document),
    },
  )
  if (map === null) return null
  const day = (time: Millis | null): string => new Date(time ?? 0).toISOString().slice(0, 10)
  return `its newest entry is of ${day(frozen)}, and the map of news ${map.url} has one of ${day(map.newest)}: \`minwal add ${map.url}\` takes that`
}

// ── parse ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Bytes to which `minwal parse` unpacks a compressed file at most. */
const MOST_UNPACKED = 256 * 1_048_576

export async function parse(files: string[], options: { url?: string; json?: boolean }): Promise<void> {
  for (const file of files) {
    let bytes: Uint8Array
    try {
      bytes = file === '-' ? readFileSync(0) : readFileSync(file)
    } catch (error) {
      const reason = `cannot read it (${error instanceof Error ? error.message : String(error)})`
      showParsed(file, { ok: false, reason }, options)
      continue
    }
    const unpacked = await unpackFile(bytes, MOST_UNPACKED)
    const limits = { url: options.url ?? null, maxEntries: 10_000 }
    showParsed(file, unpacked.ok ? await parseDocument(unpacked.value, null, limits) : unpacked, options)
  }
}

function showParsed(file: string, parsed: Outcome<ParsedFeed>, options: { json?: boolean }): void {
  if (!parsed.ok) {
    process.exitCode = 1
    if (options.json) jsonLine({ file, error: parsed.reason })
    else say(`${file}: ${parsed.reason}`)
    return
  }
  const { warnings } = parsed.value
  if (isCutOff(warnings)) process.exitCode = 1
  if (options.json) {
    jsonLine(parsedJson(file, parsed.value))
    return
  }
  const { format, version, title, entries, maps = [] } = parsed.value
  out(`${file}: ${format} ${version ?? ''} «${title ?? ''}», ${entries.length} entries`)
  for (const entry of entries) out(`  ${moment(entry.published)}  ${entry.title}`)
  for (const { url, lastmod } of maps) out(`  ${moment(lastmod)}  ${url}`)
  for (const warning of warnings) say(`${file}: ${warning}`)
}
