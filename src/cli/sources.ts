// The commands on the list of feeds: add, import, export.
import { readFileSync } from 'node:fs'
import { createParserPool } from '../collect/feed/pool.ts'
import { createFetcher } from '../collect/net/fetch.ts'
import { Additions } from '../config/agencies.ts'
import { addToFile, type FeedEntry } from '../config/edit.ts'
import { foldersOf, MAX_FOLDERS, type Outline, writeOpml } from '../config/opml.ts'
import { fillIn, keptAddress, readAddress, targetOf, withoutLogin } from '../config/secrets.ts'
import { planImport } from '../config/subscriptions.ts'
import { languageOf } from '../language/detect.ts'
import type { Agency, Config, FeedSpec } from '../model/config.ts'
import type { Outcome } from '../model/units.ts'
import { type Answers, askingOnce } from '../run/asked-once.ts'
import { type FoundSource, type FoundSources, findSources } from '../run/find-sources.ts'
import type { FoundPage } from './add-page.ts'
import { chosen, list, plainly, shown } from './found.ts'
import {
  type Common,
  configured,
  configuredToRead,
  Failed,
  hidden,
  hideSecretsOf,
  isCutOff,
  json,
  out,
  say,
} from './shared.ts'
import { readSubscriptionList } from './subscription-list.ts'

// ── add ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

interface AddOptions extends Common {
  agency?: string
  name?: string
  allowPrivate?: boolean
  /** The first that was found is added, and nobody is asked. */
  yes?: boolean
  /** The address is a page with a list; its items by this selector. */
  page?: boolean
  items?: string
}

export async function add(given: string, options: AddOptions): Promise<void> {
  const config = configured(options, { mayBeEmpty: true })
  if (options.page === true || options.items !== undefined) return addPage(given, config, options)
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(given)
  const first = await tryAddress(whole ? given : `https://${given}`, given, config, options)
  // Where nobody wrote a scheme, http is asked only where https is not answered.
  const second =
    first.found.ok || first.found.answered || whole ? null : await tryAddress(`http://${given}`, given, config, options)
  const { found } = second ?? first
  if (!found.ok) {
    const reasons = [first, second].flatMap(tried => (tried === null || tried.found.ok ? [] : [tried.found.reason]))
    const list = found.answered ? await addListOf(second ?? first, config, options) : null
    if (list?.ok) return
    throw new Failed(
      `nothing was added: ${hidden([...new Set([...reasons, ...(list ? [list.reason] : [])])].join('; '))}`,
    )
  }
  const value = await chosen(found.value, options)
  addFound(value, found.notes, second ?? first, config, options)
}

/** Where there is neither feed nor map: adds the list of the page, if it has one and it is wanted. */
async function addListOf({ url, typed, answers }: Tried, config: Config, options: AddOptions): Promise<Outcome<null>> {
  const { isWanted, lookForPage } = await import('./add-page.ts')
  const found = await lookForPage(typed.target, config, options, answers)
  if (!found.ok) return found
  if (!(await isWanted(found.value, url, options))) return { ok: false, reason: 'its list was not taken' }
  await addPage(url, config, options, found.value)
  return { ok: true, value: null }
}

/** Adds a page with the rules by which its first entries were shown. */
async function addPage(given: string, config: Config, options: AddOptions, before?: FoundPage): Promise<void> {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `https://${given}`
  const typed = typedAddress(url, given, config, options)
  const { findPage, pageForPrograms, showPage } = await import('./add-page.ts')
  const found = before ?? (await findPage(typed.target, config, options))
  const additions = new Additions(config.agencies)
  const page = found.rules
  const entry = { url, asTyped: true as const, page, ...(options.allowPrivate && { allowPrivate: true as const }) }
  const title = found.feed.title === null ? null : hidden(found.feed.title)
  const id = additions.add(entry, title, { ...namedAgency(config, options), target: typed.target })
  const reason = addToFile(options.config, [...additions.drafts.values()], process.env)
  if (reason !== null) throw new Failed(`nothing was added: ${reason}`)
  const fresh = !config.agencies.some(agency => agency.id === id)
  const shownUrl = plainly(typed.target)
  if (options.json) {
    json({ added: { url: shownUrl, agency: id, newAgency: fresh }, found: [], page: pageForPrograms(found) })
    return
  }
  showPage(found)
  const agency = fresh ? `the new agency ${id} «${additions.nameOf(id)}»` : `the agency ${id}`
  say(`${shownUrl} was added to ${options.config} as a page, with ${agency}`)
}

