// How the entries of a document are told apart, and which of their dates counts.
import type { FeedFormat } from '../../model/collected.ts'
import type { Millis } from '../../model/units.ts'
import type { IdentityContext } from '../identify.ts'

/** By address in a map and on a page, whatever the configuration leaves to the feed; as configured in anything else. */
export function identityOf(format: FeedFormat, configured: IdentityContext['identity']): IdentityContext['identity'] {
  return (format === 'map' || format === 'index' || format === 'page') && configured !== 'title'
    ? 'address'
    : configured
}

/**
 * When a report whose headline changed was published. Maps and pages tell dates from the time of the request, or anew at each
 * change: what was said at first sight counts, none included, unless it lay ahead.
 */
export function dateOfRevision(
  { published }: { published: Millis | null },
  first: { published: Millis | null },
  { identity, now }: Partial<IdentityContext> & { now: Millis },
): Millis | null {
  const keeps = identity === 'address' && (first.published === null || first.published <= now)
  return keeps ? first.published : published
}
