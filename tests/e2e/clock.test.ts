// The daemon on a machine whose clock is set while it runs.
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openReader } from '../../src/store/open.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { daemon, type RunningDaemon } from '../helpers/daemon.ts'
import { eventually } from '../helpers/eventually.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'

const CLOCK = fileURLToPath(new URL('../helpers/skewed-clock.cjs', import.meta.url))
const HOUR = 3_600
const DAY = 24 * HOUR
const YEAR = 365 * DAY

/** A daemon that polls one feed every second, by a clock that is `seconds` off and can be set. */
async function world(seconds: number) {
  let number = 0
  const server = await feedServer({
    '/feed': (_, response) => {
      const items = [
        { guid: `n${number}`, title: `Report ${number++} of the harbour`, text: `Ship ${number} has come in.` },
      ]
      response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss(items))
    },
  })
  const where = folder()
  const skew = join(where, 'skew')
  // At once: a file that is being written is empty, and that would be another jump.
  const set = (seconds: number): void => {
    writeFileSync(`${skew}.new`, String(seconds))
    renameSync(`${skew}.new`, skew)
  }
  set(seconds)
  const { config, database } = configure(where, agenciesOf([`${server.origin}/feed`]), {
    poll: { tick: '* * * * * *', minInterval: '1s', maxInterval: '2s' },
  })
  const environment = { NODE_OPTIONS: `--require ${CLOCK}`, MINWAL_TEST_SKEW: skew }
  const running = await daemon(config, environment)
  const pollsGoOn = async (when: string): Promise<void> => {
    const before = server.requests.length
    await eventually(`polls go on ${when}`, () => server.requests.length >= before + 2)
  }
  return { running, set, pollsGoOn, config, database, environment }
}

const healthy = async (running: RunningDaemon): Promise<number> => (await fetch(`${running.address}/healthz`)).status

describe('a daemon whose clock is set', () => {
  it('polls on at once, by whatever and in whichever direction it is set', async () => {
    const { running, set, pollsGoOn, database } = await world(0)
    await pollsGoOn('before')
    for (const seconds of [-2 * HOUR, 3 * DAY, 0, -60 * YEAR, 30 * YEAR, 0]) {
      set(seconds)
      await pollsGoOn(`by a clock that is ${seconds} s off`)
      expect(await healthy(running)).toBe(200)
    }
    const warnings = running.log().filter(({ msg }) => msg.startsWith('the clock was set'))
    expect(warnings[0]?.['clock']).toBe('back by 2 h')
    // Said, and not at every jump.
    expect(warnings.length).toBeLessThan(4)
    expect((await running.stop()).code).toBe(0)
    const reader = openReader(database)
    if (!reader.ok) throw new Error(reader.reason)
    expect(reader.value.integrity()).toBe('ok')
    reader.value.close()
  })

  it('polls what was polled in the future when it starts with the right time', async () => {
    const { running, set, pollsGoOn, config, environment } = await world(2 * DAY)
    await pollsGoOn('ahead of time')
    expect((await running.stop()).code).toBe(0)
    set(0)
    const second = await daemon(config, environment)
    await pollsGoOn('with the right time')
    expect((await second.stop()).code).toBe(0)
  })

  it('that has no time at all yet says so and polls', async () => {
    const { running, pollsGoOn } = await world(-56 * YEAR)
    await pollsGoOn('in 1970')
    expect(running.log().some(({ msg }) => msg.startsWith('the clock cannot be right'))).toBe(true)
    expect((await running.stop()).code).toBe(0)
  })
})
