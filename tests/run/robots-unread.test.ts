// A robots.txt that cannot be had, before a page with a list is asked for.
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parseConfig } from '../../src/config/load.ts'
import type { Failure } from '../../src/model/collected.ts'
import { pollFeed } from '../../src/run/poll.ts'
import { newDatabase } from '../helpers/engine.ts'
import { folder } from '../helpers/folder.ts'
import { pollingFor } from '../helpers/polling.ts'

async function polled(isOurFault: (failure: Failure) => boolean) {
  // Nothing listens at port 1.
  const text = JSON.stringify({
    database: newDatabase(join(folder(), 'minwal.db')),
    poll: { allowPrivate: true },
    agencies: [{ id: 'a', name: 'A', feeds: [{ page: 'http://127.0.0.1:1/list' }] }],
  })
  const parsed = parseConfig(text, join(folder(), 'config.json'), {})
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'))
  const polling = await pollingFor(parsed.config)
  const [feed] = polling.reader.feeds()
  if (feed === undefined) throw new Error('there is no feed')
  const judged: Failure[] = []
  const outcome = await pollFeed(feed, {
    ...polling,
    isOurFault: async (_, failure) => {
      judged.push(failure)
      return isOurFault(failure)
    },
  })
  return { outcome, judged, after: polling.reader.feeds()[0] }
}

it('is nobody’s fault where the network is gone: nothing is recorded, and the feed stays due', async () => {
  const { outcome, judged, after } = await polled(() => true)
  expect(outcome).toBeNull()
  expect(judged.map(({ kind }) => kind)).toEqual(['connect'])
  expect(after).toMatchObject({ failures: 0, error: null, state: 'new' })
})

it('is a failure of its own kind where there is a network', async () => {
  const { outcome, after } = await polled(() => false)
  expect(outcome?.failure).toMatchObject({
    kind: 'connect',
    message: expect.stringContaining('/robots.txt could not be read'),
  })
  expect(after?.failures).toBeGreaterThan(0)
})
