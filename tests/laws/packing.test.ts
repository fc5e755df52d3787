// However a server packs a document and whatever it names, the document comes out; and what was never packed stays as it is.
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unpack } from '../../src/collect/net/coding.ts'

const packers = {
  gzip: gzipSync,
  zlib: (bytes: Buffer) => deflateSync(bytes),
  zstd: (bytes: Buffer) => zstdCompressSync(bytes),
}
const unmarked = { deflate: (bytes: Buffer) => deflateRawSync(bytes), br: (bytes: Buffer) => brotliCompressSync(bytes) }

const document = fc
  .tuple(
    fc.constantFrom('', '\ufeff', '\n', ' \r\n\t'),
    fc.constantFrom('<?xml version="1.0"?><rss>', '<feed xmlns="x">', '{"version":"1.1","title":"', '<!-- -->\n<rss>'),
    fc.string({ unit: 'grapheme', maxLength: 200 }),
  )
  .map(([before, start, rest]) => Buffer.from(before + start + rest.replace(/[\u0000-\u001f]/g, ''), 'utf8'))
const names = fc.array(fc.constantFrom('gzip', 'deflate', 'br', 'zstd', 'x-gzip', 'compress', 'x'), { maxLength: 2 })
const never = new AbortController().signal
const undo = (named: readonly string[], body: Buffer) => unpack(named, body, { maxBodyBytes: 1_000_000 }, never)

describe('a document', () => {
  it('that was not packed stays as it is, whatever is named', async () => {
    await fc.assert(
      fc.asyncProperty(document, names, async (bytes, named) => {
        expect((await undo(named, bytes)).equals(bytes)).toBe(true)
      }),
    )
  })

  it('that was packed up to three times in what bears a mark comes out, whatever is named', async () => {
    const layers = fc.array(fc.constantFrom('gzip', 'zlib', 'zstd'), { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(document, layers, names, async (bytes, packed, named) => {
        const body = packed.reduce((inner, layer) => packers[layer as keyof typeof packers](inner), bytes)
        expect((await undo(named, body)).equals(bytes)).toBe(true)
      }),
    )
  })

  it('that was packed in what bears no mark comes out, whatever is named', async () => {
    await fc.assert(
      fc.asyncProperty(document, fc.constantFrom('deflate', 'br'), names, async (bytes, layer, named) => {
        const known = named.filter(name => name !== 'x' && name !== 'compress')
        expect((await undo(known, unmarked[layer as keyof typeof unmarked](bytes))).equals(bytes)).toBe(true)
      }),
      // Its brotli begins with what is also a whole raw deflate stream of one byte.
      { examples: [[Buffer.from('<!-- -->\n<rss>'), 'br', ['deflate']]] },
    )
  })
})
