// A daemon whose pages are asked for without measure: memory stays bounded, health answers, and nobody waits for ever.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { start } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { eventually } from '../helpers/eventually.ts'
import { rss } from '../helpers/feed-server.ts'

const ENTRIES = 120

const residentMB = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024

let running: { address: string; pid: number }
const closers: (() => unknown)[] = []

beforeAll(async () => {
  const items = Array.from({ length: ENTRIES }, (_, at) => ({
    guid: `${at}`,
    title: `Notice ${at} of the harbour of quarter ${(at * 31) % 97}`,
    text: Array.from({ length: 2_000 }, (_, word) => `q${at}x${(word * 7919) % 5_003}`).join(' '),
  }))
  const where = mkdtempSync(join(tmpdir(), 'minwal-'))
  closers.push(() => rmSync(where, { recursive: true, force: true }))
  writeFileSync(join(where, 'feed.xml'), rss(items))
  const { config } = configure(where, agenciesOf([pathToFileURL(join(where, 'feed.xml')).href]))
  const { child, stderr } = start(['run', '--config', config])
  closers.push(() => child.kill('SIGKILL'))
  const address = (): string | undefined => /"address":"([^"]+)"/.exec(stderr())?.[1]
  await eventually('the daemon has started', () => address() !== undefined)
  running = { address: address() ?? '', pid: child.pid ?? 0 }
  await eventually('the first round is over', async () => (await get('/readyz')).status === 200)
  expect(await (await fetch(`${running.address}/metrics`)).text()).toContain(`minwal_reports ${ENTRIES}`)
})
afterAll(() => {
  for (const closer of closers.reverse()) closer()
})

const port = (): number => Number(new URL(running.address).port)

interface Answer {
  status: number
  retryAfter: string | undefined
}

function get(path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port: port(), path, agent: false }, response => {
        const { statusCode: status = 0, headers } = response
        response.resume().on('end', () => resolve({ status, retryAfter: headers['retry-after'] }))
      })
      .on('error', reject)
  })
}

describe('a daemon that is asked for too much', () => {
  it('holds one answer at a time for a connection that asks for hundreds and reads none, and health still answers', async () => {
    // Once made, the answer is in memory already.
    expect((await get('/feed.json?limit=500')).status).toBe(200)
    const before = residentMB(running.pid)
    const socket = net.connect(port(), '127.0.0.1')
    socket.on('error', () => {})
    socket.pause()
    socket.write('GET /feed.json?limit=500 HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(400))
    let peak = before
    for (let looks = 0; looks < 20; looks++) {
      expect((await get('/healthz')).status).toBe(200)
      peak = Math.max(peak, residentMB(running.pid))
    }
    socket.destroy()
    // Four hundred answers of two megabytes would be eight hundred.
    expect(peak - before).toBeLessThan(200)
  })

  it('answers all requests of one packet, in their order', async () => {
    const socket = net.connect(port(), '127.0.0.1')
    const paths = Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? '/robots.txt' : `/stories/${90_000 + at}`))
    socket.write(paths.map(path => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''))
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    const statuses = (): string[] => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(match => match[1] ?? '')
    await eventually('all are answered', () => statuses().length === paths.length)
    socket.destroy()
    expect(statuses()).toEqual(paths.map(path => (path === '/robots.txt' ? '200' : '404')))
  })

  it('takes letters in an address as they are typed, though a browser would have escaped them', async () => {
    const socket = net.connect(port(), '127.0.0.1')
    socket.write('GET /feed.json?q=ميناء HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    await eventually('it is answered', () => text.includes('\r\n\r\n{') && text.trimEnd().endsWith('}'))
    expect(text).toMatch(/^HTTP\/1\.1 200 /)
    expect(text).toContain(' · “ميناء”')
  })

  it('closes a connection with thousands of requests behind one another, and goes on serving', async () => {
    const socket = net.connect(port(), '127.0.0.1')
    let closed = false
    socket
      .on('error', () => {})
      .on('close', () => {
        closed = true
      })
    socket.pause()
    socket.write('GET /feed.json?limit=500 HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(5_000))
    socket.resume()
    await eventually('the connection is closed', () => closed)
    expect((await get('/')).status).toBe(200)
  })

  it('renders no more than a bounded number of different pages at once; the others are told when to ask again', async () => {
    const asked = Array.from({ length: 200 }, (_, at) => get(`/feed.json?limit=${200 + at}`))
    const answers = await Promise.all(asked)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 503]))
    expect(answers.filter(({ status }) => status === 503).every(({ retryAfter }) => Number(retryAfter) > 0)).toBe(true)
    expect((await get('/feed.json?limit=399')).status).toBe(200)
  })
})
