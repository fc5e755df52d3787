// Decides where a redirect may lead: in no circle, through no endless chain, to no forbidden address, with no login.
import type { PollSettings } from '../../model/config.ts'
import { Fault, oneLine } from './failure.ts'
import { checkUrl, LONGEST_URL, notNamed } from './guard.ts'
import { takeCredentials } from './headers.ts'

/** The statuses that send us elsewhere (RFC 9110, 15.4); 300 leaves a choice to people, 305 and 306 are dead. */
export const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** What the user can do about a server that sends us round, though we bring its cookies back. */
const COOKIE_HINT =
  '; the server sets a cookie, and may want one that only a browser is given: `headers` of this feed can carry it'

function path(hops: readonly string[]): string {
  const shown = hops.length > 6 ? [...hops.slice(0, 3), '…', ...hops.slice(-2)] : hops
  return shown.map(hop => oneLine(hop, 120)).join(' -> ')
}

function originOf(hop: string): string {
  const { protocol, host } = new URL(hop)
  return host === '' ? protocol : `${protocol}//${host}`
}

export interface RedirectRules {
  /** Whether an address may be private. */
  mayBePrivate: (url: URL) => boolean
  /** The answer is a private service's: messages name its host and port only. */
  veiled?: boolean
  /** Whether another visit to an address brings cookies that the one before did not: then it is no circle. */
  isNews?: (url: URL) => boolean
  /** Whether any server set a cookie. */
  wantsCookie?: boolean
}

/**
 * Where a redirect leads, checked by the guard; throws the fault it has.
 */
export function redirectTarget(
  location: string | null,
  status: number,
  hops: readonly string[],
  settings: PollSettings,
  { mayBePrivate, veiled = false, isNews = () => false, wantsCookie = false }: RedirectRules,
): URL {
  const from = hops.at(-1) ?? ''
  if (location === null) {
    throw new Fault('redirect', `${oneLine(from)} redirects (${status}) without saying where`, status)
  }
  // Header bytes arrive as Latin-1, but servers that put a raw Arabic path here write it in UTF-8.
  const written = Buffer.from(location.slice(0, LONGEST_URL + 1), 'latin1').toString('utf8')
  const parsed = written.length > LONGEST_URL ? null : URL.parse(written, from)
  if (parsed === null) {
    throw new Fault(
      'redirect',
      `${oneLine(from)} redirects to what is no URL${veiled ? '' : `: ${oneLine(written, 100)}`}`,
      status,
    )
  }
  // A login offered by a redirect was not configured by the user.
  takeCredentials(parsed)
  parsed.hash = ''
  const next = [...hops, parsed.href]
  const shown = veiled ? [...hops.slice(0, 1), ...next.slice(1).map(originOf)] : next
  const checked = checkUrl(parsed.href, mayBePrivate(parsed), settings.exclude)
  if (!checked.ok) {
    const chain = `${oneLine(from)} redirects to ${oneLine(shown.at(-1) ?? '')}`
    throw new Fault('address', `${chain}: ${notNamed(checked.reason)}`, status)
  }
  const hint = wantsCookie ? COOKIE_HINT : ''
  const seen = hops.lastIndexOf(parsed.href)
  if (seen >= 0 && !isNews(parsed)) {
    throw new Fault('redirect', `redirect loop: ${path(shown.slice(seen))}${hint}`, status)
  }
  if (hops.length > settings.maxRedirects) {
    const limit = `more than ${settings.maxRedirects} redirects (poll.maxRedirects)`
    throw new Fault('redirect', `${limit}: ${path(shown)}${hint}`, status)
  }
  return checked.value
}
