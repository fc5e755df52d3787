// The commands that change which feeds are read: add, import, export. They edit the configuration file as a person would.
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type Common, configured, Failed, json, out, type Registered, say, taking } from './cli-common.ts'
import { discover, type FoundFeed } from './collect/discover.ts'
import { createFetcher } from './collect/fetch.ts'
import { categoryOf, foldersOf, type OpmlFeed, readOpml } from './collect/opml.ts'
import { createParserPool } from './collect/parser-pool.ts'
import { type AgencyEntry, type FeedEntry, parseDuration, withFeeds } from './config.ts'
import type { Agency, Config, FeedSpec, Millis, Outcome } from './model.ts'
import { type Outline, writeOpml } from './publish/opml.ts'
import { stamp, table } from './table.ts'

/** `command` makes a command that takes `--config`. */
export function registerFeedCommands(command: (name: string, description: string) => Registered): void {
  command('add', 'find the feed behind an address and add it to the configuration')
    .argument('<url>', 'address of a feed, or of a page that has one')
    .option('--agency <id>', 'the agency it belongs to; by default the one with feeds on the same host, or a new one')
    .option('--json', 'print what was found and added as JSON')
    .action(taking(add))
  command('import', 'add the feeds of an OPML file to the configuration; folders become categories')
    .argument('<file>', 'file, or - for standard input')
    .option('--json', 'print the counts as JSON')
    .action(taking(importFeeds))
  command('export', 'print the feeds of the configuration as OPML 2.0; categories become folders').action(
    taking(exportFeeds),
  )
}

// ── agencies ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Hosts on which everyone publishes: feeds there say nothing of each other. */
const SHARED_HOSTS =
  /(?:^|\.)(?:feedburner\.com|medium\.com|reddit\.com|youtube\.com|github\.com|google\.com|rsshub\.app|facebook\.com|t\.me|rss\.app|feedblitz\.com|archive\.org)$/

function hostOf(url: string): string {
  return URL.canParse(url)
    ? new URL(url).hostname.replace(/^(?:www\d?|feeds?|rss)\.(?=.*\.)/, '').replace(/\.$/, '')
    : ''
}

/** An id made of a host: `arabic.rt.com` is `arabic-rt`, `feeds.bbci.co.uk` is `bbci`. */
function idOf(url: string): string {
  const labels = hostOf(url).replace(/[[\]]/g, '').split(/[.:]/)
  if (!/^[\d.:[\]a-f]*$/.test(hostOf(url)) && labels.length > 1) {
    labels.pop()
    if (labels.length > 1 && /^(?:com?|net|org|gov|edu|ac|gob)$/.test(labels.at(-1) ?? '')) labels.pop()
  }
  return (
    labels
      .join('-')
      .toLowerCase()
      .replace(/[^a-z0-9-]/g, '-')
      .replace(/^-+/, '')
      .slice(0, 34)
      .replace(/(?<!-)-+$/, '') || 'agency'
  )
}

type Draft = AgencyEntry & { feeds: FeedEntry[] }

/** Gathers what is to be added, and knows what is there already. */
class Additions {
  readonly drafts = new Map<string, Draft>()
  readonly #names = new Map<string, string>()
  readonly #hosts = new Map<string, string>()
  readonly #urls = new Map<string, string>()
  readonly #numbers = new Map<string, number>()

  constructor(agencies: readonly Agency[]) {
    for (const { id, name, feeds } of agencies) {
      this.#names.set(id, name)
      for (const { url } of feeds) this.#note(url, id)
    }
  }

  /** The agency that has this feed. */
  agencyWith(url: string): string | undefined {
    return this.#urls.get(url)
  }

  has(agency: string): boolean {
    return this.#names.has(agency)
  }

  nameOf(agency: string): string {
    return this.#names.get(agency) ?? agency
  }

  /** Takes a feed on; the agency's id. `wish` names the agency; else the host does. `title` names a new one. */
  add(feed: FeedEntry, title: string | null, wish: Partial<Omit<AgencyEntry, 'feeds'>> = {}): string {
    const host = hostOf(feed.url)
    const id = wish.id ?? this.#hosts.get(host) ?? this.#newId(feed.url)
    const name = this.#names.get(id) ?? wish.name ?? title ?? (host || id)
    let draft = this.drafts.get(id)
    if (draft === undefined) {
      draft = { ...wish, id, name, feeds: [] }
      this.drafts.set(id, draft)
      this.#names.set(id, name)
    }
    draft.feeds.push({ ...feed, title: title === name ? null : title })
    this.#note(feed.url, id)
    return id
  }

  /** Numbered where the host's id is taken. */
  #newId(url: string): string {
    const stem = idOf(url)
    let number = this.#numbers.get(stem) ?? 1
    const id = (): string => (number === 1 ? stem : `${stem}-${number}`)
    while (this.#names.has(id())) number++
    this.#numbers.set(stem, number)
    return id()
  }

  #note(url: string, id: string): void {
    this.#urls.set(url, id)
    const host = hostOf(url)
    if (!SHARED_HOSTS.test(host) && !this.#hosts.has(host)) this.#hosts.set(host, id)
  }
}

