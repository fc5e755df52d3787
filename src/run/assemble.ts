// What polling needs of a configuration, made anew at each reload. What has not changed is kept.
import type { createFetcher, Fetcher } from '../collect/net/fetch.ts'
import type { DeskClient } from '../desk/client.ts'
import type { Log } from '../log.ts'
import type { Config } from '../model/config.ts'
import type { Millis } from '../model/units.ts'
import { keepingBodies } from './bodies.ts'
import { createEncoding, type Encoding } from './encoding.ts'
import { feedsByUrl, type NamedFeed } from './poll.ts'
import { createReaders, type Readers } from './readers.ts'

export interface Assembly {
  config: Config
  fetcher: Fetcher
  readers: Readers
  feeds: Map<string, NamedFeed>
  encoding: Encoding | null
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/** Names of agencies, which are all that reading takes of a configuration. */
const namesOf = ({ agencies }: Config) => agencies.map(({ id, name, aliases }) => ({ id, name, aliases }))

/** What the encoder does is told by these: a program knows nothing of how servers are asked. */
const encoderOf = ({ threads: { encoder }, poll }: Config) =>
  encoder && 'url' in encoder ? { encoder, poll } : encoder

export interface AssemblyTools {
  log: Log
  makeFetcher: typeof createFetcher
  /** Whether this process gives stories vectors, where the configuration has an encoder. */
  encodes?: boolean
  desk: DeskClient
  now: () => Millis
}

export function assemble(
  config: Config,
  { log, makeFetcher, encodes = true, desk, now }: AssemblyTools,
  before: Assembly | null = null,
): Assembly {
  const { encoder } = config.threads
  return {
    config,
    fetcher: keepingBodies(makeFetcher(config.poll), config, { now, log }),
    // Threads take a moment to start, and what they have learnt of words is worth seconds.
    readers:
      before !== null && isSame(namesOf(config), namesOf(before.config))
        ? before.readers
        : createReaders(config.agencies),
    feeds: feedsByUrl(config.agencies),
    // Starting a program with a model takes seconds.
    encoding:
      before !== null && isSame(encoderOf(config), encoderOf(before.config))
        ? before.encoding
        : encoder && encodes
          ? createEncoding(encoder, config.poll, { desk, log, now })
          : null,
  }
}

/** Ends what `now` does not use of what was before; all of it where `now` is null. */
export async function dismiss(before: Assembly, now: Assembly | null): Promise<void> {
  if (before.encoding !== now?.encoding) await before.encoding?.close()
  await before.fetcher.close()
  if (before.readers !== now?.readers) await before.readers.close()
}
