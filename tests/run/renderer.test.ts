// The thread that renders pages, over a real file.
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { Desk } from '../../src/desk/desk.ts'
import type { Config } from '../../src/model/config.ts'
import type { Health } from '../../src/model/shown.ts'
import { createSite } from '../../src/publish/site.ts'
import { Renderer } from '../../src/run/renderer.ts'
import type { Store } from '../../src/store/store.ts'
import { newDatabase } from '../helpers/engine.ts'
import { folder } from '../helpers/folder.ts'
import { config } from '../publish/fixture.ts'
import { FEEDS, fileInto, HOUR, NOW, openNewsroom, SETTINGS } from '../store/newsroom.ts'

const [, , MERIDIAN = ''] = FEEDS
const HEALTH: Health = { live: true, ready: true, detail: 'well', fault: 'the disk is full' }

let store: Store
let desk: Desk
let database: string

beforeEach(() => {
  database = newDatabase(join(folder(), 'minwal.db'))
  store = openNewsroom({ path: database })
  desk = new Desk(store, SETTINGS)
  onTestFinished(() => store.close())
  fileInto(
    desk,
    store,
    MERIDIAN,
    [{ id: 'a', title: 'River Selle floods', text: 'The river rose by four metres.' }],
    NOW,
  )
})

function started(current: () => Config = () => CONFIG, path = database): Renderer {
  const renderer = new Renderer({
    database: path,
    version: '1',
    config: current,
    now: () => NOW + HOUR,
    health: () => HEALTH,
  })
  onTestFinished(() => renderer.close())
  return renderer
}

const CONFIG = config()
const bodyOf = async (renderer: Renderer, address: string, language: string | null = null): Promise<string> =>
  Buffer.from((await renderer.render(address, language)).body).toString()

describe('the thread that renders', () => {
  it('gives what would be rendered here, for each kind of page, in the language that is asked for', async () => {
    const renderer = started()
    const site = createSite({
      reader: store,
      config: () => CONFIG,
      now: () => NOW + HOUR,
      health: () => HEALTH,
      version: '1',
    })
    const addresses = ['/', '/?lang=all&hl=ar', '/feed.atom?q=river', '/threads.json?min-agencies=1', '/threads/1']
    for (const address of [
      ...addresses,
      '/stories/1',
      '/agencies',
      '/feeds',
      '/search?q=river',
      '/nope',
      '/feed.rss?limit=0',
    ]) {
      for (const language of [null, 'fr', 'ar-EG']) {
        const headers = language === null ? {} : { 'accept-language': language }
        const here = await site.fetch(new Request(`http://x${address}`, { headers }))
        const rendering = await renderer.render(address, language)
        expect([rendering.status, Buffer.from(rendering.body).toString()], `${address} ${language}`).toEqual([
          here.status,
          await here.text(),
        ])
        for (const [name, value] of Object.entries(rendering.headers)) expect(here.headers.get(name)).toBe(value)
      }
    }
  })

  it('sees what was filed since, and the configuration in force', async () => {
    let current = CONFIG
    const renderer = started(() => current)
    expect(await bodyOf(renderer, '/feed.json')).not.toContain('Bakers')
    fileInto(desk, store, MERIDIAN, [{ id: 'b', title: 'Bakers strike', text: 'Queues formed.' }], NOW + 1)
    expect(await bodyOf(renderer, '/feed.json')).toContain('Bakers')
    current = config({ title: 'Another name' })
    expect(await bodyOf(renderer, '/')).toContain('Another name')
    expect(await bodyOf(renderer, '/feeds')).toContain('the disk is full')
  })

  it('says why it cannot render, and is started again for the next page', async () => {
    await expect(started(() => CONFIG, join(folder(), 'none.db')).render('/', null)).rejects.toThrow(
      'there is no database',
    )
    const broken = { ...CONFIG, link: null as unknown as string }
    let current = broken
    const renderer = started(() => current)
    await expect(renderer.render('/feed.atom', null)).rejects.toThrow()
    current = CONFIG
    expect(await bodyOf(renderer, '/feed.atom')).toContain('River Selle floods')
    await renderer.close()
    await expect(renderer.render('/', null)).rejects.toThrow('it is being stopped')
  })
})