// ── the file ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Adds to the file; the reason where it could not be. A reader sees the old file or the new one, never a part. */
function change(file: string, drafts: Iterable<AgencyEntry>): string | null {
  let temporary: string | null = null
  try {
    // The file itself, not a link to it, is replaced.
    const path = realpathSync(file)
    const edited = withFeeds(readFileSync(path, 'utf8'), [...drafts], file, process.env)
    if (!edited.ok) return edited.reason
    const { mode, uid, gid } = statSync(path)
    temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`)
    const handle = openSync(temporary, 'wx', 0o600)
    try {
      writeFileSync(handle, edited.value)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    chmodSync(temporary, mode & 0o7777)
    const made = statSync(temporary)
    if (made.uid !== uid || made.gid !== gid) chownSync(temporary, uid, gid)
    renameSync(temporary, path)
    return null
  } catch (error) {
    if (temporary !== null) rmSync(temporary, { force: true })
    if (error instanceof Error && 'code' in error) return `${file} cannot be changed (${error.message})`
    throw error
  }
}

// ── add ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

async function add(given: string, options: Common & { agency?: string }): Promise<void> {
  const config = configured(options)
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `https://${given}`
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new Failed(`${given} is no http or https address`, 2)
  }
  if (options.agency !== undefined && !/^[a-z0-9][a-z0-9-]{0,39}$/.test(options.agency)) {
    throw new Failed(`--agency ${options.agency}: an id is 1 to 40 of a-z, 0-9 and -`, 2)
  }
  const additions = new Additions(config.agencies)
  const known = additions.agencyWith(url)
  if (known !== undefined) throw new Failed(`${url} is in ${options.config} already, with ${known}`)
  const found = await search(url, config)
  if (!found.ok) throw new Failed(`nothing was added: ${found.reason}`)
  const [first] = found.value
  if (first === undefined) throw new Error('discover answered with no feed and no reason')
  const there = additions.agencyWith(first.url)
  if (there === undefined) {
    const { url: feed, title } = first
    const isNew = options.agency === undefined ? null : !additions.has(options.agency)
    const id = additions.add({ url: feed }, title, options.agency === undefined ? {} : { id: options.agency })
    const reason = change(options.config, additions.drafts.values())
    if (reason !== null) throw new Failed(`nothing was added: ${reason}`)
    const fresh = isNew ?? !config.agencies.some(agency => agency.id === id)
    if (options.json) json({ added: { url: feed, agency: id, newAgency: fresh }, found: found.value.map(shown) })
    else {
      show(found.value)
      say(
        `${feed} was added to ${options.config}, with ${fresh ? `the new agency ${id} «${additions.nameOf(id)}»` : `the agency ${id}`}`,
      )
    }
  } else if (options.json) json({ added: null, found: found.value.map(shown) })
  else show(found.value)
  const others = found.value.slice(1).filter(feed => additions.agencyWith(feed.url) === undefined)
  if (others.length > 0) say(`not added: ${others.map(feed => feed.url).join(' ')} (minwal add takes one at a time)`)
  if (there !== undefined)
    throw new Failed(`nothing was added: ${first.url} is in ${options.config} already, with ${there}`)
}

async function search(url: string, config: Config): Promise<Outcome<FoundFeed[]>> {
  const fetcher = createFetcher(config.poll)
  const pool = createParserPool({ size: 1 })
  try {
    const { allowPrivate } = config.poll
    return await discover(url, fetcher, { allowPrivate, parse: (...document) => pool.parse(...document) })
  } finally {
    await Promise.all([fetcher.close(), pool.close()])
  }
}

const iso = (time: Millis | null): string | null => (time === null ? null : new Date(time).toISOString())
const shown = ({ newest, ...feed }: FoundFeed): object => ({ ...feed, newest: iso(newest) })

function show(found: readonly FoundFeed[]): void {
  out(
    table(
      ['format', 'entries', 'newest', 'title', 'feed'],
      found.map(feed => [feed.format, String(feed.entries), stamp(feed.newest), feed.title ?? '', feed.url]),
      80,
    ),
  )
}

// ── import ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const LANGUAGE = /^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/

function languageOf(tag: string | null | undefined): string | null {
  return tag && LANGUAGE.test(tag) ? tag : null
}

/** The agency that Minwal's own export names, and nothing from anyone else's list. */
function agencyOf({ own, homepage }: OpmlFeed): Partial<Omit<AgencyEntry, 'feeds'>> {
  const id = own.get('agency') ?? ''
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(id)) return {}
  const aliases = aliasesOf(own.get('aliases') ?? '[]')
  const home = homepage !== null && URL.canParse(homepage) && /^https?:/i.test(homepage) ? homepage : null
  return {
    id,
    name: own.get('name') || id,
    aliases: aliases.length > 0 ? aliases : null,
    language: languageOf(own.get('language')),
    homepage: home,
  }
}