interface Tried {
  /** The address as typed, with its scheme. */
  url: string
  /** What it and its robots.txt answered. */
  answers: Answers
  typed: ReturnType<typeof readAddress>
  found: FoundSources
}

/** What is behind an address. Throws where it is none, or is in the configuration already. */
async function tryAddress(url: string, given: string, config: Config, options: AddOptions): Promise<Tried> {
  const typed = typedAddress(url, given, config, options)
  const answers: Answers = new Map()
  return { url, typed, answers, found: await search(typed.target, answers, config, options.allowPrivate === true) }
}

/** An address with its variables. Throws where it is none, or is in the configuration already. */
function typedAddress(url: string, given: string, config: Config, options: AddOptions): Tried['typed'] {
  // Variables may be typed as they stand in the file: they are filled in for asking, and written as typed.
  const typed = readAddress(url, process.env)
  fillIn(url, process.env, name => {
    throw new Failed(`the environment variable ${name} is not set`, 2)
  })
  hideSecretsOf({ agencies: [], secrets: typed.secrets })
  if (!URL.canParse(typed.target) || !/^https?:$/.test(new URL(typed.target).protocol)) {
    throw new Failed(`${withoutLogin(given)} is no http or https address`, 2)
  }
  namedAgency(config, options)
  if (options.agency !== undefined && !/^[a-z0-9][a-z0-9-]{0,39}$/.test(options.agency)) {
    throw new Failed(`--agency ${options.agency}: an id is 1 to 40 of a-z, 0-9 and -`, 2)
  }
  const known = new Additions(config.agencies).agencyWith(typed.target)
  if (known !== undefined) throw new Failed(`${typed.url} is in ${options.config} already, with ${known}`)
  return typed
}

/** The agency that is named: one that is there, or a new one; nothing where the feed itself decides. */
function namedAgency(
  config: Config,
  { agency: id, name }: AddOptions,
): { agency: { id?: string; name?: string }; fresh: boolean } {
  const there = config.agencies.find(one => (id === undefined ? one.name === name : one.id === id))
  if (there !== undefined && name !== undefined && there.name !== name) {
    throw new Failed(`--name ${name}: the agency ${there.id} has a name already, «${there.name}»`, 2)
  }
  if (there !== undefined) return { agency: { id: there.id }, fresh: false }
  return { agency: { ...(id !== undefined && { id }), ...(name !== undefined && { name }) }, fresh: name !== undefined }
}

function addFound(
  value: readonly FoundSource[],
  notes: readonly string[],
  { url, typed }: Tried,
  config: Config,
  options: AddOptions,
): void {
  const additions = new Additions(config.agencies)
  const [first] = value
  if (first === undefined) throw new Error('nothing was found, and no reason')
  for (const note of notes) say(hidden(note))
  if (first.section) {
    if (options.json) json({ added: null, found: value.map(shown) })
    else list(value)
    throw new Failed('nothing was added: what was found is the map of a section; add it by its own address')
  }
  const there = additions.agencyWith(first.url)
  if (there === undefined) {
    const title = first.title === null ? null : hidden(first.title)
    const entry = { ...entryFor(first.url, url, typed), ...(options.allowPrivate && { allowPrivate: true as const }) }
    const feed = plainly(first.url)
    const id = additions.add(entry, title, {
      ...namedAgency(config, options),
      homepage: first.link,
      target: first.url,
    })
    const reason = addToFile(options.config, [...additions.drafts.values()], process.env)
    if (reason !== null) throw new Failed(`nothing was added: ${reason}`)
    const fresh = !config.agencies.some(agency => agency.id === id)
    if (options.json) json({ added: { url: feed, agency: id, newAgency: fresh }, found: value.map(shown) })
    else {
      list(value)
      say(
        `${feed} was added to ${options.config}, with ${fresh ? `the new agency ${id} «${additions.nameOf(id)}»` : `the agency ${id}`}`,
      )
    }
  } else if (options.json) json({ added: null, found: value.map(shown) })
  else list(value)
  const others = value.slice(1).filter(feed => additions.agencyWith(feed.url) === undefined)
  if (others.length > 0)
    say(`not added: ${others.map(feed => plainly(feed.url)).join(' ')} (minwal add takes one at a time)`)
  if (there !== undefined)
    throw new Failed(`nothing was added: ${plainly(first.url)} is in ${options.config} already, with ${there}`)
}

/** What is written of a feed that was found: the address as it was typed, or with its variables, where it holds them. */
function entryFor(found: string, typed: string, { target, secrets }: ReturnType<typeof readAddress>): FeedEntry {
  if (found === target) return { url: typed, asTyped: true }
  const kept = keptAddress(found, { secrets })
  return kept === null || kept === found ? { url: found } : { url: kept, asTyped: true }
}

