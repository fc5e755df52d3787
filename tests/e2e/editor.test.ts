// The editor's hand on the command line: ids that were merged go on working wherever an id is asked for.
import { beforeEach, describe, expect, it } from 'vitest'
import { type Ended, minwal } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'

const TEXTS = [
  ['Dam gives way above the valley', 'The old dam gave way at dawn and water reached three villages below it.'],
  ['Bread is dearer from Monday', 'Bakers in the capital raise the price of a loaf by a fifth, their guild announced.'],
  ['Chess title goes to a student', 'A student of nineteen beat the champion in the last round with the black pieces.'],
] as const

let run: (...args: string[]) => Promise<Ended>
let ids: number[]

beforeEach(async () => {
  const items = TEXTS.map(([title, text], at) => ({ guid: `${at}`, title, text }))
  const server = await feedServer({ '/a': rss(items) })
  const { config } = configure(folder(), agenciesOf([`${server.origin}/a`]))
  run = (...args) => minwal([...args, '--config', config])
  expect((await run('poll')).code).toBe(0)
  const threads = JSON.parse((await run('threads', '--json')).stdout) as { id: number; title: string }[]
  ids = TEXTS.map(([title]) => threads.find(thread => thread.title === title)?.id ?? 0).sort((a, b) => a - b)
  expect(ids).toEqual([...new Set(ids)])
})

describe('a thread that was merged', () => {
  it('is shown, explained, joined and parted under its old number, and says where it went', async () => {
    const [one = 0, other = 0, third = 0] = ids
    expect((await run('merge', `${one}`, `${other}`)).code).toBe(0)
    const shown = await run('thread', `${other}`)
    expect([shown.code, shown.stderr]).toEqual([0, `thread ${other} was merged into thread ${one}\n`])
    expect(shown.stdout).toContain('2 stories')
    const data = JSON.parse((await run('thread', `${other}`, '--json')).stdout) as { id: number; timeline: unknown[] }
    expect([data.id, data.timeline.length]).toEqual([one, 2])
    expect((await run('explain', `thread:${other}`)).stdout).toContain(`Thread ${one}`)
    expect((await run('merge', `${other}`, `${third}`)).code).toBe(0)
    const all = JSON.parse((await run('thread', `${third}`, '--json')).stdout) as { timeline: { id: number }[] }
    expect(all.timeline).toHaveLength(3)
    expect((await run('split', `${third}`, `${all.timeline[0]?.id}`)).code).toBe(0)
  })

  it('has stories that are shown under their old numbers, too', async () => {
    const found = JSON.parse((await run('search', 'the', '--json')).stdout) as { id: number }[]
    const [one = 0, other = 0] = found.map(({ id }) => id).sort((a, b) => a - b)
    expect((await run('merge', `story:${one}`, `story:${other}`)).code).toBe(0)
    const shown = await run('story', `${other}`)
    expect([shown.code, shown.stderr]).toEqual([0, `story ${other} was merged into story ${one}\n`])
    expect((JSON.parse((await run('story', `${other}`, '--json')).stdout) as { id: number }).id).toBe(one)
    expect((await run('explain', `${other}`)).stdout).toContain(`Story ${one}`)
  })

  it('that never was is still none', async () => {
    const ended = await run('thread', '4711')
    expect(ended).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'minwal: there is no thread 4711: `minwal threads` lists them\n',
    })
  })
})
