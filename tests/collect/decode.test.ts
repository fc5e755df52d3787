import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeText } from '../../src/collect/decode.ts'

const ARABIC = 'وصل وزير الخارجية إلى العاصمة اليوم في زيارة رسمية تستمر يومين لبحث العلاقات بين البلدين'
const RUSSIAN = 'Сегодня министр иностранных дел прибыл в столицу с официальным визитом на два дня'

/** Bytes of a text in a single-byte charset, by asking the platform's decoder what each byte means. */
function encode(text: string, charset: string): Uint8Array {
  const table = new Map<string, number>()
  for (let byte = 0; byte < 256; byte++) table.set(new TextDecoder(charset).decode(Uint8Array.of(byte)), byte)
  return Uint8Array.from([...text].map(character => table.get(character) ?? 0x3f))
}

const wide = (text: string, order: 'le' | 'be'): Uint8Array => {
  const bytes = Buffer.from(text, 'utf16le')
  return order === 'le' ? bytes : bytes.swap16()
}

const feed = (text: string, declaration = '<?xml version="1.0"?>'): string =>
  `${declaration}<rss><channel><title>${text}</title></channel></rss>`
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('finding the charset', () => {
  it('takes UTF-8 for what it is, with nothing to say', () => {
    expect(decodeText(utf8(feed(ARABIC)), null)).toEqual({ text: feed(ARABIC), charset: 'utf-8', warnings: [] })
  })

  it.each([
    ['the HTTP header', 'text/xml; charset=windows-1256', '<?xml version="1.0"?>'],
    ['the XML declaration', null, '<?xml version="1.0" encoding="windows-1256"?>'],
    ['a name for it that is in no standard', null, '<?xml version="1.0" encoding="cp1256"?>'],
    ['its letters alone', null, '<?xml version="1.0"?>'],
    ['its letters, against a header that says UTF-8', 'text/xml; charset=utf-8', '<?xml version="1.0"?>'],
    ['its letters, against a declaration that says UTF-8', null, '<?xml version="1.0" encoding="utf-8"?>'],
  ])('reads windows-1256 by %s', (_, contentType, declaration) => {
    const decoded = decodeText(encode(feed(ARABIC, declaration), 'windows-1256'), contentType)
    expect(decoded.charset).toBe('windows-1256')
    expect(decoded.text).toContain(ARABIC)
  })

  it('tells ISO-8859-6 from windows-1256 by the letters', () => {
    const decoded = decodeText(encode(feed(ARABIC), 'iso-8859-6'), null)
    expect(decoded.charset).toBe('iso-8859-6')
    expect(decoded.text).toContain(ARABIC)
    expect(decoded.warnings).toEqual(['the document names no charset: read as iso-8859-6, which its bytes look like'])
  })

  it.each(['koi8-r', 'windows-1251'])('tells %s by the letters', charset => {
    expect(decodeText(encode(feed(RUSSIAN), charset), null)).toMatchObject({ charset, text: feed(RUSSIAN) })
  })

  it('takes Western text for windows-1252', () => {
    const text = feed('L’été dernier à Genève, les délégués ont été reçus « à huis clos »')
    expect(decodeText(encode(text, 'windows-1252'), null)).toMatchObject({ charset: 'windows-1252', text })
  })

  it('tells Shift_JIS and GB18030 by the letters', () => {
    // «日本の首相は、東京で» and «中国的总理在北京说，» as bytes.
    const japanese = [
      0x93, 0xfa, 0x96, 0x7b, 0x82, 0xcc, 0x8e, 0xf1, 0x91, 0x8a, 0x82, 0xcd, 0x81, 0x41, 0x93, 0x8c, 0x8b, 0x9e, 0x82,
      0xc5,
    ]
    const chinese = [
      0xd6, 0xd0, 0xb9, 0xfa, 0xb5, 0xc4, 0xd7, 0xdc, 0xc0, 0xed, 0xd4, 0xda, 0xb1, 0xb1, 0xbe, 0xa9, 0xcb, 0xb5, 0xa3,
      0xac,
    ]
    const around = (bytes: number[]): Uint8Array =>
      Uint8Array.from([...utf8('<rss><title>'), ...bytes, ...bytes, ...utf8('</title></rss>')])
    expect(decodeText(around(japanese), null)).toMatchObject({ charset: 'shift_jis' })
    expect(decodeText(around(japanese), null).text).toContain('日本の首相は、東京で')
    expect(decodeText(around(chinese), null)).toMatchObject({ charset: 'gb18030' })
    expect(decodeText(around(chinese), null).text).toContain('中国的总理在北京说，')
  })

  it('believes the bytes, not the declaration, where they are UTF-8', () => {
    const decoded = decodeText(
      utf8(feed(ARABIC, '<?xml version="1.0" encoding="windows-1256"?>')),
      'text/xml; charset=iso-8859-1',
    )
    expect(decoded.text).toContain(ARABIC)
    expect(decoded.warnings).toEqual(['the document says it is windows-1256, but its bytes are UTF-8: read as UTF-8'])
  })

  it.each(['le', 'be'] as const)('reads UTF-16%s with a byte order mark and without', order => {
    const charset = `utf-16${order}`
    expect(decodeText(wide(`\ufeff${feed(ARABIC)}`, order), null)).toMatchObject({ charset, text: feed(ARABIC) })
    expect(decodeText(wide(feed(ARABIC), order), null)).toMatchObject({ charset, text: feed(ARABIC) })
  })

  it('lets the byte order mark win over every declaration', () => {
    const text = feed(ARABIC, '<?xml version="1.0" encoding="iso-8859-1"?>')
    expect(decodeText(utf8(`\ufeff${text}`), 'text/xml; charset=koi8-r')).toEqual({
      text,
      charset: 'utf-8',
      warnings: [],
    })
  })

  it('keeps a UTF-8 document with one broken byte, and says so', () => {
    const bytes = utf8(feed(ARABIC))
    bytes[60] = 0xff
    const decoded = decodeText(bytes, null)
    expect(decoded.charset).toBe('utf-8')
    expect(decoded.text).toContain('العاصمة اليوم')
    expect(decoded.warnings[0]).toContain('not UTF-8')
  })
})

describe('characters that do not belong in text', () => {
  it('removes NUL and control characters', () => {
    expect(decodeText(utf8('a\u0000b\u0008c\u001fd\te\n\ufffff'), null).text).toBe('abcd\te\nf')
  })

  it('takes C1 controls for the windows-1252 characters they were meant to be', () => {
    expect(decodeText(utf8('don\u0092t \u0096 \u0080 5\u0081'), null).text).toBe('don’t – € 5')
  })

  it('never fails, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.option(fc.string()), (bytes, contentType) => {
        const { text } = decodeText(bytes, contentType)
        expect(text).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/)
      }),
    )
  })
})
