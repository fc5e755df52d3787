// What polling needs of a configuration, made anew at each reload. What has not changed is kept.
import type { createFetcher, Fetcher } from '../collect/net/fetch.ts'
import { createEncoder, type SentenceEncoder } from '../encode/encoder.ts'
import type { Log } from '../log.ts'
import type { Config } from '../model/config.ts'
import { feedsByUrl, type NamedFeed } from './poll.ts'
import { createReaders, type Readers } from './readers.ts'

export interface Assembly {
  config: Config
  fetcher: Fetcher
  readers: Readers
  feeds: Map<string, NamedFeed>
  encoder: SentenceEncoder | null
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/** Names of agencies, which are all that reading takes of a configuration. */
const namesOf = ({ agencies }: Config) => agencies.map(({ id, name, aliases }) => ({ id, name, aliases }))

export function assemble(
  config: Config,
  log: Log,
  makeFetcher: typeof createFetcher,
  before: Assembly | null = null,
): Assembly {
  const { encoder } = config.threads
  return {
    config,
    fetcher: makeFetcher(config.poll),
    // Threads take a moment to start, and what they have learnt of words is worth seconds.
    readers:
      before !== null && isSame(namesOf(config), namesOf(before.config))
        ? before.readers
        : createReaders(config.agencies),
    feeds: feedsByUrl(config.agencies),
    // Starting a model takes seconds, and what it remembers is worth minutes.
    encoder:
      before !== null && isSame(encoder, before.config.threads.encoder)
        ? before.encoder
        : encoder
          ? createEncoder(encoder, log)
          : null,
  }
}

/** Ends what `now` does not use of what was before; all of it where `now` is null. */
export async function dismiss(before: Assembly, now: Assembly | null): Promise<void> {
  if (before.encoder !== now?.encoder) before.encoder?.close()
  await before.fetcher.close()
  if (before.readers !== now?.readers) await before.readers.close()
}
