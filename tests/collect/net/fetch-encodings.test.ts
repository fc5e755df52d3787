import {
  brotliCompressSync,
  brotliDecompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { costAtOnce, watchLoop } from '../../helpers/event-loop.ts'
import { FEED, failure, fetcher, get, request, server, text, useServer } from '../../helpers/fetching.ts'
import { body } from '../../helpers/hostile-server.ts'

useServer()

describe('encodings', () => {
  const plain = Buffer.from(FEED)

  it.each([
    ['gzip', gzipSync(plain)],
    ['x-gzip', gzipSync(plain)],
    ['deflate', deflateSync(plain)],
    ['deflate', deflateRawSync(plain)],
    ['br', brotliCompressSync(plain)],
    ['zstd', zstdCompressSync(plain)],
    ['gzip, br', brotliCompressSync(gzipSync(plain))],
    ['identity', plain],
    ['UTF-8', plain],
    ['', plain],
    ['GZIP', gzipSync(plain)],
  ])('%s is undone (case %#)', async (encoding, bytes) => {
    const result = await get(server.on('/feed', body(bytes, { 'content-encoding': encoding })))
    expect(text(result)).toBe(FEED)
    expect(result).toMatchObject({ wireBytes: bytes.length })
  })

  it('joins concatenated gzip members and zstd frames', async () => {
    const twice = Buffer.concat([gzipSync('<rss>', { level: 9 }), gzipSync('</rss>')])
    expect(text(await get(server.on('/gzip', body(twice, { 'content-encoding': 'gzip' }))))).toBe('<rss></rss>')
    const frames = Buffer.concat([zstdCompressSync('<rss>'), zstdCompressSync('</rss>')])
    expect(text(await get(server.on('/zstd', body(frames, { 'content-encoding': 'zstd' }))))).toBe('<rss></rss>')
  })

  it('reads a gzip header with name, comment, extra field and checksum', async () => {
    const member = gzipSync(plain)
    const header = Buffer.from('1f8b081e0000000000030300414243' + '66656564002d2d00' + 'abcd', 'hex')
    const url = server.on('/feed', body(Buffer.concat([header, member.subarray(10)]), { 'content-encoding': 'gzip' }))
    expect(text(await get(url))).toBe(FEED)
  })

  it.each(['\n', '\0\0\0\0', '<!-- served in 0.1 s -->', '\x1f'])(
    'tolerates %j after a complete gzip member',
    async garbage => {
      const bytes = Buffer.concat([gzipSync(plain), Buffer.from(garbage)])
      expect(text(await get(server.on('/feed', body(bytes, { 'content-encoding': 'gzip' }))))).toBe(FEED)
    },
  )

  it('reads a body that is called gzip but is not', async () => {
    expect(text(await get(server.on('/feed', body(plain, { 'content-encoding': 'gzip' }))))).toBe(FEED)
    const url = server.on('/twice', body(gzipSync(plain), { 'content-encoding': 'gzip, gzip' }))
    expect(text(await get(url))).toBe(FEED)
  })

  it.each([
    ['gzip', gzipSync(plain)],
    ['deflate', deflateSync(plain)],
    ['br', brotliCompressSync(plain)],
    ['zstd', zstdCompressSync(plain)],
  ])('reports a %s body that is cut off, wherever the cut is', async (encoding, bytes) => {
    const one = fetcher()
    for (let cut = encoding === 'gzip' ? 2 : 4; cut < bytes.length; cut++) {
      const url = server.on('/feed', body(bytes.subarray(0, cut), { 'content-encoding': encoding }))
      const failed = failure(await one.get(request(url)))
      expect(failed, `cut at ${cut}`).toMatchObject({ kind: 'encoding', message: expect.stringContaining(encoding) })
    }
  })

  it('reports a gzip body whose checksum is wrong', async () => {
    const bytes = gzipSync(plain)
    bytes.writeUInt32LE(1, bytes.length - 8)
    const failed = failure(await get(server.on('/feed', body(bytes, { 'content-encoding': 'gzip' }))))
    expect(failed).toEqual({
      kind: 'encoding',
      message: 'body is cut off or damaged: gzip says incorrect data check',
      status: null,
      retryAt: null,
    })
  })

  it('undoes two encodings and no more', async () => {
    const thrice = { 'content-encoding': 'gzip, gzip, gzip' }
    const bytes = gzipSync(gzipSync(gzipSync(plain)))
    const failed = failure(await get(server.on('/feed', body(bytes, thrice))))
    expect(failed.message).toBe('body is encoded 3 times; 2 is the most Minwal undoes')
    expect(failed.kind).toBe('encoding')
  })

  it.each(['compress', 'constructor', '__proto__', `x${'y'.repeat(3000)}`])(
    'refuses an encoding it does not know: %.20s',
    async encoding => {
      const packed = Buffer.from('1f9d90010203040506070800ff', 'hex')
      const failed = failure(await get(server.on('/feed', body(packed, { 'content-encoding': encoding }))))
      // Its name is not told: the server is at a private address, of whose answers nothing is.
      expect(failed).toMatchObject({ kind: 'encoding', message: 'body has an encoding nobody asked for' })
      expect(failed.message.length).toBeLessThan(120)
    },
  )

  const zeros = Buffer.alloc(64 * 1_048_576)
  /** 10 MB, the limit, leave zlib in 160 pieces; work in one piece leaves the loop three turns. */
  const ENOUGH_TURNS = 100

  it.each([
    ['gzip', gzipSync(zeros), gunzipSync],
    ['br', brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }), brotliDecompressSync],
    ['zstd', zstdCompressSync(zeros), zstdDecompressSync],
    ['deflate, gzip', gzipSync(deflateSync(zeros)), (bomb: Buffer) => inflateSync(gunzipSync(bomb))],
  ])('stops a %s bomb at the limit, without blocking the event loop', async (encoding, bomb, explode) => {
    const url = server.on('/bomb', body(bomb, { 'content-encoding': encoding }))
    const { result, turns, longest } = await watchLoop(() => get(url))
    expect(failure(result)).toMatchObject({ kind: 'size', message: 'body is larger than 10 MB (poll.maxBodyBytes)' })
    expect(turns).toBeGreaterThan(ENOUGH_TURNS)
    expect(longest).toBeLessThan(costAtOnce(() => explode(bomb)))
  })

  it('reads a body just inside the limit while the event loop goes on', async () => {
    const large = Buffer.alloc(10 * 1_048_576, '<a/>')
    const url = server.on('/large', body(gzipSync(large), { 'content-encoding': 'gzip' }))
    const { result, turns } = await watchLoop(() => get(url))
    expect(result).toMatchObject({ kind: 'body' })
    expect(result.kind === 'body' && large.equals(result.body)).toBe(true)
    expect(turns).toBeGreaterThan(ENOUGH_TURNS)
  })

  it('gives up a body of more than a thousand gzip members', async () => {
    const empty = Buffer.concat(Array.from({ length: 5000 }, () => gzipSync('')))
    const failed = failure(await get(server.on('/feed', body(empty, { 'content-encoding': 'gzip' }))))
    expect(failed).toMatchObject({ kind: 'encoding', message: expect.stringContaining('more than 1000 parts') })
  })

  it('refuses a zstd window of more than 8 MB', async () => {
    const frame = Buffer.from('28b52ffd00' + 'a8' + '010000', 'hex')
    const failed = failure(await get(server.on('/feed', body(frame, { 'content-encoding': 'zstd' }))))
    expect(failed).toMatchObject({ kind: 'encoding', message: expect.stringContaining('too much memory') })
  })

  const atom = '<feed xmlns="http://www.w3.org/2005/Atom"><title>نشرة</title></feed>'
  const json = '{"version":"https://jsonfeed.org/version/1.1","title":"نشرة","items":[]}'
  const wide = (text: string, mark: string): Buffer => Buffer.from(mark + text, 'utf16le')
  it.each(
    ['gzip', 'deflate', 'br', 'zstd', 'gzip, br', 'brotli', 'compress', 'windows-1256', 'text/xml'].flatMap(
      encoding => [
        [encoding, 'XML', plain] as const,
        [encoding, 'JSON', Buffer.from(json)] as const,
        [encoding, 'XML after blank lines', Buffer.from(`\r\n\t ${atom}`)] as const,
        [encoding, 'XML after a byte order mark', Buffer.from(`\ufeff${atom}`)] as const,
        [encoding, 'UTF-16', wide(atom, '\ufeff')] as const,
        [encoding, 'UTF-16 without a mark', wide(atom, '')] as const,
        [
          encoding,
          'XML after a notice',
          Buffer.from(`Warning: cannot modify header in x.php on line 3 ${atom}`),
        ] as const,
      ],
    ),
  )('%s that was named and not applied leaves the body as it is: %s', async (encoding, _what, bytes) => {
    const result = await get(server.on('/feed', body(bytes, { 'content-encoding': encoding })))
    expect(result).toMatchObject({ kind: 'body' })
    expect(result.kind === 'body' && bytes.equals(result.body)).toBe(true)
  })

  it.each([
    ['gzip', gzipSync(plain)],
    ['gzip after a byte order mark and a blank line', Buffer.concat([Buffer.from('\ufeff\n'), gzipSync(plain)])],
    ['zlib', deflateSync(plain)],
    ['fast zlib', deflateSync(plain, { level: 1 })],
    ['bare deflate', deflateRawSync(plain)],
    ['brotli', brotliCompressSync(plain)],
    ['zstd', zstdCompressSync(plain)],
    ['gzip in gzip', gzipSync(gzipSync(plain))],
    ['gzip in gzip in gzip', gzipSync(gzipSync(gzipSync(plain)))],
    ['gzip in zlib', deflateSync(gzipSync(plain))],
  ])('%s that no header names is undone, whatever the type', async (_what, bytes) => {
    for (const type of ['application/rss+xml', 'application/gzip', 'application/octet-stream']) {
      const url = server.on('/feed.xml.gz', body(bytes, { 'content-type': type }))
      expect(text(await get(url))).toBe(FEED)
    }
  })

  it.each([
    ['gzip', gzipSync(gzipSync(plain))],
    ['gzip', brotliCompressSync(plain)],
    ['gzip', deflateRawSync(plain)],
    ['br', gzipSync(plain)],
    ['br', zstdCompressSync(plain)],
    ['deflate', gzipSync(plain)],
    ['zstd', deflateSync(plain)],
    ['br', gzipSync(brotliCompressSync(plain))],
    ['gzip, gzip', gzipSync(gzipSync(gzipSync(plain)))],
    ['x-custom', gzipSync(plain)],
  ])('%s that is named for another packing does not hide the feed (case %#)', async (encoding, bytes) => {
    expect(text(await get(server.on('/feed', body(bytes, { 'content-encoding': encoding }))))).toBe(FEED)
  })

  it('undoes three layers and no more', async () => {
    const four = gzipSync(gzipSync(gzipSync(gzipSync(plain))))
    const result = await get(server.on('/feed', body(four)))
    expect(result.kind === 'body' && result.body[0]).toBe(0x1f)
  })

  it.each([
    ['gzip', gzipSync(zeros)],
    ['zlib', deflateSync(zeros)],
    ['zstd', zstdCompressSync(zeros)],
    ['gzip in gzip', gzipSync(gzipSync(zeros))],
  ])('stops a bomb of %s that no header names at the limit', async (_what, bomb) => {
    expect(failure(await get(server.on('/bomb', body(bomb))))).toMatchObject({
      kind: 'size',
      message: 'body is larger than 10 MB (poll.maxBodyBytes)',
    })
  })

  it('reports a body that is cut off, though no header names its packing', async () => {
    for (const bytes of [gzipSync(plain), zstdCompressSync(plain)]) {
      const failed = failure(await get(server.on('/feed', body(bytes.subarray(0, 40)))))
      expect(failed).toMatchObject({ kind: 'encoding', message: expect.stringContaining('cut off or damaged') })
    }
  })

  it.each([
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')],
    ['an archive', Buffer.from('504b0304140000000800', 'hex')],
    ['words', Buffer.from('HK, x^ and other words that zlib could begin with <b>')],
  ])('gives %s on as it is', async (_what, bytes) => {
    const result = await get(server.on('/feed', body(bytes)))
    expect(result.kind === 'body' && bytes.equals(result.body)).toBe(true)
  })
})
