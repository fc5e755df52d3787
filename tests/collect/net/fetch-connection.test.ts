import assert from 'node:assert'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { createServer as createTlsServer } from 'node:tls'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { makeCertificate } from '../../helpers/certificate.ts'
import { FEED, failure, fetcher, get, request, server, startServer, text, useServer } from '../../helpers/fetching.ts'
import {
  type Behaviour,
  body,
  endlessBody,
  hangUp,
  hugeHeader,
  raw,
  redirect,
  reset,
  silent,
  status,
} from '../../helpers/hostile-server.ts'

useServer()

describe('a fault inside a library', () => {
  it('is told without the words of its assertion', async () => {
    const wrong = new assert.AssertionError({
      message: 'The expression evaluated to a falsy value: assert(!this.paused)',
    })
    const one = fetcher({}, { lookup: (_name, _options, callback) => callback(wrong, []) })
    expect(failure(await one.get(request('http://wire.example/feed')))).toMatchObject({
      kind: 'protocol',
      message: 'request to wire.example failed: it did not answer as HTTP demands',
    })
  })
})

describe('a connection', () => {
  it('that is refused is named', async () => {
    const port = await new Promise<number>(resolve => {
      const probe = createTcpServer().listen(0, '127.0.0.1', () => {
        const address = probe.address()
        probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
      })
    })
    expect(failure(await get(`http://127.0.0.1:${port}/`))).toMatchObject({
      kind: 'connect',
      message: `connection refused by 127.0.0.1:${port}`,
    })
  })

  it('that is reset is named', async () => {
    expect(failure(await get(server.on('/feed', reset)))).toMatchObject({
      kind: 'connect',
      message: `connection reset by 127.0.0.1:${server.port}`,
    })
    expect(server.seen).toHaveLength(1)
  })

  it('that is closed without an answer is named', async () => {
    expect(failure(await get(server.on('/feed', hangUp)))).toMatchObject({
      kind: 'protocol',
      message: `127.0.0.1:${server.port} closed the connection without an answer`,
    })
  })

  it('that was kept alive and is gone when it is used again is made anew', async () => {
    const one = fetcher()
    let asked = 0
    const url = server.on('/feed', (seen, response) => {
      asked++
      if (asked === 2) seen.socket.resetAndDestroy()
      else response.end(FEED)
    })
    expect(text(await one.get(request(url)))).toBe(FEED)
    expect(text(await one.get(request(url)))).toBe(FEED)
    expect([asked, server.accepted()]).toEqual([3, 2])
  })

  it('is kept for the next request, also after 304, a redirect and a short error', async () => {
    const one = fetcher()
    server.on('/feed', body(FEED))
    const unchanged = server.on('/same', status(304))
    for (const url of [`${server.origin}/feed`, server.on('/moved', redirect('/feed')), `${server.origin}/none`]) {
      await one.get(request(url))
      // As between two polls: a connection is given back one turn of the loop after its last answer.
      await turn()
    }
    await one.get(request(unchanged, { validators: { etag: '"a"', lastModified: null } }))
    await turn()
    await one.get(request(`${server.origin}/feed`))
    expect([server.seen.length, server.accepted()]).toEqual([6, 1])
  })

  it('that is never made is given up after the connect timeout', async () => {
    const one = fetcher({ connectTimeout: 200 }, { lookup: () => {} })
    expect(failure(await one.get(request('http://slow.example/')))).toMatchObject({
      kind: 'timeout',
      message: 'no connection to slow.example within 0.2 s (poll.connectTimeout)',
    })
  })

  it('cannot be made to a name that does not exist', async () => {
    expect(failure(await get('http://nonexistent.invalid/feed', { allowPrivate: false }))).toMatchObject({
      kind: 'dns',
      message: expect.stringMatching(/^name does not resolve: nonexistent\.invalid \((?:ENOTFOUND|EAI_AGAIN)\)$/),
    })
  })

  it('that speaks no HTTP is named', async () => {
    expect(failure(await get(server.on('/feed', raw('220 ftp.example.org ready\r\n'))))).toMatchObject({
      kind: 'protocol',
      message: `answer of 127.0.0.1:${server.port} is not valid HTTP: it does not begin with HTTP/`,
    })
    expect(
      failure(await get(server.on('/up', raw('HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n')))),
    ).toMatchObject({ kind: 'protocol' })
  })

  const ok = 'HTTP/1.1 200 OK\r\n'
  it.each([
    ['HTTP/1.1 2x0 OK\r\n\r\n', 'its status is no number of three digits'],
    ['HTTP/9.9 200 OK\r\n\r\n', 'its version is unknown'],
    [`${ok}Content-Length: a\r\n\r\n`, 'its length is stated wrongly'],
    [`${ok}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, 'its length is stated wrongly'],
    [`${ok}a b: c\r\n\r\n`, 'a header is malformed'],
    [`${ok}a: b\rc: d\n\n`, 'a line does not end as it must'],
  ])('whose answer breaks the rules of HTTP is told in our words: %j', async (bytes, why) => {
    const url = server.on(
      '/feed',
      raw(bytes, socket => socket.end()),
    )
    expect(failure(await get(url)).message).toMatch(
      new RegExp(`^(?:answer of 127\\.0\\.0\\.1:${server.port}|body) is not valid HTTP(?: after 0 bytes)?: ${why}$`),
    )
  })

  it('with a header of 1 MB is cut at 64 KB', async () => {
    expect(failure(await get(server.on('/feed', hugeHeader(1_048_576))))).toMatchObject({
      kind: 'size',
      message: `headers from 127.0.0.1:${server.port} are larger than 64 KB`,
    })
  })
})

describe('TLS', () => {
  it('carries HTTP/1.1 to a server whose certificate is trusted, also to one that prefers HTTP/2', async () => {
    const tls = makeCertificate()
    for (const http2 of [false, true]) {
      const secure = await startServer({ tls, http2 })
      const url = secure.on('/feed', body(gzipSync(FEED), { 'content-encoding': 'gzip', etag: '"a"' }))
      const one = fetcher({}, { ca: tls.cert })
      const result = await one.get(request(url))
      expect(text(result)).toBe(FEED)
      expect(result).toMatchObject({ url, validators: { etag: '"a"' } })
      expect(Object.keys(secure.seen[0]?.headers ?? {})).not.toContain(':authority')
    }
  })

  it('with a server that speaks HTTP/2 only says so, and is not held up by what it floods', async () => {
    const tls = makeCertificate()
    const one = fetcher({}, { ca: tls.cert })
    const settings = Buffer.from('000000040000000000', 'hex')
    const flood = Buffer.concat(Array.from({ length: 7_000 }, () => settings))
    const listening = createTlsServer({ ...tls, ALPNProtocols: ['h2'] }, socket => {
      socket.on('error', () => {})
      socket.on('drain', () => socket.write(flood))
      socket.write(flood)
    })
    listening.on('tlsClientError', () => {})
    await new Promise<void>(resolve => listening.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void listening.close())
    const { port } = listening.address() as AddressInfo
    expect(failure(await one.get(request(`https://localhost:${port}/feed`)))).toMatchObject({
      kind: 'tls',
      message: `TLS handshake with localhost:${port} failed: it does not speak HTTP/1.1`,
    })
  })

  it('meets the same hostility with the same words', async () => {
    const tls = makeCertificate()
    const secure = await startServer({ tls })
    const one = fetcher({ totalTimeout: 1000, responseTimeout: 300, maxWireBytes: 300_000 }, { ca: tls.cert })
    const fails = async (path: string, behaviour: Behaviour) =>
      failure(await one.get(request(secure.on(path, behaviour))))
    expect(await fails('/silent', silent)).toMatchObject({ kind: 'timeout' })
    expect(await fails('/endless', endlessBody())).toMatchObject({ kind: 'size' })
    expect(await fails('/gone', status(410))).toMatchObject({ kind: 'gone' })
    const cut: Behaviour = (_asked, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('<rss>', 'utf8', () => response.destroy())
    }
    expect(await fails('/cut', cut)).toMatchObject({
      kind: 'protocol',
      message: expect.stringMatching(/^connection (?:closed|reset) after [05] of 100 bytes$/),
    })
    expect(text(await one.get(request(secure.on('/feed', body(FEED)))))).toBe(FEED)
  })

  it.each([
    ['self-signed', {}, 'it is self-signed'],
    ['expired', { from: new Date('2023-01-02'), to: new Date('2024-01-02') }, 'it expired on 2024-01-02'],
    ['early', { from: new Date('2099-05-06'), to: new Date('2100-01-01') }, 'it becomes valid on 2099-05-06'],
    ['of another host', { names: ['a.example', 'b.example'] }, 'it is for a.example, b.example'],
  ])('with a certificate that is %s says so', async (name, wish, why) => {
    const tls = makeCertificate(wish)
    const secure = await startServer({ tls })
    const one = fetcher({}, name === 'self-signed' ? {} : { ca: tls.cert })
    for (const attempt of [1, 2]) {
      const failed = failure(await one.get(request(secure.on('/feed', body(FEED)))))
      expect(failed, `attempt ${attempt}`).toMatchObject({
        kind: 'tls',
        message: `certificate of ${secure.origin} is not valid: ${why}`,
      })
    }
    expect(secure.seen).toEqual([])
  })

  it('with a port that speaks none says so', async () => {
    expect(failure(await get(`https://127.0.0.1:${server.port}/`))).toMatchObject({
      kind: 'tls',
      message: `TLS handshake with 127.0.0.1:${server.port} failed: the port does not speak TLS`,
    })
  })

  it('that breaks off in the handshake says so', async () => {
    const rude = createTcpServer(socket => socket.on('data', () => socket.end()))
    await new Promise<void>(resolve => rude.listen(0, '127.0.0.1', resolve))
    const address = rude.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    expect(failure(await get(`https://127.0.0.1:${port}/`))).toMatchObject({
      kind: 'tls',
      message: expect.stringContaining('TLS handshake'),
    })
    await new Promise(resolve => rude.close(resolve))
  })
})
