// A network in which every name is a public host, found on this machine: the place from which redirects lead into a private
// one, and in which feeds move from host to host. All else of the guard is the real one.
import { vi } from 'vitest'
import type { Fetcher } from '../../src/collect/net/fetch.ts'
import type { PollSettings } from '../../src/model/config.ts'
import { resolvesTo } from './fetching.ts'

/** A fetcher in that network. Ask for `publicName(origin)`; close it. */
export async function publicFetcher(settings: PollSettings): Promise<Fetcher> {
  vi.doMock('../../src/collect/net/guard.ts', async original => ({
    ...(await original<typeof import('../../src/collect/net/guard.ts')>()),
    guardedLookup: () => resolvesTo('127.0.0.1'),
    reachOf: () => 'public',
  }))
  vi.resetModules()
  const fresh = await import('../../src/collect/net/fetch.ts')
  vi.doUnmock('../../src/collect/net/guard.ts')
  return fresh.createFetcher(settings)
}

/** A server on this machine by a name of that network. */
export function publicName(origin: string, name = 'public'): string {
  return `http://${name}.example:${new URL(origin).port}`
}
