// Documents that are kept, and filed again with other settings.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { minwal } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { ENGINE } from '../helpers/engine.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { rowsIn } from '../helpers/rows.ts'

const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString()

const DAM = [
  {
    guid: 'dam-1',
    title: 'Larkfield dam breaks after days of rain',
    text: 'The Larkfield dam broke after two days of rain and the river took the bridge below the reservoir, the governor said.',
    date: minutesAgo(60),
  },
  {
    guid: 'snow',
    title: 'Snow closes the pass',
    text: 'Snow has closed the pass above Larkfield since Tuesday, and nobody came through.',
    date: minutesAgo(50),
  },
]
const LATER = [
  {
    guid: 'dam-2',
    title: 'Rescue boats at the Larkfield dam',
    text: 'Rescue boats reached families below the Larkfield dam that broke in the rain; the governor said the river goes on rising at the bridge.',
    date: minutesAgo(20),
  },
]

describe('minwal replay', () => {
  it('files what was kept again: the same by the same settings, and says what differs by others', async () => {
    const server = await feedServer({ '/feed': rss(DAM) })
    const where = folder()
    const { config, database } = configure(where, agenciesOf([`${server.origin}/feed`]), {
      keep: { bodies: '7d' },
      threads: { threshold: 0.05 },
    })
    const polled = async (): Promise<void> => {
      expect(await minwal(['poll', '--force', '--config', config])).toMatchObject({ code: 0, stderr: '' })
    }
    await polled()
    server.answers.set('/feed', rss([...LATER, ...DAM]))
    await polled()
    // Beside a file, or where a server's own files lie on this machine.
    const kept = ENGINE === 'sqlite' ? database : join(where, 'data/minwal')
    expect(statSync(`${kept}.bodies`).mode & 0o777).toBe(0o600)

    const same = join(where, 'same.db')
    const again = await minwal(['replay', same, '--json', '--config', config])
    expect(again).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(again.stdout)).toEqual({
      documents: 2,
      reports: { both: 3, only: 0, onlyReplayed: 0 },
      stories: [],
      threads: [],
    })
    const seen = (path: string): unknown => rowsIn(path, 'select guid, title, story, thread from report order by id')
    expect(seen(same)).toEqual(seen(database))

    const strict = join(where, 'strict.json')
    const changed = JSON.parse(readFileSync(config, 'utf8')) as { threads: object }
    writeFileSync(strict, JSON.stringify({ ...changed, threads: { threshold: 0.95 } }))
    const tried = await minwal(['replay', join(where, 'tried.db'), '--config', strict])
    expect(tried).toMatchObject({ code: 0, stderr: '' })
    expect(tried.stdout).toContain('2 documents filed again')
    expect(tried.stdout).toContain('3 reports as before')
    expect(tried.stdout).toContain('2 reports are in other threads')
    expect(tried.stdout).toContain('no longer with: Rescue boats at the Larkfield dam')
    expect(await minwal(['replay', same, '--config', config])).toMatchObject({ code: 2, stdout: '' })
  })

  it('tells nobody of what it files, and touches no backup', async () => {
    const server = await feedServer({ '/feed': rss(DAM), '/hub': '', '/hook': '' })
    const where = folder()
    const copies = join(where, 'copies')
    const { config } = configure(where, agenciesOf([`${server.origin}/feed`]), { keep: { bodies: '7d' } })
    expect(await minwal(['poll', '--force', '--config', config])).toMatchObject({ code: 0, stderr: '' })
    const telling = join(where, 'telling.json')
    writeFileSync(
      telling,
      JSON.stringify({
        ...JSON.parse(readFileSync(config, 'utf8')),
        link: 'https://wires.example',
        publish: { hub: `${server.origin}/hub` },
        notify: [{ name: 'dam', query: 'dam', webhook: `${server.origin}/hook` }],
        // A server's database is none of those that are copied.
        ...(ENGINE === 'sqlite' ? { backup: { to: copies, every: '1h', keep: 1 } } : {}),
      }),
    )
    const asked = server.requests.length
    mkdirSync(join(where, 'other'))
    expect(await minwal(['replay', join(where, 'other', 'minwal.db'), '--config', telling])).toMatchObject({ code: 0 })
    expect(server.requests.slice(asked)).toEqual([])
    expect(existsSync(copies)).toBe(false)
  })

  it('has nothing to file where nothing was kept, and makes nothing then', async () => {
    const where = folder()
    const { config } = configure(where, agenciesOf(['http://127.0.0.1:9/none']))
    const ended = await minwal(['replay', join(where, 'new.db'), '--config', config])
    expect(ended).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('"keep": {"bodies": "7d"}') })
    expect(existsSync(join(where, 'new.db'))).toBe(false)
  })
})
