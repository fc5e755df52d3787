// What agencies and feeds did of late, and what lists say of threads, asked of a real file.
import { describe, expect, it } from 'vitest'
import { openReader } from '../../src/store/open.ts'
import { minwal } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'

const HOUR = 3_600_000
const FLOOD = 'The river Wadi broke its banks and cut the only road to Port Salam, a town of forty thousand people.'

describe('a file with reports of two agencies', () => {
  it('tells what each did, who was first, and how an event went', async () => {
    const at = Date.now() - 5 * HOUR
    const date = (hours: number): string => new Date(at + hours * HOUR).toUTCString()
    const server = await feedServer({
      '/a': rss([{ guid: 'a', title: 'UPDATE 1-Seven dead as flood cuts off Port Salam', text: FLOOD, date: date(0) }]),
      '/b': rss([{ guid: 'b', title: 'Seven dead as flood cuts off Port Salam', text: FLOOD, date: date(2) }]),
    })
    const { config, database } = configure(folder(), agenciesOf([`${server.origin}/a`, `${server.origin}/b`]))
    expect((await minwal(['poll', '--config', config])).code).toBe(0)
    const opened = openReader(database)
    if (!opened.ok) throw new Error(opened.reason)
    const reader = opened.value
    const now = Date.now()
    const work = [...reader.work(now, 7).values()]
    expect(work.map(({ reports, events, led }) => [reports, events, led]).sort()).toEqual([
      [1, 1, 0],
      [1, 1, 1],
    ])
    expect(work.find(({ led }) => led === 0)?.lag).toBe(2 * HOUR)
    expect(work.every(({ days }) => days.length === 7 && days.at(-1) === 1)).toBe(true)
    const [thread] = reader.recentThreads({ limit: 10 })
    const outline = reader.outlines([thread?.id ?? 0], now - 6 * HOUR, now, 6).get(thread?.id ?? 0)
    expect(outline?.headlines.map(({ title }) => title)).toEqual(['Seven dead as flood cuts off Port Salam'])
    expect(outline?.pulse.reduce((sum, count) => sum + count, 0)).toBe(2)
    expect(outline?.pulse.every(Number.isInteger)).toBe(true)
    expect(outline?.own).toHaveLength(1)
    expect(outline?.figures.map(({ value }) => value)).toContain(7)
    const polls = [...reader.polls(now - HOUR, now + HOUR, 4).values()]
    expect(polls.map(list => list.filter(part => part !== null))).toEqual([['filed'], ['filed']])
    expect(reader.languages(0)).toEqual([{ language: 'en', threads: 1 }])
    expect(reader.grown(0).map(({ languages }) => languages)).toEqual([['en']])
    expect(reader.feedTotals()).toMatchObject({ feeds: 2, failing: 0, fresh: 0, retired: 0, paused: 0 })
    expect(reader.threads([thread?.id ?? 0, 999]).map(({ id }) => id)).toEqual([thread?.id])
    expect(reader.lacked('nobody', 'en', 0, 5)).toEqual([])
    reader.close()
  })
})
