// What open pages are told of, over real HTTP.
import { describe, expect, it, onTestFinished } from 'vitest'
import { listen, OnTheWay } from '../../src/run/listener.ts'
import { Live, type LiveOptions } from '../../src/run/live.ts'
import { eventually } from '../helpers/eventually.ts'
import { fakeStore, NOW } from '../publish/fixture.ts'

async function serving(options: Partial<LiveOptions> = {}) {
  const store = fakeStore({ id: 1, title: 'One', time: NOW - 1 })
  const live = new Live({ reader: store.reader, now: () => NOW, look: 10, ...options })
  const answerer = {
    ready: () => null,
    fetch: (request: Request) => live.answer(request) ?? new Response('other', { status: 404 }),
  }
  const listener = await listen(answerer, { host: '127.0.0.1', port: 0 }, new OnTheWay())
  if (!listener.ok) throw new Error(listener.reason)
  onTestFinished(async () => {
    live.close()
    await listener.value.close()
  })
  return { store, live, address: listener.value.address }
}

/** Opens a page's stream and collects what comes. */
async function page(address: string) {
  const gone = new AbortController()
  const response = await fetch(`${address}/events`, { signal: gone.signal })
  let text = ''
  void (async () => {
    for await (const bytes of response.body ?? []) text += Buffer.from(bytes as Uint8Array).toString()
  })().catch(() => {})
  onTestFinished(() => gone.abort())
  return { response, text: () => text, leave: () => gone.abort() }
}

const messages = (text: string): unknown[] =>
  [...text.matchAll(/^data: (.*)$/gm)].map(match => JSON.parse(match[1] ?? '') as unknown)

describe('open pages', () => {
  it('are told which threads grew, and in which languages, once for each change', async () => {
    const { store, address } = await serving()
    const open = await page(address)
    expect(open.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    await eventually('the stream is open', () => open.text().includes('retry:'))
    store.put({ id: 2, title: 'Two', language: 'ar', time: NOW + 1 })
    await eventually('the first', () => messages(open.text()).length === 1)
    expect(messages(open.text())[0]).toEqual({ version: 3, threads: [{ id: 2, languages: ['ar'] }] })
    store.put({ id: 3, title: 'Three', thread: 2, language: 'en', time: NOW + 2 })
    store.put({ id: 4, title: 'Four', time: NOW + 2 })
    await eventually('both of the others', () => JSON.stringify(messages(open.text())).includes('"id":4'))
    const later = messages(open.text()).slice(1) as { threads: { id: number }[] }[]
    expect(later.flatMap(({ threads }) => threads.map(({ id }) => id)).sort()).toEqual([2, 4])
  })

  it('cost nothing once they are gone', async () => {
    const { store, live, address } = await serving()
    const open = await page(address)
    await eventually('one listens', () => live.listening === 1)
    open.leave()
    await eventually('nobody listens', () => live.listening === 0)
    store.put({ id: 2, title: 'Two', time: NOW + 1 })
    const again = await page(address)
    await eventually('the stream is open', () => again.text().includes('retry:'))
    store.put({ id: 3, title: 'Three', time: NOW + 2 })
    await eventually('what came since', () => messages(again.text()).length === 1)
    expect(JSON.stringify(messages(again.text()))).toContain('"id":3')
  })

  it('are no more than there is room for', async () => {
    const { address, live } = await serving({ most: 2 })
    await Promise.all([page(address), page(address)])
    await eventually('two listen', () => live.listening === 2)
    const refused = await fetch(`${address}/events`)
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('60')
    await refused.text()
  })

  it('hear of nothing while the file cannot be read, and go on when it can', async () => {
    let readable = true
    const store = fakeStore()
    const errors: unknown[] = []
    const reader = {
      version: () => {
        if (!readable) throw new Error('disk I/O error')
        return store.reader.version()
      },
      grown: store.reader.grown,
    }
    const { address } = await serving({ reader, log: { error: text => errors.push(text) } })
    const open = await page(address)
    await eventually('the stream is open', () => open.text().includes('retry:'))
    readable = false
    await eventually('it is said', () => errors.length > 0)
    readable = true
    store.put({ id: 9, title: 'Nine', time: NOW + 1 })
    await eventually('it is told', () => messages(open.text()).length === 1)
  })
})
