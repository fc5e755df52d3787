// One table of moments for `?since=` and `--since`, which read them by one parser.
import { describe, expect, it } from 'vitest'
import { readMoment, readQuery } from '../../src/publish/query.ts'
import { minwal } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'

const NOW = Date.UTC(2022, 0, 5, 18, 0)
const DAY = 86_400_000

const READ: readonly [typed: string, moment: number][] = [
  ['90m', NOW - 90 * 60_000],
  ['24h', NOW - DAY],
  ['7d', NOW - 7 * DAY],
  ['2w', NOW - 14 * DAY],
  ['2022-01-05', Date.UTC(2022, 0, 5)],
  ['2022-01-05T10:00', Date.UTC(2022, 0, 5, 10)],
  ['2022-01-05T10:00Z', Date.UTC(2022, 0, 5, 10)],
  ['2022-01-05T10:00+06:00', Date.UTC(2022, 0, 5, 4)],
  ['2020-02-29', Date.UTC(2020, 1, 29)],
]
const REFUSED = ['2022-02-30', '2022-13-01', '2021-02-29', '2022-1-5', 'lately', '3y', '-24h', '24', '2022-01-05T25:00']

describe('a moment', () => {
  it.each(READ)('%s is read alike over HTTP and on the command line', (typed, moment) => {
    expect(readMoment(typed, NOW)).toEqual({ ok: true, value: moment })
    const chosen = readQuery(new URLSearchParams({ since: typed }), { now: NOW, knowsAgency: () => false })
    expect(chosen).toMatchObject({ ok: true, value: { selection: { since: moment } } })
  })

  it.each(REFUSED)('%s is refused with what was typed', typed => {
    const read = readMoment(typed, NOW)
    expect(read.ok ? '' : read.reason).toContain(`got "${typed}"`)
  })

  it('without a zone is UTC on the command line too, wherever the machine stands; a day that is none is wrong usage', async () => {
    const server = await feedServer({
      '/a': rss([{ guid: 'a', title: 'The ferry is late again', text: 'It came at five.', date: '2022-01-05T03:00Z' }]),
    })
    const { config } = configure(folder(), agenciesOf([`${server.origin}/a`]))
    expect((await minwal(['poll', '--config', config])).code).toBe(0)
    const titles = async (since: string): Promise<string> =>
      (await minwal(['threads', '--since', since, '--config', config], { env: { TZ: 'Asia/Almaty' } })).stdout
    // In Almaty that day begins six hours earlier.
    expect(await titles('2022-01-05T02:59')).toContain('The ferry is late again')
    expect(await titles('2022-01-05T03:01')).not.toContain('The ferry is late again')
    const ended = await minwal(['threads', '--since', '2022-02-30', '--config', config])
    expect(ended.code).toBe(2)
    expect(ended.stderr).toContain('got "2022-02-30"')
  })
})
