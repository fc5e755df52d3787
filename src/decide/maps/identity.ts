// How the entries of a document are told apart.
import type { FeedFormat } from '../../model/collected.ts'
import type { IdentityContext } from '../identify.ts'

/** By address in a map, whatever the configuration leaves to the feed; as configured in anything else. */
export function identityOf(format: FeedFormat, configured: IdentityContext['identity']): IdentityContext['identity'] {
  return (format === 'map' || format === 'index') && configured !== 'title' ? 'address' : configured
}
