// Documents on their way: what is fetched and cannot be filed yet is bounded in bytes.
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/config/load.ts'
import type { PollOutcome } from '../../src/model/decided.ts'
import { Backlog } from '../../src/run/backlog.ts'
import { Poller } from '../../src/run/poller.ts'
import { newDatabase } from '../helpers/engine.ts'
import { eventually } from '../helpers/eventually.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { holdLock } from '../helpers/lock.ts'
import { pollingFor } from '../helpers/polling.ts'
import { prose, random } from '../helpers/random.ts'

const KB = 1_024

it('a desk that cannot write stops fetching long before all is in memory, and all is filed when it can', async () => {
  const next = random(7)
  const feeds = Array.from({ length: 48 }, (_, feed) => {
    const items = Array.from({ length: 10 }, (_, at) => ({
      guid: `${feed}-${at}`,
      title: prose(next, 8),
      text: prose(next, 2_500),
    }))
    return [`/${feed}`, rss(items)] as const
  })
  const size = Math.max(...feeds.map(([, text]) => Buffer.byteLength(text)))
  expect(size).toBeGreaterThan(140 * KB)
  const server = await feedServer(Object.fromEntries(feeds))
  const where = folder()
  const text = JSON.stringify({
    database: newDatabase(join(where, 'minwal.db')),
    poll: { allowPrivate: true, concurrency: 64, perHost: 64 },
    agencies: [{ id: 'agency', name: 'Agency', feeds: feeds.map(([path]) => server.origin + path) }],
  })
  const parsed = parseConfig(text, join(where, 'config.json'), {})
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'))
  const limit = 1_024 * KB
  const backlog = new Backlog(limit)
  const polling = await pollingFor(parsed.config, { backlog }, { patience: null })
  const release = holdLock(parsed.config.database)
  const outcomes: PollOutcome[] = []
  const poller = new Poller(
    () => polling,
    outcome => outcomes.push(outcome),
  )
  poller.add(polling.reader.feeds())
  await eventually('nothing more is fetched', () => backlog.isFull && server.requests.length === backlog.under)
  // Of the first ones nobody knew how large they are.
  const first = Math.ceil(limit / (64 * KB))
  expect(server.requests.length).toBeLessThanOrEqual(first)
  expect(backlog.most).toBeLessThanOrEqual(first * size)
  expect(outcomes).toEqual([])
  release()
  await poller.idle()
  expect(outcomes.map(({ counts }) => counts.new + counts.copy)).toEqual(feeds.map(() => 10))
  expect(backlog.bytes).toBe(0)
})

describe('a backlog', () => {
  it('law: what it counts is what is on its way, and whoever waits is told as soon as there is room', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(400 * KB)), { maxLength: 60 }), steps => {
        const backlog = new Backlog(1_024 * KB)
        let waits = false
        backlog.onRoom(() => {
          expect(backlog.isFull).toBe(false)
          waits = false
        })
        const loads = Array.from({ length: 10 }, () => ({ load: backlog.begin(), bytes: 0 }))
        for (const one of loads) one.load.is(0)
        for (const [at, bytes] of steps) {
          const one = loads[at]
          if (!one) continue
          one.load.is(bytes)
          one.bytes = bytes
          if (backlog.isFull) waits = true
          expect(backlog.bytes).toBe(loads.reduce((sum, { bytes }) => sum + bytes, 0))
        }
        for (const { load } of loads) load.end()
        for (const { load } of loads) load.end()
        expect(backlog.bytes).toBe(0)
        expect(waits).toBe(false)
      }),
    )
  })
})
