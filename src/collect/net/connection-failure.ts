// Says in plain words why a request got no answer, or why its body broke off: what undici, TLS and the operating system
// report is for programmers.

import type { PollSettings } from '../../model/config.ts'
import { type CertificateDates, Fault, field, megabytes, seconds, tlsFailure } from './failure.ts'
import { AddressRefused } from './guard.ts'

/** Bytes of the headers of one answer. */
export const MAX_HEADER_BYTES = 64 * 1024

/** What is wrong with an answer, by the message of undici's parser. */
const PARSER_FAULTS: readonly (readonly [RegExp, string])[] = [
  [/Expected HTTP\//, 'it does not begin with HTTP/'],
  [/status/i, 'its status is no number of three digits'],
  [/version/i, 'its version is unknown'],
  [/chunk/i, 'a chunk of its body is malformed'],
  [/Content-Length/i, 'its length is stated wrongly'],
  [/Transfer-Encoding/i, 'its transfer encoding is unknown'],
  [/\b(?:CR|LF|CRLF)\b/, 'a line does not end as it must'],
  [/header/i, 'a header is malformed'],
]

/** Whether undici's parser gave up on an answer. */
export const isParserError = (error: unknown): error is Error =>
  error instanceof Error && error.name === 'HTTPParserError'

export function parserReason(error: Error): string {
  const said = error.message.slice(0, 500)
  // What is wrong comes in brackets, after a sentence that is always the same.
  const cause = /\(([^()]*)\)$/.exec(said)?.[1] ?? said
  return PARSER_FAULTS.find(([words]) => words.test(cause))?.[1] ?? 'it breaks the rules of HTTP'
}

/** What went wrong before a response had begun. */
export function connectionFailure(
  error: unknown,
  url: URL,
  settings: PollSettings,
  certificate: CertificateDates | null,
): Fault {
  // Several addresses were tried: the first error speaks for all.
  const errors: unknown[] = error instanceof AggregateError && error.errors.length > 0 ? error.errors : [error]
  const [first] = errors
  const code = field(first, 'code')
  if (error instanceof Fault) return error
  if (first instanceof AddressRefused) return new Fault('address', first.message)
  if (field(first, 'syscall') === 'getaddrinfo' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new Fault('dns', `name does not resolve: ${url.hostname} (${code})`)
  }
  const tls = tlsFailure(first, code, url, certificate)
  if (tls !== null) return tls
  const tried = errors.slice(0, 3).map(one => {
    const address = field(one, 'address')
    if (address === '') return url.host
    return `${address.includes(':') ? `[${address}]` : address}:${field(one, 'port')}`
  })
  const peer = [...new Set(tried)].join(', ')
  switch (code) {
    case 'ECONNREFUSED':
      return new Fault('connect', `connection refused by ${peer}`)
    case 'ECONNRESET':
    case 'EPIPE':
      return new Fault('connect', `connection reset by ${peer}`)
    case 'ETIMEDOUT':
      return new Fault('timeout', `no connection to ${peer}: it does not answer`)
    case 'UND_ERR_CONNECT_TIMEOUT':
      return new Fault(
        'timeout',
        `no connection to ${url.host} within ${seconds(settings.connectTimeout)} (poll.connectTimeout)`,
      )
    case 'UND_ERR_HEADERS_TIMEOUT':
      return new Fault(
        'timeout',
        `no answer from ${url.host} within ${seconds(settings.responseTimeout)} (poll.responseTimeout)`,
      )
    case 'UND_ERR_HEADERS_OVERFLOW':
      return new Fault('size', `headers from ${url.host} are larger than ${megabytes(MAX_HEADER_BYTES)}`)
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
      return new Fault('protocol', `answer of ${url.host} is not valid HTTP: its length is stated wrongly`)
    case 'UND_ERR_SOCKET':
      return new Fault('protocol', `${url.host} closed the connection without an answer`)
    case 'UND_ERR_DESTROYED':
    case 'UND_ERR_CLOSED':
      return new Fault('timeout', `stopped by Minwal before ${url.host} had answered`)
  }
  if (isParserError(first)) {
    return new Fault('protocol', `answer of ${url.host} is not valid HTTP: ${parserReason(first)}`)
  }
  if (/^E[A-Z]+$/.test(code)) return new Fault('connect', `no connection to ${peer}: ${UNREACHABLE[code] ?? code}`)
  // Messages of libraries, such as the expression of an assertion, are of no use to a user.
  const known = /^[A-Z][A-Z0-9_]{2,60}$/.test(code) && code !== 'ERR_ASSERTION' ? ` (${code})` : ''
  return new Fault('protocol', `request to ${url.host} failed: it did not answer as HTTP demands${known}`)
}

/** Errors of the operating system in words; all others are shown by their name, which manuals list. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  EHOSTUNREACH: 'no way leads to it',
  ENETUNREACH: 'this machine has no network that leads to it',
  ENETDOWN: 'the network is down',
  EHOSTDOWN: 'it is down',
  EADDRNOTAVAIL: 'this machine has no address to ask from',
  EMFILE: 'too many files are open; raise the limit of open files',
}
