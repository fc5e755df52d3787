// Asks the address of a feed, with what the configuration says in confidence, and takes that out of the answer.
import type { Fetcher } from '../collect/net/fetch.ts'
import { keepsSecrets, sameService } from '../collect/net/guard.ts'
import { askedAddress, keptAddress, redactorOf, targetOf } from '../config/secrets.ts'
import type { FetchResult, Validators } from '../model/collected.ts'
import type { FeedSpec, PollSettings } from '../model/config.ts'
import type { Millis } from '../model/units.ts'

/** With what addresses are asked. */
export interface Asking {
  fetcher: Pick<Fetcher, 'get'>
  settings: Pick<PollSettings, 'allowPrivate'>
  signal?: AbortSignal
}

export const NOTHING_KNOWN: Validators = { etag: null, lastModified: null }

/** Ask a feed at its own address, or at the one it moved to (`kept`). What is said in confidence is for the configured host. */
export async function askFeed(
  { fetcher, settings, signal }: Asking,
  spec: FeedSpec,
  kept: string | null,
  { validators, now }: { validators: Validators; now: Millis },
): Promise<FetchResult> {
  const target = targetOf(spec)
  const address = kept === null ? target : askedAddress(kept, spec)
  const trusted = address === target || (URL.canParse(address) && keepsSecrets(new URL(target), new URL(address)))
  const got = await fetcher.get({
    url: address,
    feed: spec.url,
    validators,
    headers: trusted ? spec.headers : {},
    allowPrivate: mayBePrivate(settings, spec, address),
    now,
    ...(signal ? { signal } : {}),
  })
  return withoutSecretsOf(spec, got)
}

/** Ask an address that a feed names, with nothing but a request. */
export function askPage(
  { fetcher, settings, signal }: Asking,
  spec: FeedSpec,
  url: string,
  now: Millis,
): Promise<FetchResult> {
  return fetcher.get({
    url,
    validators: NOTHING_KNOWN,
    headers: {},
    allowPrivate: mayBePrivate(settings, spec, url),
    now,
    ...(signal ? { signal } : {}),
  })
}

/** What an answer says, without what the request said in confidence: it goes into messages, the log and the database. */
function withoutSecretsOf(spec: FeedSpec, got: FetchResult): FetchResult {
  if ((spec.secrets ?? []).length === 0) return got
  const { text } = redactorOf(spec)
  if (got.kind === 'failed') return { ...got, failure: { ...got.failure, message: text(got.failure.message) } }
  const movedTo = got.movedTo === null ? null : keptAddress(got.movedTo, spec)
  if (got.kind === 'unchanged') return { ...got, movedTo }
  const unsaid = (value: string | null): string | null => (value === null || text(value) === value ? value : null)
  const { etag, lastModified } = got.validators
  return { ...got, movedTo, validators: { etag: unsaid(etag), lastModified: unsaid(lastModified) } }
}

/**
 * Whether an address may be private that is asked for a feed's sake: the host and port that the configuration names for this
 * feed, and nothing that the feed itself names.
 */
export function mayBePrivate(settings: Pick<PollSettings, 'allowPrivate'>, spec: FeedSpec, url: string): boolean {
  return (spec.allowPrivate || settings.allowPrivate) && sameService(targetOf(spec), url)
}
