import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeText } from '../../../src/collect/feed/decode.ts'

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

const bytesOf = (...pieces: (string | number[] | Uint8Array)[]): Uint8Array =>
  Buffer.concat(pieces.map(piece => (typeof piece === 'string' ? Buffer.from(piece) : Uint8Array.from(piece))))
const titled = (language: string, declaration: string): string =>
  `<?xml version="1.0"${declaration}?><rss><channel><language>${language}</language><title>`

describe('a document of two charsets', () => {
  it('keeps its UTF-8 and reads the other runs as what they are, with a warning', () => {
    const other = 'أعلنت الوزارة عن افتتاح الجسر الجديد صباح اليوم'
    const decoded = decodeText(
      bytesOf(`<rss><title>${ARABIC}</title><description>`, encode(other, 'windows-1256'), '</description></rss>'),
      null,
    )
    expect(decoded.text).toBe(`<rss><title>${ARABIC}</title><description>${other}</description></rss>`)
    expect(decoded.charset).toBe('utf-8')
    expect(decoded.warnings).toEqual([expect.stringMatching(/^\d+ bytes are not UTF-8 .+: read as windows-1256$/)])
  })

  it('keeps one UTF-8 title among texts that are not', () => {
    const texts = RUSSIAN.repeat(20)
    const decoded = decodeText(
      bytesOf(
        '<rss><title>Ещё одна новость</title><description>',
        encode(texts, 'windows-1251'),
        '</description></rss>',
      ),
      'text/xml; charset=windows-1251',
    )
    expect(decoded.text).toBe(`<rss><title>Ещё одна новость</title><description>${texts}</description></rss>`)
    expect(decoded.warnings).toEqual([expect.stringContaining('UTF-8 and windows-1251')])
  })

  it.each([
    ['en', 'The clerk’s “short” note'],
    ['ar', 'قال المتحدث في بيان قصير'],
    ['ru', 'Короткая заметка о погоде'],
    ['zh', '记者从北京报道'],
    ['el', 'Σύντομο σημείωμα για τον καιρό'],
  ])('reads stray quotation marks in a short %s text as such, and the text as it is', (language, text) => {
    const decoded = decodeText(
      bytesOf(
        titled(language, ' encoding="utf-8"'),
        `${text} `,
        [0x93],
        'x',
        [0x94],
        ` ${text}</title></channel></rss>`,
      ),
      null,
    )
    expect(decoded.text).toContain(`${text} “x” ${text}`)
    expect(decoded.warnings).toEqual([expect.stringMatching(/^2 bytes are not UTF-8/)])
  })

  it('takes what is UTF-8 by chance for what its surroundings are', () => {
    const arabic = `${ARABIC} في سنة، ثم في مدينة، ${ARABIC}`
    const greeting = '»Spaß«, “CAFÉ” и '
    expect(decodeText(encode(feed(arabic), 'windows-1256'), null).text).toBe(feed(arabic))
    expect(decodeText(encode(feed(`${RUSSIAN} её её ${RUSSIAN}`), 'koi8-r'), null).text).toContain(' её её ')
    const western = feed(
      `Größe und Maß: ${greeting.slice(0, -2)} über alles`,
      '<?xml version="1.0" encoding="iso-8859-1"?>',
    )
    expect(decodeText(encode(western, 'windows-1252'), null).text).toBe(western)
  })

  it('marks a character that is cut through, and no more', () => {
    const cut = Buffer.from('وزارة الخارجية').subarray(0, -1)
    const decoded = decodeText(bytesOf(`<rss><title>${ARABIC}</title><p>`, cut, '…</p></rss>'), null)
    expect(decoded.text).toContain('<p>وزارة الخارجي\ufffd…</p>')
    expect(decoded.warnings).toEqual(['1 byte is not UTF-8 and could not be read'])
  })

  it('reads a JSON Feed the same way', () => {
    const decoded = decodeText(
      bytesOf(`{"title":"${ARABIC}","content_text":"`, encode('خبر عاجل من العاصمة', 'windows-1256'), '"}'),
      'application/feed+json',
    )
    expect(JSON.parse(decoded.text)).toEqual({ title: ARABIC, content_text: 'خبر عاجل من العاصمة' })
  })

  it('loses nothing of UTF-8, whatever stands between', () => {
    const piece = fc.oneof(
      fc
        .constantFrom('وزير', 'слово', 'naïve', 'mot', '’', '中文字', 'κόσμος')
        .map(text => ({ text, bytes: Buffer.from(text) })),
      fc.constant({ text: '“', bytes: Buffer.from([0x93]) }),
    )
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 30 }), pieces => {
        const text = decodeText(
          Buffer.concat(pieces.map(({ bytes }) => Buffer.concat([bytes, Buffer.from(' ')]))),
          null,
        ).text
        for (const word of ['وزير', 'слово', 'κόσμος', '中文字']) {
          const count = (all: string): number => all.split(word).length
          if (pieces.filter(({ text }) => text === '“').length * 2 <= pieces.length)
            expect(count(text)).toBe(count(pieces.map(({ text }) => text).join(' ')))
        }
      }),
    )
  })
})

