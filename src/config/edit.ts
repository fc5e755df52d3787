// Adds feeds to a configuration file as a person would: what is there stays, comments and layout included.
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
import type { PageRules } from '../model/config.ts'
import type { Outcome } from '../model/units.ts'
import { keyOf } from './faults.ts'
import { type Appended, appendToLists } from './jsonc.ts'
import { parseConfig } from './load.ts'
import { type Environment, everyText, fillIn, targetOf, withoutLogin } from './secrets.ts'

/** A feed to be added; keys that are null are left out. */
export type FeedEntry = Readonly<
  { url: string } & Partial<Record<'title' | 'category' | 'language' | 'every' | 'identity', string | null>> & {
      languages?: readonly string[] | null
      include?: readonly string[] | null
      exclude?: readonly string[] | null
      paused?: true | null
      allowPrivate?: true | null
      /** It is a page, read by these rules. Written as keys beside its address. */
      page?: Partial<PageRules> | null
      /** Its address was typed by the user, so that `${NAME}` in it is a variable. Not written. */
      asTyped?: true | null
    }
>

/** An agency to be added, or feeds to be added to the one with this id; then only its feeds count. */
export interface AgencyEntry {
  id: string
  name: string
  aliases?: readonly string[] | null
  language?: string | null
  homepage?: string | null
  feeds: readonly FeedEntry[]
}

/**
 * The text of a configuration with feeds added at the end of their agencies, and new agencies at the end of all. Everything
 * else stays byte for byte. Fails where the result would not load, or would not have the feeds.
 */
export function withFeeds(
  text: string,
  additions: readonly AgencyEntry[],
  file: string,
  environment: Environment,
): Outcome<string> {
  const before = parseConfig(text, file, environment, { mayBeEmpty: true })
  if (!before.ok) return { ok: false, reason: before.faults.join('; ') }
  const appended: Appended[] = []
  const fresh: unknown[] = []
  const places = new Map(before.config.agencies.map((agency, at) => [agency.id, at]))
  for (const { id, feeds, name, ...more } of additions) {
    const at = places.get(id)
    const written = feeds.map(writtenFeed)
    if (at === undefined) fresh.push({ ...literal({ id, name, ...given(more) }), feeds: written })
    else appended.push({ list: ['agencies', at, 'feeds'], values: written })
  }
  if (fresh.length > 0) appended.push({ list: ['agencies'], values: fresh })
  const edit = appendToLists(text, appended)
  if (!edit.ok) return { ok: false, reason: `${file}: the list ${keyOf(edit.missing)} could not be found in the text` }
  const edited = edit.text
  const after = parseConfig(edited, file, environment)
  if (!after.ok) return { ok: false, reason: `${file} would no longer load: ${after.faults.join('; ')}` }
  const wanted = additions.flatMap(({ id, feeds }) =>
    feeds.map(feed => `${id} ${feed.asTyped ? fillIn(feed.url, environment) : feed.url}`),
  )
  const kept = new Set(after.config.agencies.flatMap(({ id, feeds }) => feeds.map(feed => `${id} ${targetOf(feed)}`)))
  // Of a key that is written twice the last counts, and the edit went to the first.
  const lost = wanted.find(one => !kept.has(one))
  return lost === undefined
    ? { ok: true, value: edited }
    : { ok: false, reason: `${file}: ${withoutLogin(lost)} could not be added: is a key written twice?` }
}

/** Without the keys that have no value. */
function given(entry: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null && value !== undefined))
}

/** A feed as it is written: its address alone where nothing else is known of it. */
function writtenFeed({ asTyped, page, ...feed }: FeedEntry): unknown {
  const url = asTyped ? feed.url : literal(feed.url)
  if (page) {
    const { url: _url, title: _title, identity: _identity, ...rest } = feed
    return { page: url, ...literal({ ...given(page), ...given(rest) }) }
  }
  const more = given(feed)
  return Object.keys(more).length === 1 ? url : { ...literal(more), url }
}

const DOLLAR = '$'
/** How `${` is written in a text from outside, so that loading the file gives the text back and looks no variable up. */
const LITERAL = `${DOLLAR}{MINWAL_LITERAL:-${DOLLAR}}{`

function literal<T>(value: T): T {
  return everyText(value, text => text.replaceAll('${', () => LITERAL))
}

// ── the file ────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Adds feeds to a configuration file; the reason where that failed. A reader finds the old file or the new one, never a part;
 * owner and permissions stay, and a link to the file goes on to be one.
 */
export function addToFile(file: string, additions: readonly AgencyEntry[], environment: Environment): string | null {
  try {
    // The file itself, not a link to it, is replaced.
    const path = realpathSync(file)
    const edited = withFeeds(readFileSync(path, 'utf8'), additions, file, environment)
    if (!edited.ok) return edited.reason
    replaceFile(path, edited.value)
    return null
  } catch (error) {
    if (error instanceof Error && 'code' in error) return `${file} cannot be changed (${error.message})`
    throw error
  }
}

/** Replaces a file in one step. Throws, and leaves it as it was, where the new one cannot have the same owner. */
function replaceFile(path: string, text: string): void {
  const { mode, uid, gid } = statSync(path)
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`)
  try {
    const handle = openSync(temporary, 'wx', 0o600)
    try {
      writeFileSync(handle, text)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    chmodSync(temporary, mode & 0o7777)
    const made = statSync(temporary)
    if (made.uid !== uid || made.gid !== gid) chownSync(temporary, uid, gid)
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
