// `minwal page`: what would be taken from the page of a report, from a file and over HTTP.
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { minwal } from '../helpers/cli.ts'
import { folder } from '../helpers/folder.ts'

const TITLE = 'Ferry crews vote to end their strike after nine days'
const LINE =
  'Crews of the three ferry lines voted by a wide margin on Friday to take the offer of their employers and sail again.'
const PAGE = `<html lang="en"><head><title>${TITLE}</title><meta property="article:published_time" content="2026-03-06T09:15:00Z"></head>
  <body><article><h1>${TITLE}</h1><p>${LINE}</p></article></body></html>`

const server = createServer((request, response) => {
  if (request.url === '/old') response.writeHead(302, { location: '/login' }).end()
  else if (request.url === '/blocked') response.writeHead(403).end('no')
  else if (request.url === '/unwanted') response.writeHead(200, { 'x-robots-tag': 'minwal: noindex' }).end(PAGE)
  else if (request.url === '/unshown') response.writeHead(200, { 'x-robots-tag': 'noarchive' }).end(PAGE)
  else response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE)
})
let origin = ''

beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise(resolve => server.close(resolve)))

describe('minwal page', () => {
  it('prints what a file says, as JSON with names that stay', async () => {
    const file = join(folder({ 'page.html': PAGE }), 'page.html')
    const { stdout, code } = await minwal(['page', file, '--title', TITLE, '--url', 'https://wire.example/1', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      verdict: 'article',
      title: TITLE,
      published: '2026-03-06T09:15:00Z',
      modified: null,
      language: 'en',
      publisher: null,
      canonical: null,
      free: null,
      text: LINE,
      because: 'its headline is the report’s',
    })
  })

  it('says in words why nothing is taken, by the address and status that are told', async () => {
    const file = join(folder(), 'page.html.gz')
    writeFileSync(file, gzipSync(PAGE))
    const at = ['page', file, '--url', 'https://wire.example/1']
    expect((await minwal([...at, '--title', 'Minister of roads resigns'])).stdout).toMatch(
      /^other: its headline is another/,
    )
    expect((await minwal([...at, '--final-url', 'https://wire.example/login'])).stdout).toMatch(/^login: it leads to/)
    expect((await minwal([...at, '--status', '404'])).stdout).toMatch(/^not-found: the server answers 404/)
    const json = JSON.parse((await minwal([...at, '--status', '403', '--json'])).stdout) as Record<string, unknown>
    expect(json).toMatchObject({ verdict: 'blocked', text: null })
  })

  it('fetches an address, and says where it led', async () => {
    const ask = (path: string) =>
      minwal(['page', `${origin}${path}`, '--title', TITLE, '--allow-private'], { cwd: folder() })
    expect((await ask('/1')).stdout).toContain(LINE)
    expect((await ask('/old')).stdout).toMatch(/^login: it leads to http:\/\/127\.0\.0\.1:\d+\/login/)
    expect((await ask('/blocked')).stdout).toMatch(/^blocked: the server answers 403/)
    expect((await ask('/unwanted')).stdout).toMatch(/^noindex: its X-Robots-Tag says "noindex"/)
    const unshown = (await ask('/unshown')).stdout
    expect(unshown).toContain('not shown to readers: its X-Robots-Tag says "noarchive"')
    expect(unshown).toContain(LINE)
  })

  it('asks no private address that it was not allowed to ask, and says what it cannot read', async () => {
    const refused = await minwal(['page', `${origin}/1`], { cwd: folder() })
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/private|loopback/)
    const absent = await minwal(['page', join(folder(), 'absent.html')])
    expect(absent.code).toBe(1)
    expect(absent.stderr).toContain('cannot read it')
  })
})