function aliasesOf(text: string): string[] {
  try {
    const list: unknown = JSON.parse(text)
    return Array.isArray(list) ? list.filter(alias => typeof alias === 'string' && alias !== '') : []
  } catch {
    return []
  }
}

/** A feed as the configuration has it. Headers and rights (`allowPrivate`, `file:`) are never taken from a list. */
function feedOf(feed: OpmlFeed, url: string): FeedEntry {
  const { own, folders } = feed
  const every = own.get('every') ?? ''
  const span = parseDuration(every) ?? 0
  const identity = own.get('identity') ?? ''
  const language = languageOf(feed.language)
  return {
    url,
    category: own.has('agency') ? feed.category : (categoryOf(folders) ?? feed.category?.replace(/^\/+/, '') ?? null),
    language: language === languageOf(own.get('language')) ? null : language,
    every: span >= 60_000 && span <= 7 * 86_400_000 ? every : null,
    identity: identity === 'url' || identity === 'title' ? identity : null,
    paused: own.get('paused') === 'true' ? true : null,
  }
}

function importFeeds(file: string, options: Common): void {
  const config = configured(options)
  let bytes: Uint8Array
  try {
    bytes = readFileSync(file === '-' ? 0 : file)
  } catch (error) {
    throw new Failed(`${file} cannot be read (${error instanceof Error ? error.message : String(error)})`)
  }
  const list = readOpml(bytes)
  if (!list.ok) throw new Failed(`${file}: ${list.reason}`)
  for (const warning of list.value.warnings) say(`${file}: ${warning}`)
  const additions = new Additions(config.agencies)
  const counts = { feeds: list.value.feeds.length, added: 0, newAgencies: 0, known: 0, refused: 0 }
  for (const feed of list.value.feeds) {
    const url = feed.url.replace(/^feed:(?:\/\/)?(?=https?:)/i, '').replace(/^feed:/i, 'http:')
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      counts.refused++
      say(`${file}: left out, no http or https address: ${JSON.stringify(url.slice(0, 200))}`)
    } else if (additions.agencyWith(url) !== undefined) counts.known++
    else {
      additions.add(feedOf(feed, url), feed.title, agencyOf(feed))
      counts.added++
    }
  }
  if (counts.added > 0) {
    const reason = change(options.config, additions.drafts.values())
    if (reason !== null) throw new Failed(`nothing was imported: ${reason}`)
  }
  const there = new Set(config.agencies.map(agency => agency.id))
  counts.newAgencies = [...additions.drafts.keys()].filter(id => !there.has(id)).length
  if (options.json) json(counts)
  else
    out(
      `${counts.feeds} feeds in ${file}: ${counts.added} added with ${counts.newAgencies} new agencies, ` +
        `${counts.known} known, ${counts.refused} left out`,
    )
}

// ── export ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A feed's line in the list. Names and passwords in its address stay here, as do its headers. */
function outlineOf(agency: Agency, feed: FeedSpec): Outline {
  const url = new URL(feed.url)
  const plain = url.username === '' && url.password === ''
  url.username = ''
  url.password = ''
  const { every } = feed
  return {
    text: feed.title ?? agency.name,
    attributes: {
      type: 'rss',
      xmlUrl: plain ? feed.url : url.href,
      htmlUrl: agency.homepage,
      language: feed.language,
      category: feed.category,
      'minwal:agency': agency.id,
      'minwal:name': agency.name,
      'minwal:aliases': agency.aliases.length > 0 ? JSON.stringify(agency.aliases) : null,
      'minwal:language': agency.language,
      'minwal:every': every === null ? null : `${every / 1_000}s`,
      'minwal:identity': feed.identity === 'guid' ? null : feed.identity,
      'minwal:paused': feed.paused ? 'true' : null,
    },
  }
}

interface Folder {
  folders: Map<string, Folder>
  feeds: Outline[]
}

const MAX_FOLDERS = 32

function exportFeeds(options: Common): void {
  const config = configured(options)
  const root: Folder = { folders: new Map(), feeds: [] }
  let [secrets, files] = [0, 0]
  for (const agency of config.agencies) {
    for (const feed of agency.feeds) {
      const { protocol, username, password } = new URL(feed.url)
      if (protocol === 'file:') {
        files++
        continue
      }
      if (Object.keys(feed.headers).length > 0 || username !== '' || password !== '') secrets++
      let folder = root
      for (const name of foldersOf(feed.category).slice(0, MAX_FOLDERS)) {
        const inner = folder.folders.get(name) ?? { folders: new Map(), feeds: [] }
        folder.folders.set(name, inner)
        folder = inner
      }
      folder.feeds.push(outlineOf(agency, feed))
    }
  }
  out(writeOpml(config.title, outlinesOf(root)))
  if (secrets > 0) say(`not exported, because they may be secret: headers and passwords of ${secrets} feeds`)
  if (files > 0) say(`not exported, because they lie on this machine: ${files} feeds`)
}

function outlinesOf({ folders, feeds }: Folder): Outline[] {
  return [...feeds, ...[...folders].map(([text, folder]) => ({ text, outlines: outlinesOf(folder) }))]
}
