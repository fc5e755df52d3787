// Keeps secrets of the configuration (logins in addresses, values of `${NAME}`, headers) out of the store, the log and every
// output. A feed is known by its address without them. They are inserted for requests and removed from what comes back.

import type { ParsedFeed } from '../model/collected.ts'
import type { Config, FeedSpec, Secret } from '../model/config.ts'

export type Environment = Readonly<Record<string, string | undefined>>

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g
/** Name of the variable that stands for `${` in text from outside: see `withFeeds` in edit.ts. */
const LITERAL = 'MINWAL_LITERAL'

/** Replaces `${NAME}` and `${NAME:-default}` by their values. `onUnset` is called for each with neither value nor default. */
export function fillIn(text: string, environment: Environment, onUnset: (name: string) => void = () => {}): string {
  return text.replace(VARIABLE, (_, name: string, fallback?: string) => {
    const found = environment[name] || fallback
    if (found === undefined) onUnset(name)
    return found ?? ''
  })
}

/** The address that is requested. */
export function targetOf(spec: Pick<FeedSpec, 'url' | 'target'>): string {
  return spec.target ?? spec.url
}

// ── reading the configuration ───────────────────────────────────────────────────────────────────────────────────────

interface Used {
  /** As written: `${NAME}`. */
  written: string
  name: string
  value: string
}

/** The text with each variable as one character of the private-use plane, in the order of `used`. */
function marked(text: string, environment: Environment): { text: string; used: Used[] } {
  const used: Used[] = []
  const withMarks = text.replace(/[\u{f0000}-\u{ffffd}]/gu, '').replace(VARIABLE, (written, name: string, fallback) => {
    if (name === LITERAL) return fallback ?? ''
    used.push({ written, name, value: environment[name] || fallback || '' })
    return String.fromCodePoint(0xf0000 + used.length - 1)
  })
  return { text: withMarks, used }
}

function unmarked(text: string, used: readonly Used[]): string {
  return text.replace(/[\u{f0000}-\u{ffffd}]/gu, mark => used[(mark.codePointAt(0) ?? 0) - 0xf0000]?.written ?? '')
}

function usedIn(text: string, used: readonly Used[]): Used[] {
  return used.filter((_, n) => text.includes(String.fromCodePoint(0xf0000 + n)))
}

