// Describes why a poll failed: its kind, and one line of plain words, with what a server sent made harmless.
import type { Failure, FailureKind } from '../../model/collected.ts'
import type { PollSettings } from '../../model/config.ts'
import type { Millis } from '../../model/units.ts'

/** A failure on its way to `Fetcher.get`, where it becomes a value. Nothing outside this room sees it. */
export class Fault extends Error {
  readonly failure: Failure
  constructor(kind: FailureKind, message: string, status: number | null = null, retryAt: Millis | null = null) {
    super(message)
    this.failure = { kind, message: oneLine(message, 800), status, retryAt }
  }
}

/** Servers' words in our messages: one line, bounded, without control characters or text-direction tricks. */
export function oneLine(text: string, longest = 200): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text
  return cut.replace(/[\u0000-\u0020\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g, ' ').trim()
}

export function megabytes(bytes: number): string {
  const [size, unit] = bytes >= 1_048_576 ? [bytes / 1_048_576, 'MB'] : [bytes / 1024, 'KB']
  return bytes < 1024 ? `${bytes} bytes` : `${Math.round(size * 10) / 10} ${unit}`
}

export function seconds(ms: Millis): string {
  return `${Math.round(ms / 100) / 10} s`
}

/** A property of what was thrown, which may be anything; empty where it is neither text nor number. */
export function field(error: unknown, name: string): string {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

export function bodyTooLarge(settings: Pick<PollSettings, 'maxBodyBytes'>): Fault {
  return new Fault('size', `body is larger than ${megabytes(settings.maxBodyBytes)} (poll.maxBodyBytes)`)
}

/** What a server answered, in words. Node's names are asked for here: an import of `node:http` loads all of it, 65 ms a thread. */
export function answered(url: URL, status: number): string {
  const name = process.getBuiltinModule('node:http').STATUS_CODES[status] ?? ''
  return `${oneLine(url.href)} answered ${`${status} ${name}`.trim()}`
}

/** What a status that is no feed means to the user. */
export function statusFault(status: number, url: URL, retryAt: Millis | null): Fault {
  const said = answered(url, status)
  if (status === 410) return new Fault('gone', `${said}: the feed is closed for good`, status)
  if (status === 204 || status === 205) {
    return new Fault('document', 'the server answered with an empty document', status)
  }
  if (status === 206) return new Fault('protocol', `${said} to a request for the whole document`, status)
  if (status === 304) return new Fault('protocol', `${said} though nothing was known of it before`, status)
  const until = retryAt === null ? '' : `; it may be polled again from ${new Date(retryAt).toISOString()}`
  if (status === 429 || (status === 503 && retryAt !== null)) {
    return new Fault('throttled', `${said}${until}`, status, retryAt)
  }
  const hint = status === 401 ? ': it wants credentials; set headers for this feed' : ''
  return new Fault('http', `${said}${hint}${until}`, status, retryAt)
}

/** OpenSSL's verdicts (`X509_V_ERR_*`, as Node names them), for people. */
const CERTIFICATE_FAULTS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its chain ends in a certificate that is self-signed and not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its issuer is not known; the server may leave out an intermediate certificate',
  UNABLE_TO_GET_ISSUER_CERT: 'its issuer is not known; the server may leave out an intermediate certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its issuer is not trusted here',
  CERT_REVOKED: 'it was revoked',
}

export interface CertificateDates {
  from: string
  to: string
}

function day(date: string | undefined): string {
  const time = Date.parse(date ?? '')
  return Number.isNaN(time) ? '' : ` on ${new Date(time).toISOString().slice(0, 10)}`
}

/** The failure of a TLS connection, by OpenSSL's or Node's error (`code` is its code); null where the fault lies elsewhere. */
export function tlsFailure(error: unknown, code: string, url: URL, dates: CertificateDates | null): Fault | null {
  const invalid = (why: string): Fault => new Fault('tls', `certificate of ${url.origin} is not valid: ${why}`)
  if (code === 'CERT_HAS_EXPIRED') return invalid(`it expired${day(dates?.to)}`)
  if (code === 'CERT_NOT_YET_VALID') return invalid(`it becomes valid${day(dates?.from) || ' later'}`)
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const certificate: unknown = error instanceof Error ? Reflect.get(error, 'cert') : undefined
    const names = field(certificate, 'subjectaltname').slice(0, 400).replaceAll('DNS:', '')
    return invalid(`it is for ${oneLine(names || 'another name', 120)}`)
  }
  const known = CERTIFICATE_FAULTS[code]
  if (known !== undefined) return invalid(known)
  if (/^(?:CERT_|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH|CRL_)/.test(code)) {
    return invalid(oneLine(`${field(error, 'message')} (${code})`))
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return new Fault('tls', `TLS handshake with ${url.host} failed: the port does not speak TLS`)
  }
  if (code === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL') {
    return new Fault('tls', `TLS handshake with ${url.host} failed: it does not speak HTTP/1.1`)
  }
  if (/^(?:ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code)) {
    return new Fault('tls', `TLS handshake with ${url.host} failed: ${oneLine(field(error, 'reason') || code)}`)
  }
  const handshake = field(error, 'message').includes('before secure TLS connection')
  return handshake ? new Fault('tls', `${url.host} closed the connection during the TLS handshake`) : null
}