describe('a declaration that is wrong', () => {
  const greek = 'Ο υπουργός Εξωτερικών έφτασε στην πρωτεύουσα για επίσημη επίσκεψη δύο ημερών'
  const hebrew = 'שר החוץ הגיע לבירה לביקור רשמי בן יומיים'
  const turkish = 'Dışişleri bakanı iki günlük resmî ziyaret için başkente geldi, görüşmeler yarın başlıyor'
  const polish = 'Minister spraw zagranicznych przybył do stolicy z dwudniową wizytą, żeby omówić współpracę'
  it.each([
    ['ar', ARABIC, 'windows-1256', 'iso-8859-1'],
    ['fa', 'وزير امور خارجه امروز براي ديدار رسمي وارد پايتخت شد', 'windows-1256', 'iso-8859-1'],
    ['ru', RUSSIAN, 'windows-1251', 'iso-8859-1'],
    ['ru', RUSSIAN, 'koi8-r', 'windows-1252'],
    ['el', greek, 'windows-1253', 'iso-8859-1'],
    ['he', hebrew, 'windows-1255', 'iso-8859-1'],
    ['tr', turkish, 'windows-1254', 'iso-8859-1'],
    ['pl', polish, 'windows-1250', 'iso-8859-1'],
    ['ar', ARABIC, 'windows-1256', 'windows-1251'],
    ['ru', RUSSIAN, 'windows-1251', 'windows-1256'],
    ['en-us', ARABIC, 'windows-1256', 'iso-8859-1'],
    ['ar', ARABIC, 'windows-1256', 'utf-16'],
  ])('is seen through: %s «%.12s…» in %s that says it is %s', (language, text, charset, declared) => {
    const document = `${titled(language, ` encoding="${declared}"`)}${text}</title></channel></rss>`
    const decoded = decodeText(encode(document, charset), null)
    expect(decoded.text).toBe(document)
    expect(decoded.warnings).toEqual([
      `the document says it is ${declared}, but its bytes are not: read as ${charset}, which they look like`,
    ])
  })

  it('is believed where it is right, with nothing to say', () => {
    for (const [text, charset] of [
      [turkish, 'windows-1254'],
      [polish, 'iso-8859-2'],
      [greek, 'iso-8859-7'],
      ['À l’école, « ça ira » : déjà vu', 'iso-8859-1'],
    ] as const) {
      const document = feed(text, `<?xml version="1.0" encoding="${charset}"?>`)
      expect(decodeText(encode(document, charset), null)).toMatchObject({ text: document, warnings: [] })
    }
  })

  it('is passed over where a mark of UTF-16 stands before eight-bit text, with a warning', () => {
    for (const mark of [
      [0xff, 0xfe],
      [0xfe, 0xff],
    ]) {
      const decoded = decodeText(bytesOf(mark, feed(ARABIC)), null)
      expect(decoded.text).toBe(feed(ARABIC))
      expect(decoded.warnings).toEqual([expect.stringContaining('mark of UTF-16')])
    }
    const swapped = decodeText(bytesOf([0xfe, 0xff], Buffer.from(feed(ARABIC), 'utf16le')), null)
    expect(swapped).toMatchObject({ text: feed(ARABIC), charset: 'utf-16le' })
  })
})

describe('UTF-8 that went wrong before', () => {
  it.each(['windows-1252', 'windows-1256', 'windows-1251'])(
    'is mended where it was taken for %s and encoded again',
    charset => {
      const table = new TextDecoder(charset)
      const twice = [...utf8(feed(RUSSIAN.slice(0, 40)))].map(byte => table.decode(Uint8Array.of(byte))).join('')
      const decoded = decodeText(utf8(twice), null)
      expect(decoded.text).toBe(feed(RUSSIAN.slice(0, 40)))
      expect(decoded.warnings).toEqual([expect.stringContaining('encoded twice')])
    },
  )

  it('is left alone where only a word of it looks so', () => {
    const text = feed('Why does é become Ã©? Ã© Ã¨ Ã¼ and «Ø§»')
    expect(decodeText(utf8(text), null)).toMatchObject({ text, warnings: [] })
  })

  it('is read where each half of a surrogate pair was encoded by itself, as Java does', () => {
    const decoded = decodeText(
      bytesOf('<rss><title>', [0xed, 0xa0, 0xbd, 0xed, 0xba, 0xa2], ' ferry</title></rss>'),
      null,
    )
    expect(decoded.text).toBe('<rss><title>🚢 ferry</title></rss>')
    expect(decodeText(bytesOf('<p>', [0xc0, 0x80], '한국어</p>'), null)).toMatchObject({
      text: '<p> 한국어</p>',
      warnings: [],
    })
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