/** Parts of an address as the URL parser separates them: the login ends at the last @. */
const ADDRESS = /^([a-z\u{f0000}-\u{ffffd}][a-z0-9+.\u{f0000}-\u{ffffd}-]*:[\\/]*)(?:([^\\/?#]*)@)?([^\\/?#@]*)(.*)$/isu

/**
 * A feed's address as it is stored and shown (`url`: without its login, variables as written), as it is requested (`target`),
 * and the secrets in it. `account` is the user's name of the login, variables as written; null without a login.
 */
export function readAddress(
  written: string,
  environment: Environment,
): { url: string; target: string; account: string | null; secrets: Secret[] } {
  const target = fillIn(written, environment)
  // The URL parser ignores tabs and line ends anywhere in an address.
  const plain = marked(written.replace(/[\t\r\n]/g, '').trim(), environment)
  const { used } = plain
  const [, scheme = '', login, host = '', rest = plain.text] = ADDRESS.exec(plain.text) ?? []
  const secrets: Secret[] = []
  const asked = URL.parse(target)
  if (asked !== null && asked.protocol !== 'file:') {
    secrets.push(...loginSecrets(asked, used))
    if (usedIn(host, used).length > 0) {
      secrets.push({ shown: unmarked(host, used), value: asked.host, rare: false })
    }
    for (const variable of usedIn(rest, used)) secrets.push(...variableSecrets(variable))
  }
  const known = unmarked(scheme + host + rest, used)
  const isPlain = login === undefined && used.length === 0 && known === written.trim()
  return {
    url: isPlain ? written : known,
    target,
    account: login === undefined ? null : unmarked(login, used).replace(/:.*$/s, ''),
    secrets,
  }
}

/** The password, or the user's name where there is none; and both together, also in Base64, as Basic authorization sends them. */
export function loginSecrets({ username, password }: URL, used: readonly Pick<Used, 'written' | 'value'>[]): Secret[] {
  if (username === '' && password === '') return []
  const found: Secret[] = []
  for (const part of password === '' ? [username] : [password]) {
    for (const value of new Set([part, decoded(part)])) {
      const variable = used.find(one => one.value === value)
      found.push({ shown: variable?.written ?? MASK, value, rare: isRare(value, true) })
    }
  }
  const both = `${decoded(username)}:${decoded(password)}`
  for (const value of new Set([`${username}:${password}`, both])) found.push({ shown: MASK, value, rare: true })
  found.push({ shown: MASK, value: Buffer.from(both).toString('base64'), rare: true })
  return found
}

function variableSecrets({ written, name, value }: Used): Secret[] {
  const hinted = SECRET_NAME.test(name)
  const found: Secret[] = [{ shown: written, value, rare: isRare(value, hinted) }]
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? URL.parse(value) : null
  if (address === null) return found
  // Of a variable that holds a whole address, login, path and parameters are secret; its host is not.
  found.push(...loginSecrets(address, []))
  const path = address.pathname + address.search
  if (path.length >= 8) found.push({ shown: written, value: path, rare: isRare(path, hinted) })
  for (const part of [...address.pathname.split('/'), ...address.searchParams.values()]) {
    if (isRare(part, hinted)) found.push({ shown: written, value: part, rare: true })
  }
  return found
}

const SECRET_NAME = /key|token|secret|pass|pwd|auth|sig|cred|session|sid|login/i
/** Replaces a secret that comes from no variable. */
const MASK = '***'

/**
 * Whether a value is too unusual to occur in a text by chance: then it is removed from entries too. `hinted`: its variable or
 * parameter has a name like `token`.
 */
function isRare(value: string, hinted: boolean): boolean {
  if (value.length < 6 || /\s/.test(value)) return false
  if (/\d/.test(value) && /\p{L}/u.test(value)) return true
  return hinted ? /[^\p{L}]/u.test(value) || /.\p{Lu}/u.test(value) : value.length >= 24 && !/[-_/.]/.test(value)
}

/** Headers without secrets. */
const OPEN_HEADERS = /^(?:accept|accept-.*|user-agent|referer|cache-control|pragma|dnt|from|origin|priority|sec-.*)$/i

/** The secrets in a feed's headers, as written and as sent. */
export function readHeaders(written: unknown, environment: Environment): Secret[] {
  const secrets: Secret[] = []
  for (const [name, text] of Object.entries(written ?? {})) {
    if (typeof text !== 'string') continue
    const value = fillIn(text, environment)
    const { used } = marked(text, environment)
    for (const one of used) secrets.push({ shown: one.written, value: one.value, rare: isRare(one.value, true) })
    if (OPEN_HEADERS.test(name)) continue
    // `Bearer token`, `Basic base64`, cookies: the parts by themselves too.
    const parts = [value, ...value.split(/[\s;,]+/).flatMap(part => [part, part.replace(/^[^=]*=(?=.)/, '')])]
    const basic = /^basic\s+([a-z0-9+/=]+)$/i.exec(value)
    if (basic?.[1]) {
      const login = Buffer.from(basic[1], 'base64').toString('utf8')
      parts.push(login, login.replace(/^[^:]*:/, ''))
    }
    for (const part of new Set(parts)) {
      if (/^(?:bearer|basic|token|digest|apikey)$/i.test(part)) continue
      secrets.push({ shown: MASK, value: part, rare: isRare(part, true) })
    }
  }
  return secrets
}

/** Values of variables in any other text of the configuration, such as the arguments of a program. */
export function readText(written: string, environment: Environment): Secret[] {
  return marked(written, environment).used.map(({ written: shown, name, value }) => ({
    shown,
    value,
    rare: isRare(value, SECRET_NAME.test(name)),
  }))
}

/** An address without its login, for messages. Of a text that is no address, everything before the last @ is removed. */
export function withoutLogin(address: string): string {
  const [, scheme, login, host = '', rest = ''] = ADDRESS.exec(address.trim()) ?? []
  if (scheme !== undefined) return login === undefined ? address : scheme + host + rest
  const at = address.lastIndexOf('@')
  return at < 0 ? address : `…${address.slice(at)}`
}

// ── taking secrets out of what comes back ───────────────────────────────────────────────────────────────────────────

export interface Redactor {
  /** For messages, warnings and titles: all secrets. */
  text(said: string): string
  /** For entries: only secrets that cannot occur there by chance. */
  entry(text: string): string
}

/** Characters of the shortest secret that is removed. */
const SHORTEST = 4
/** A text that was cut within a secret ends with its beginning: before these signs, or at the end of a field. */
const CUTS = ['…', '»']
const MOST_CUTS = 20
/** Characters of a secret's beginning that is removed at the end of a field; fewer may stand there by chance. */
const SHORTEST_AT_END = 8

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** A value in the encodings in which servers and programs write it. */
function formsOf({ value, rare }: Secret): string[] {
  const encoded = encodeURIComponent(value)
  const inUrl = URL.parse(`http://x/${value.replace(/[/?#\\]/g, encodeURIComponent)}?${value.replaceAll('#', '%23')}`)
  const base64 = Buffer.from(value, 'utf8').toString('base64')
  const forms = [
    value,
    decoded(value),
    encoded,
    encoded.replace(/%[0-9A-F]{2}/g, code => code.toLowerCase()),
    new URLSearchParams({ v: value }).toString().slice(2),
    inUrl?.pathname.slice(1) ?? '',
    inUrl?.search.slice(1) ?? '',
    JSON.stringify(value).slice(1, -1),
    value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;'),
    ...(rare ? [base64, base64.replace(/(?<!=)=+$/, ''), Buffer.from(value, 'utf8').toString('base64url')] : []),
    ...(rare ? [Buffer.from(value, 'utf8').toString('hex')] : []),
  ]
  return forms.filter(form => form.length >= SHORTEST)
}

/** Removes all secrets in one pass, longer ones first. Secrets that are not rare are removed only as whole words. */
function replacer(secrets: readonly Secret[]): (text: string) => string {
  const shown = new Map<string, string>()
  const alone = new Set<string>()
  for (const secret of secrets) {
    for (const form of formsOf(secret)) {
      if (!shown.has(form) || shown.get(form) === MASK) shown.set(form, secret.shown)
      if (!secret.rare) alone.add(form)
    }
  }
  const forms = [...shown.keys()].sort((a, b) => b.length - a.length)
  if (forms.length === 0) return text => text
  const pattern = forms
    .map(form => {
      const quoted = form.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
      return alone.has(form) ? `(?<![\\p{L}\\p{N}])${quoted}(?![\\p{L}\\p{N}])` : quoted
    })
    .join('|')
  const all = new RegExp(pattern, 'gu')
  const uncut = (text: string): string => {
    let end = text
    for (const index of [text.length, ...lastCuts(text)]) {
      const least = index === text.length ? SHORTEST_AT_END : SHORTEST
      const before = end.slice(Math.max(0, index - (forms[0]?.length ?? 0)), index)
      for (const form of forms) {
        const length = heldBeginning(before, form)
        if (length < least) continue
        end = end.slice(0, index - length) + (shown.get(form) ?? MASK) + end.slice(index)
        break
      }
    }
    return end
  }
  return text => {
    // `includes` is many times faster than the expression, and most texts hold no secret.
    const held = forms.some(form => text.includes(form))
    return uncut(held ? text.replace(all, form => shown.get(form) ?? MASK) : text)
  }
}

/** Places of the last signs of a cut, the last first. */
function lastCuts(text: string): number[] {
  const found: number[] = []
  for (const sign of CUTS) {
    let at = text.lastIndexOf(sign)
    for (let n = 0; at >= 0 && n < MOST_CUTS; n++) {
      found.push(at)
      at = at === 0 ? -1 : text.lastIndexOf(sign, at - 1)
    }
  }
  return found.sort((a, b) => b - a)
}

/** How many characters of the beginning of `form` stand at the end of `text`. */
function heldBeginning(text: string, form: string): number {
  for (let length = Math.min(text.length, form.length - 1); length >= SHORTEST; length--) {
    if (text.at(-1) === form[length - 1] && text.endsWith(form.slice(0, length))) return length
  }
  return 0
}

/** A function that removes all secrets of a configuration from a text. */
export function hiding(config: Pick<Config, 'agencies' | 'secrets'>): (said: string) => string {
  const ofFeeds = config.agencies.flatMap(agency => agency.feeds.flatMap(feed => feed.secrets ?? []))
  return replacer([...ofFeeds, ...(config.secrets ?? [])])
}

const redactors = new WeakMap<object, Redactor>()

/** Functions that remove the secrets of one feed. */
export function redactorOf(spec: Pick<FeedSpec, 'secrets'>): Redactor {
  const known = redactors.get(spec)
  if (known !== undefined) return known
  const secrets = spec.secrets ?? []
  const made: Redactor = {
    text: replacer(secrets),
    entry: replacer(secrets.filter(({ rare }) => rare)),
  }
  redactors.set(spec, made)
  return made
}

/** A document without the feed's secrets. `hub` and `self` stay as they are: the hub is asked for what the feed calls itself. */
export function withoutSecrets(feed: ParsedFeed, spec: Pick<FeedSpec, 'secrets'>): ParsedFeed {
  if ((spec.secrets ?? []).length === 0) return feed
  const { text, entry } = redactorOf(spec)
  return {
    ...feed,
    title: feed.title === null ? null : text(feed.title),
    link: feed.link === null ? null : text(feed.link),
    warnings: feed.warnings.map(text),
    entries: feed.entries.map(one => everyText(one, entry)),
  }
}

/** The same value with every string in it changed. */
export function everyText<T>(value: T, change: (text: string) => string): T {
  if (typeof value === 'string') return change(value) as T & string
  if (Array.isArray(value)) return value.map(item => everyText(item as unknown, change)) as T & unknown[]
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, everyText(inner as unknown, change)]),
  ) as T
}

// ── addresses that servers name ─────────────────────────────────────────────────────────────────────────────────────

/**
 * An address that a server gave for its feed, in the form in which it is stored: values of variables replaced by their names.
 * Null where it holds a secret that could not be inserted again.
 */
export function keptAddress(address: string, spec: Pick<FeedSpec, 'secrets'>): string | null {
  if ((spec.secrets ?? []).length === 0) return address
  let kept = address.replaceAll('${', '$%7B')
  for (const [shown, value] of variablesOf(spec)) if (value.length >= SHORTEST) kept = kept.replaceAll(value, shown)
  return redactorOf(spec).text(kept) === kept ? kept : null
}

/** The address to request for one that {@link keptAddress} gave. */
export function askedAddress(kept: string, spec: FeedSpec): string {
  let address = kept
  for (const [shown, value] of variablesOf(spec)) address = address.replaceAll(shown, () => value)
  return address
}

/** Variables of a feed's address as written, with their values. */
function variablesOf({ secrets = [] }: Pick<FeedSpec, 'secrets'>): Map<string, string> {
  const found = new Map<string, string>()
  for (const { shown, value } of secrets) {
    if (/^\$\{[^}]*\}$/.test(shown) && !found.has(shown)) found.set(shown, value)
  }
  return found
}