async function search(url: string, answers: Answers, config: Config, mayBePrivate: boolean): Promise<FoundSources> {
  const fetcher = createFetcher(config.poll)
  const pool = createParserPool({ size: 1 })
  try {
    const allowPrivate = mayBePrivate || config.poll.allowPrivate
    return await findSources(url, askingOnce(fetcher, url, answers), {
      allowPrivate,
      userAgent: config.poll.userAgent,
      languageOf,
      parse: (...document) => pool.parse(...document),
    })
  } finally {
    await Promise.all([fetcher.close(), pool.close()])
  }
}

// ── import ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export function importFeeds(file: string, options: Common): void {
  const config = configured(options, { mayBeEmpty: true })
  let bytes: Uint8Array
  try {
    bytes = readFileSync(file === '-' ? 0 : file)
  } catch (error) {
    throw new Failed(`${file} cannot be read (${error instanceof Error ? error.message : String(error)})`)
  }
  const list = readSubscriptionList(bytes)
  if (!list.ok) throw new Failed(`${file}: ${list.reason}`)
  for (const warning of list.value.warnings) say(`${file}: ${warning}`)
  if (isCutOff(list.value.warnings)) process.exitCode = 1
  const { drafts, counts, notes } = planImport(list.value, config.agencies)
  for (const note of notes) say(`${file}: ${note}`)
  if (counts.added > 0) {
    const reason = addToFile(options.config, drafts, process.env)
    if (reason !== null) throw new Failed(`nothing was imported: ${reason}`)
  }
  if (options.json) json(counts)
  else
    out(
      `${counts.feeds} feeds in ${file}: ${counts.added} added with ${counts.newAgencies} new agencies, ` +
        `${counts.known} known, ${counts.refused} left out`,
    )
}

// ── export ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The rules of a page that are set. */
const given = (rules: object): object => Object.fromEntries(Object.entries(rules).filter(([, rule]) => rule !== null))

/** A feed's line in the list. What is secret of its address stays here, as do its headers. */
function outlineOf(agency: Agency, feed: FeedSpec): Outline {
  const { every } = feed
  return {
    text: feed.title ?? agency.name,
    attributes: {
      // For other readers a page is a link, and no feed.
      ...(feed.page === undefined ? { type: 'rss', xmlUrl: feed.url } : { type: 'link', url: feed.url }),
      htmlUrl: agency.homepage,
      language: feed.language,
      category: feed.category,
      'minwal:agency': agency.id,
      'minwal:name': agency.name,
      'minwal:aliases': agency.aliases.length > 0 ? JSON.stringify(agency.aliases) : null,
      'minwal:language': agency.language,
      'minwal:every': every === null ? null : `${every / 1_000}s`,
      'minwal:identity': feed.identity === 'guid' ? null : feed.identity,
      'minwal:page': feed.page === undefined ? null : JSON.stringify(given(feed.page)),
      ...takenAttributes(feed.taken),
      'minwal:paused': feed.paused ? 'true' : null,
    },
  }
}

/** What is taken of a feed, as attributes of ours. */
function takenAttributes(taken: FeedSpec['taken']): Record<string, string | null> {
  const listed = (parts: readonly string[] = []) => (parts.length === 0 ? null : JSON.stringify(parts))
  return {
    'minwal:languages': listed(taken?.languages),
    'minwal:include': listed(taken?.include),
    'minwal:exclude': listed(taken?.exclude),
  }
}

interface Folder {
  folders: Map<string, Folder>
  feeds: Outline[]
}

export function exportFeeds(options: Common): void {
  const config = configuredToRead(options)
  const root: Folder = { folders: new Map(), feeds: [] }
  let [secrets, variables, files] = [0, 0, 0]
  for (const agency of config.agencies) {
    for (const feed of agency.feeds) {
      const { protocol, username, password } = new URL(targetOf(feed))
      if (protocol === 'file:') {
        files++
        continue
      }
      if (Object.keys(feed.headers).length > 0 || username !== '' || password !== '') secrets++
      if (feed.target !== undefined && feed.url.includes('${')) variables++
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
  if (variables > 0) say(`with \${NAME} for values of variables, to be filled in by hand: ${variables} feeds`)
  if (files > 0) say(`not exported, because they lie on this machine: ${files} feeds`)
}

function outlinesOf({ folders, feeds }: Folder): Outline[] {
  return [...feeds, ...[...folders].map(([text, folder]) => ({ text, outlines: outlinesOf(folder) }))]
}
