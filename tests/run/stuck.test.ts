// A poll that never comes to its end, beyond all its timeouts: the daemon must not be told from a dead one by its ticks.
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { parseConfig } from '../../src/config/load.ts'
import { silent } from '../../src/log.ts'
import { startDaemon } from '../../src/run/daemon.ts'
import { longestPoll } from '../../src/run/poll.ts'
import { newDatabase } from '../helpers/engine.ts'
import { eventually } from '../helpers/eventually.ts'
import { folder } from '../helpers/folder.ts'

const MINUTE = 60_000

it('with every place for polls stuck it is not live, and systemd hears no WATCHDOG=1', async () => {
  const where = folder()
  const heard = join(where, 'heard')
  // Stands for systemd's own tool, which the daemon tells how it is.
  const tool = join(where, 'systemd-notify')
  writeFileSync(tool, `#!/bin/sh\necho "$@" >> '${heard}'\n`)
  chmodSync(tool, 0o755)
  const before = { ...process.env }
  onTestFinished(() => {
    process.env = before
  })
  process.env = {
    ...before,
    PATH: `${where}${delimiter}${before['PATH'] ?? ''}`,
    NOTIFY_SOCKET: join(where, 'socket'),
    WATCHDOG_USEC: '1000000',
    WATCHDOG_PID: String(process.pid),
  }
  const parsed = parseConfig(
    JSON.stringify({
      database: newDatabase(join(where, 'news.db')),
      poll: { concurrency: 2, tick: '* * * * * *' },
      agencies: [{ id: 'agency', name: 'Agency', feeds: [1, 2, 3].map(port => `http://127.0.0.1:${port}/`) }],
    }),
    join(where, 'config.json'),
    {},
  )
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'))
  const { config } = parsed
  let skipped = 0
  const now = performance.now.bind(performance)
  const real = performance.now
  performance.now = () => now() + skipped
  onTestFinished(() => {
    performance.now = real
  })
  const stuck: (() => void)[] = []
  const started = await startDaemon({
    config: { ...config, listen: { ...config.listen, port: 0 } },
    log: silent,
    version: '0',
    fetcher: () => ({
      get: () =>
        new Promise(resolve => {
          const failure = { kind: 'timeout' as const, message: 'late', status: null, retryAt: null }
          stuck.push(() => resolve({ kind: 'failed', failure, ms: 1 }))
        }),
      post: () => Promise.reject(new Error('no hub')),
      close: () => Promise.resolve(),
    }),
  })
  if (!started.ok) throw new Error(started.reason)
  const daemon = started.value
  const health = async (): Promise<number> => (await fetch(`${daemon.address}/healthz`)).status
  const live = async (): Promise<string | undefined> =>
    /^minwal_live (\d)$/m.exec(await (await fetch(`${daemon.address}/metrics`)).text())?.[1]
  const dogs = (): number =>
    existsSync(heard)
      ? readFileSync(heard, 'utf8')
          .split('\n')
          .filter(line => line.includes('WATCHDOG=1')).length
      : 0
  await eventually('both places are taken', () => stuck.length === 2)
  await eventually('systemd hears of it', () => dogs() > 1)
  expect([await health(), await live()]).toEqual([200, '1'])
  skipped = longestPoll(config.poll) + MINUTE
  await eventually('it is not live', async () => (await health()) === 503)
  expect(await live()).toBe('0')
  // One may have been on its way.
  const fed = dogs()
  const since = Date.now()
  await eventually('three beats', () => Date.now() - since > 1_700)
  expect(dogs() - fed).toBeLessThanOrEqual(1)
  // It looks for due feeds all the same, and is well as soon as the polls end.
  for (const end of stuck.splice(0)) end()
  await eventually('it is live again', async () => (await health()) === 200)
  await eventually('and says so', () => dogs() > fed + 1)
  const stopping = daemon.stop()
  for (const end of stuck.splice(0)) end()
  await stopping
})
