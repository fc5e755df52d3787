// The HTTP server over a site that is made here: what goes over the socket.
import net from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createSite } from '../../src/publish/site.ts'
import { type Answerer, type Listener, listen, OnTheWay } from '../../src/run/listener.ts'
import { eventually } from '../helpers/eventually.ts'
import { aDay, config, HEALTHY, NOW } from '../publish/fixture.ts'

const open: Listener[] = []
afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close()
})

function siteOf(reader = aDay().reader) {
  const settings = config({})
  return createSite({
    reader,
    turn: setImmediate,
    config: () => settings,
    now: () => NOW,
    health: () => HEALTHY,
    version: '1',
  })
}

/** A server, and how many of its requests were routed. */
async function served(change: Partial<Answerer> = {}, onTheWay = new OnTheWay()) {
  const site = siteOf()
  let routed = 0
  const answerer: Answerer = {
    ready: site.ready,
    fetch: request => {
      routed++
      return site.fetch(request)
    },
    ...change,
  }
  const listening = await listen(answerer, { host: '127.0.0.1', port: 0 }, onTheWay)
  if (!listening.ok) throw new Error(listening.reason)
  open.push(listening.value)
  const { address } = listening.value
  const port = Number(new URL(address).port)
  /** All that comes back for what is sent, until the connection is closed; the date of the answer is left out. */
  const raw = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = net.connect(port, '127.0.0.1', () => socket.write(text))
      let told = ''
      socket.setEncoding('latin1')
      socket.on('data', chunk => {
        told += String(chunk)
      })
      socket.on('error', reject)
      socket.on('close', () => resolve(told.replace(/^date: .*\r\n/gim, '')))
    })
  return { address, port, raw, routed: () => routed }
}

const request = (path: string, fields: readonly string[] = [], method = 'GET', version = '1.1'): string =>
  [`${method} ${path} HTTP/${version}`, 'Host: 127.0.0.1:8080', 'Connection: close', ...fields, '', ''].join('\r\n')

describe('an answer that lies ready', () => {
  it.each([
    ['GET', '1.1', []],
    ['GET', '1.0', []],
    ['HEAD', '1.1', []],
    ['GET', '1.1', ['Accept-Encoding: gzip']],
    ['HEAD', '1.1', ['ACCEPT-ENCODING: br', 'Accept-Language: ar']],
    ['GET', '1.1', ['If-None-Match: *']],
    ['GET', '1.1', ['If-Modified-Since: Wed, 01 Jan 2031 00:00:00 GMT']],
  ] as const)(
    'goes over the wire to %s in HTTP/%s with %j as the one that was routed did',
    async (method, version, fields) => {
      const { raw, routed } = await served()
      const told: string[] = []
      for (let times = 0; times < 3; times++) told.push(await raw(request('/feed.atom', fields, method, version)))
      // The first is rendered, the second found; what is unchanged needs no encoding.
      expect(routed()).toBe(2)
      expect(told[0]?.length).toBeGreaterThan(200)
      const lines = (answer = ''): string[] => {
        const [head = '', body = ''] = answer.split(/\r\n\r\n(.*)/s)
        return [...head.toLowerCase().split('\r\n').sort(), body]
      }
      expect(lines(told[2])).toEqual(lines(told[1]))
      expect(lines(told[1])).toEqual(lines(told[0]))
    },
  )

  it.each([
    ['a host that is none', 'Host: bad host', '400'],
    ['a host that is no address', 'Host: 1.2.3.4.5', '500'],
    ['no host', 'X-Nothing: 1', '400'],
  ])('is not for a request with %s', async (_, field, status) => {
    const { raw } = await served()
    for (let times = 0; times < 3; times++) await raw(request('/feed.atom'))
    expect((await raw(`GET /feed.atom HTTP/1.1\r\n${field}\r\nConnection: close\r\n\r\n`)).split(' ')[1]).toBe(status)
  })

  it('is not for a request with a body, nor for any method but GET and HEAD', async () => {
    const { raw, routed } = await served()
    for (let times = 0; times < 3; times++) await raw(request('/feed.atom'))
    const before = routed()
    expect(await raw(`${request('/feed.atom', ['Content-Length: 2'])}{}`)).toMatch(/^HTTP\/1\.1 200 /)
    expect(await raw(request('/feed.atom', [], 'DELETE'))).toMatch(/^HTTP\/1\.1 405 /)
    expect(routed()).toBe(before + 2)
  })

  it('comes in its turn among others that one packet asks for', async () => {
    const { raw } = await served()
    for (let times = 0; times < 3; times++) await raw(request('/feed.atom'))
    const paths = Array.from({ length: 60 }, (_, at) =>
      at % 3 === 0 ? '/feed.atom' : at % 3 === 1 ? '/nope' : '/healthz',
    )
    const last = request('/robots.txt')
    const all = await raw(paths.map(path => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join('') + last)
    const types = [...all.matchAll(/^content-type: ([a-z+/]+)/gim)].map(match => match[1])
    const type = { '/feed.atom': 'application/atom+xml', '/nope': 'text/html', '/healthz': 'text/plain' }
    expect(types).toEqual([...paths.map(path => type[path as keyof typeof type]), 'text/plain'])
  })
})

describe('bytes on their way', () => {
  it('are held while a client does not read them, and once for all who are sent the same', async () => {
    const body = Buffer.alloc(32 * 1_048_576, 'x')
    const fields = ['Content-Type', 'text/plain', 'Content-Length', String(body.length)]
    const onTheWay = new OnTheWay()
    const { port } = await served({ ready: () => ({ status: 200, headers: {}, fields, body }) }, onTheWay)
    const sockets = Array.from({ length: 3 }, () => net.connect(port, '127.0.0.1'))
    for (const socket of sockets) {
      socket.on('error', () => {})
      socket.pause()
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(5))
    }
    await eventually('they are on their way', () => onTheWay.bytes > 0)
    expect(onTheWay.bytes).toBe(body.length)
    for (const socket of sockets) socket.destroy()
    await eventually('nothing is held any more', () => onTheWay.bytes === 0)
  })
})
