// What every test of the fetcher needs: a server of its own, fetchers that are closed, and proof that nothing leaked.
import type { LookupFunction } from 'node:net'
import { afterEach, beforeEach, expect } from 'vitest'
import { createFetcher, type Fetcher, type FetcherOptions, type FetchRequest } from '../../src/collect/net/fetch.ts'
import type { Failure, FetchResult } from '../../src/model/collected.ts'
import type { PollSettings } from '../../src/model/config.ts'
import { eventually } from './eventually.ts'
import { type HostileServer, type HostileServerOptions, startHostileServer } from './hostile-server.ts'
import { pollSettings } from './poll-settings.ts'

export const NOW = Date.UTC(2024, 0, 15, 12)
export const FEED = '<?xml version="1.0"?><rss version="2.0"><channel><title>منوال</title></channel></rss>'

/** The running test's server. */
export let server: HostileServer
const servers: HostileServer[] = []
const fetchers: Fetcher[] = []

/** Call once a file: gives each test its server, and lets it pass only if every connection is closed in the end. */
export function useServer(): void {
  beforeEach(async () => {
    server = await startServer()
  })

  afterEach(async () => {
    await Promise.all(fetchers.splice(0).map(one => one.close()))
    for (const one of servers.splice(0)) {
      await eventually('no connection is left open', () => one.connections() === 0)
      await one.close()
    }
  })
}

export async function startServer(options: HostileServerOptions = {}): Promise<HostileServer> {
  const started = await startHostileServer(options)
  servers.push(started)
  return started
}

export function fetcher(changes: Partial<PollSettings> = {}, options: FetcherOptions = {}): Fetcher {
  return closedLater(createFetcher(pollSettings(changes), options))
}

export function closedLater(made: Fetcher): Fetcher {
  fetchers.push(made)
  return made
}

export function request(url: string, changes: Partial<FetchRequest> = {}): FetchRequest {
  const validators = { etag: null, lastModified: null }
  return { url, validators, headers: {}, allowPrivate: true, now: NOW, ...changes }
}

export function get(url: string, changes: Partial<PollSettings> = {}, asked: Partial<FetchRequest> = {}) {
  return fetcher(changes).get(request(url, { allowPrivate: changes.allowPrivate ?? true, ...asked }))
}

export function text(result: FetchResult): string {
  expect(result).toMatchObject({ kind: 'body' })
  return result.kind === 'body' ? Buffer.from(result.body).toString('utf8') : ''
}

export function failure(result: FetchResult): Failure {
  expect(result).toMatchObject({ kind: 'failed' })
  if (result.kind !== 'failed') throw new Error(`no failure: ${result.kind}`)
  expect(result.failure.message).toMatch(/^[^\p{Cc}]{1,801}$/u)
  return result.failure
}

export const resolvesTo =
  (...addresses: string[]): LookupFunction =>
  (_name, _options, callback) =>
    callback(
      null,
      addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
