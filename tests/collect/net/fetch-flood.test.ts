// Servers that send without end what is no document: each must be cut off long before the time for a poll is over.
import { describe, expect, it } from 'vitest'
import { failure, fetcher, get, request, server, text, useServer } from '../../helpers/fetching.ts'
import { type Behaviour, body, raw } from '../../helpers/hostile-server.ts'

useServer()

/** Some bytes, then one piece again and again, as fast as the client takes it. */
function flood(first: string, piece: string): Behaviour {
  const chunk = Buffer.from(piece.repeat(Math.ceil(65_536 / piece.length)))
  return ({ socket }) => {
    const pump = (): void => {
      while (!socket.destroyed && socket.write(chunk)) {
        // Until the socket is full.
      }
    }
    socket.on('drain', pump)
    socket.write(first, pump)
  }
}

const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'

describe('a server that floods', () => {
  it.each([
    ['interim answers', '', 'HTTP/1.1 103 Early Hints\r\n\r\n', /more than 2 MB before its answer began$/],
    ['interim answers with headers', '', 'HTTP/1.1 103 Hint\r\nLink: </a>\r\n\r\n', /more than 2 MB before its answer/],
    ['blank lines', '', '\r\n', /more than 2 MB before its answer began$/],
    ['headers', 'HTTP/1.1 200 OK\r\n', 'a: b\r\n', /^headers from .* are larger than 64 KB$/],
    [
      'cookies',
      'HTTP/1.1 302 Found\r\nLocation: /\r\n',
      'Set-Cookie: a=b\r\n',
      /^headers from .* are larger than 64 KB$/,
    ],
    ['chunks of one byte', chunked, '1\r\nx\r\n', /^body comes in more than 400000 pieces$/],
    ['chunks with zeros before their size', chunked, `${'0'.repeat(30)}1\r\nx\r\n`, /cut off|pieces$/],
    ['chunk extensions', `${chunked}1;`, 'a=b;', /much more than its document needs$/],
  ])('with %s is cut off', async (_what, first, piece, words) => {
    const one = fetcher({ totalTimeout: 60_000, responseTimeout: 60_000 })
    const failed = failure(await one.get(request(server.on('/feed', flood(first, piece)))))
    expect(failed).toMatchObject({ kind: 'size', message: expect.stringMatching(words) })
  })

  it('with trailers or further answers gives what came before, or a failure, at once', async () => {
    const trailers = await get(server.on('/trailers', flood(`${chunked}5\r\n<rss>\r\n0\r\n`, 'a: b\r\n')))
    expect(['body', 'failed']).toContain(trailers.kind)
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<rss>'
    expect(text(await get(server.on('/answers', flood(answer, answer))))).toBe('<rss>')
  })

  it('does not make us cut off a server that sends small chunks, or one answer after the other', async () => {
    const lines = Array.from({ length: 50_000 }, (_, at) => `<!-- ${at} -->\n`)
    const chunks = lines.map(line => `${line.length.toString(16)}\r\n${line}\r\n`)
    const one = fetcher()
    const closing = chunked.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')
    expect(text(await one.get(request(server.on('/small', raw(`${closing}${chunks.join('')}0\r\n\r\n`)))))).toBe(
      lines.join(''),
    )
    const large = Buffer.alloc(4_500_000, '<a/>')
    const url = server.on('/large', body(large))
    for (let round = 0; round < 8; round++) {
      expect(await one.get(request(url))).toMatchObject({ kind: 'body', wireBytes: large.length })
    }
    expect(server.accepted()).toBe(2)
  })
})
