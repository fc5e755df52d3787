// What polls need, over a real file, a real desk thread and real reader threads; all of it is closed when the test ends.
import { onTestFinished } from 'vitest'
import { createFetcher } from '../../src/collect/net/fetch.ts'
import { silent } from '../../src/log.ts'
import type { Config } from '../../src/model/config.ts'
import { assemble } from '../../src/run/assemble.ts'
import { Backlog } from '../../src/run/backlog.ts'
import { openDesk } from '../../src/run/open.ts'
import type { Polling } from '../../src/run/poll.ts'

/** `more` takes the place of what the configuration makes. */
export async function pollingFor(
  config: Config,
  more: Partial<Polling> = {},
  { patience = 0 }: { patience?: number | null } = {},
): Promise<Polling> {
  const now = more.now ?? Date.now
  const opened = await openDesk(config, {
    now: now(),
    log: silent,
    lockPatience: patience === 0 ? 10_000 : 10,
    patience,
  })
  if (!opened.ok) throw new Error(opened.reason)
  const { desk, reader } = opened.value
  const makeFetcher = more.fetcher ? () => given(more) : createFetcher
  const { fetcher, readers, feeds, encoding } = assemble(config, { log: silent, makeFetcher, desk, now })
  onTestFinished(async () => {
    await encoding?.close()
    await fetcher.close()
    await readers.close()
    await desk.close()
    reader.close()
  })
  return {
    settings: config.poll,
    feeds,
    fetcher,
    readers,
    encoding,
    desk,
    reader,
    backlog: new Backlog(),
    now,
    log: silent,
    signal: new AbortController().signal,
    ...more,
  }
}

function given({ fetcher }: Partial<Polling>) {
  if (fetcher === undefined) throw new Error('no fetcher')
  return fetcher
}
