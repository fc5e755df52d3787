// The addresses of the feeds of a configuration, and what of them and of other values is secret.
import { createHash } from 'node:crypto'
import type { Secret } from '../model/config.ts'
import { addressIn, items, member } from './raw.ts'
import { type Environment, readAddress, readHeaders, readText } from './secrets.ts'

/** A feed's address as read from the file, and what is secret of it and its headers. */
export interface FeedAddress {
  url: string
  target: string
  formerly: string[]
  secrets: Secret[]
}

/**
 * The addresses of all feeds, by the places of agency and feed. Two logins at one address are two feeds: a mark of the
 * account, which says nothing of it, keeps them apart. What was on file before there was another login is still known.
 */
export function feedAddresses(raw: unknown, environment: Environment): Map<string, FeedAddress> {
  const found = new Map<string, FeedAddress>()
  const read: { place: string; address: ReturnType<typeof readAddress> }[] = []
  for (const [at, agency] of items(member(raw, 'agencies'))) {
    for (const [n, feed] of items(member(agency, 'feeds'))) {
      const written = addressIn(feed)
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

/** Values of variables in what is never meant to be shown (arguments of the encoder's program, times, limits), the encoder's key, and what is secret of the hub's address. */
export function otherSecrets(raw: unknown, environment: Environment): Secret[] {
  const texts: unknown[] = [...Object.values(member(raw, 'poll') ?? {})]
  for (const value of Object.values(member(raw, 'threads') ?? {}))
    texts.push(value, ...items(value).map(([, one]) => one))
  for (const [, agency] of items(member(raw, 'agencies'))) {
    for (const [, feed] of items(member(agency, 'feeds'))) texts.push(member(feed, 'schedule'), member(feed, 'every'))
  }
  const encoder = member(member(raw, 'threads'), 'encoder')
  const [url, key] = [member(encoder, 'url'), member(encoder, 'key')]
  texts.push(member(encoder, 'model'), member(encoder, 'prefix'))
  const told: Secret[] = []
  for (const [, rule] of items(member(raw, 'notify'))) {
    const [webhook, token] = [member(rule, 'webhook'), member(rule, 'key')]
    texts.push(member(rule, 'mail'), ...items(member(rule, 'command')).map(([, one]) => one))
    if (typeof webhook === 'string') told.push(...readAddress(webhook, environment).secrets)
    if (typeof token === 'string') told.push(...readHeaders({ authorization: `Bearer ${token}` }, environment))
  }
  const hub = member(member(raw, 'publish'), 'hub')
  return [
    ...told,
    ...(typeof hub === 'string' ? readAddress(hub, environment).secrets : []),
    ...texts.flatMap(text => (typeof text === 'string' ? readText(text, environment) : [])),
    ...(typeof url === 'string' ? readAddress(url, environment).secrets : []),
    ...(typeof key === 'string' ? readHeaders({ authorization: `Bearer ${key}` }, environment) : []),
  ]
}

/**
 * The address of a hub as feeds may name it: without its login, and without parameters in which variables stand. Undefined
 * where it has no variables; null where one stands in its host or path that looks like a secret.
 */
export function namedAddress(written: string, environment: Environment): string | null | undefined {
  if (readText(written, environment).length === 0) return undefined
  const { target, secrets } = readAddress(written, environment)
  const url = URL.parse(target)
  if (url === null) return null
  url.username = ''
  url.password = ''
  // Of a variable that holds a whole address, nobody knows which parameters are secret.
  const isWhole = secrets.some(({ value }) => value !== '' && target.startsWith(value))
  const holds = (text: string): boolean => secrets.some(({ value }) => value !== '' && text.includes(value))
  for (const [name, value] of [...url.searchParams]) {
    if (isWhole || holds(name) || holds(value)) url.searchParams.delete(name)
  }
  const place = url.host + url.pathname
  const isTold = secrets.some(({ value, rare }) => rare && !/[/:]/.test(value) && place.includes(value))
  return isTold ? null : url.href
}
