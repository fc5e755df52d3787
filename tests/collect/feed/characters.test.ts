import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanText, MAX_MARKS } from '../../../src/collect/feed/characters.ts'
import { parseFeed } from '../../../src/collect/feed/parse.ts'
import type { ParsedEntry, ParsedFeed } from '../../../src/model/collected.ts'

async function parsed(text: string): Promise<ParsedFeed> {
  const outcome = await parseFeed(text, { url: 'https://wire.example/feed', maxEntries: 100 })
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome.value
}

async function item(content: string): Promise<{ entry: ParsedEntry; warnings: readonly string[] }> {
  const { entries, warnings } = await parsed(`<rss version="2.0"><channel><item>${content}</item></channel></rss>`)
  const [entry] = entries
  if (entry === undefined) throw new Error('no entry')
  return { entry, warnings }
}

async function jsonItem(fields: string): Promise<{ entry: ParsedEntry; warnings: readonly string[] }> {
  const { entries, warnings } = await parsed(`{"version":"https://jsonfeed.org/version/1.1","items":[{${fields}}]}`)
  const [entry] = entries
  if (entry === undefined) throw new Error('no entry')
  return { entry, warnings }
}

const ACTING =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffc\ufffe\uffff]/

describe('an emoji written as two references', () => {
  it.each([
    ['in a title, decimal', '<title>&#55357;&#56628; closed</title>'],
    ['in a title, hexadecimal', '<title>&#xD83D;&#xdd34; closed</title>'],
    ['in a title, one of each', '<title>&#55357;&#xDD34; closed</title>'],
    ['in a title, escaped twice', '<title>&amp;#55357;&amp;#56628; closed</title>'],
    ['in a title, inside CDATA', '<title><![CDATA[&#55357;&#56628; closed]]></title>'],
  ])('is one character %s', async (_, title) => {
    const { entry, warnings } = await item(title)
    expect(entry.title).toBe('🔴 closed')
    expect(warnings).toEqual([])
  })

  it('is one character in texts, attributes, categories and names', async () => {
    const pair = '&#55357;&#56628;'
    const { entry, warnings } = await item(
      `<title>t</title><description><![CDATA[<p>a ${pair} <abbr title="${pair}">b</abbr></p>]]></description>` +
        `<category>${pair} c</category><author>${pair} d</author><guid>e ${pair}</guid>`,
    )
    expect(entry.summary).toBe('<p>a 🔴 <abbr title="🔴">b</abbr></p>')
    expect([entry.categories, entry.authors, entry.id]).toEqual([['🔴 c'], ['🔴 d'], 'e 🔴'])
    expect(warnings).toEqual([])
  })

  it('is left out where one half is missing, with a warning', async () => {
    const xml = await item(
      '<title>a &#55357; b &#56628; c</title><description><![CDATA[<p>d &#xD83D; e</p>]]></description>',
    )
    expect([xml.entry.title, xml.entry.text]).toEqual(['a b c', 'd e'])
    expect(xml.warnings).toEqual(['3 characters were only half written (one of two surrogates): left out'])
    const json = await jsonItem('"id":"1","title":"a \\ud83d b","content_text":"c \\udd34 d \\ud83d\\udd34"')
    expect([json.entry.title, json.entry.text]).toEqual(['a b', 'c d 🔴'])
    expect(json.warnings).toEqual(['2 characters were only half written (one of two surrogates): left out'])
  })
})

describe('control characters', () => {
  it('are in no value of a JSON Feed', async () => {
    const bad = '\\u001b]0;x\\u0007\\u009b31m\\u202e\\u2066\\b\\u0000'
    const feed = await parsed(
      `{"version":"https://jsonfeed.org/version/1.1","title":"T${bad}","language":"en${bad}","home_page_url":"https://x.example/${bad}",
       "items":[{"id":"i${bad}","url":"https://x.example/${bad}1","title":"Title ${bad}words","summary":"S${bad}","content_html":"<p title=\\"${bad}\\">B${bad} &#27;&#7;&#8238; &#0;</p>",
       "authors":[{"name":"N${bad}"}],"tags":["t${bad}"],"attachments":[{"url":"https://x.example/a${bad}","mime_type":"audio/${bad}mpeg"}],"date_published":"x${bad}"}]}`,
    )
    // As written in JSON, where none is escaped but C0's: what is escaped in it would be one.
    expect(JSON.stringify(feed)).not.toMatch(ACTING)
    expect(JSON.stringify(feed)).not.toMatch(/\\u00[01]|\\b|\\f/)
    expect(feed.entries[0]?.title).toContain('words')
  })

  it('are in no value of an Atom feed, written as such or as references', async () => {
    const bad = '\u202e\u2066&#27;[2J&#7;&#155;&#0;\u0007&#x202E;'
    const feed = await parsed(
      `<feed xmlns="http://www.w3.org/2005/Atom"><title>T${bad}</title><link rel="hub" href="https://h.example/${bad}"/>
       <entry><id>i${bad}</id><title>a${bad}b</title><link href="https://x.example/${bad}"/><link rel="enclosure" type="a/${bad}b" href="https://x.example/m${bad}"/>
       <author><name>n${bad}</name></author><category term="c${bad}"/><updated>u${bad}</updated><content type="html"><![CDATA[<p>x${bad}</p>]]></content></entry></feed>`,
    )
    expect(JSON.stringify(feed)).not.toMatch(ACTING)
    expect(JSON.stringify(feed)).not.toMatch(/\\u00[01]|\\b|\\f/)
  })

  it('leave the text that follows them, and a space for a NUL', async () => {
    const { entry } = await jsonItem(
      '"id":"1","title":"Bell\\u0007 and back\\bspace","content_text":"First half\\u0000second half"',
    )
    expect([entry.title, entry.text]).toEqual(['Bell and backspace', 'First half second half'])
  })

  it('are not in the reason why a document is no feed', async () => {
    for (const text of ['\u202eplain \u2066text', '{"items":[\u202e\u0007', '{"a":\u2066x}']) {
      const outcome = await parseFeed(text, { url: null, maxEntries: 10 })
      expect(outcome.ok ? '' : outcome.reason).not.toMatch(ACTING)
    }
  })
})

describe('characters that nobody sees', () => {
  it('stay where writing needs them: joiners of Persian and emoji, direction marks, soft hyphens', () => {
    for (const text of [
      'می\u200cروم',
      '👩\u200d🚒',
      'نص\u200f (BBC)\u200e',
      '\u061c12',
      'Donau\u00addampf',
      '🏴\u{e0067}\u{e0062}\u{e007f}',
      'ครับ\u200bผม',
      '葛\u{e0100}',
    ]) {
      expect(cleanText(text)).toBe(text)
    }
  })

  it('go where they reorder or hide: overrides, annotations, noncharacters, tags without a flag, inner byte order marks', () => {
    expect(
      cleanText('a\u202eb\u202cc\u2067d\u2069e\ufefff\ufff9g\ufffbh\u{1ffff}i\u{e0041}j\ufdd5k\u{e0001}l\u206ea'),
    ).toBe('abcdefghijkla')
  })

  it('never leave a half, a control or an override, whatever the text', () => {
    const unit = fc.oneof(
      fc.integer({ min: 0, max: 0xffff }).map(code => String.fromCharCode(code)),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(
        fc.array(unit).map(units => units.join('')),
        text => {
          const clean = cleanText(text)
          expect(clean.isWellFormed()).toBe(true)
          expect(clean).not.toMatch(ACTING)
          expect(cleanText(clean)).toBe(clean)
        },
      ),
    )
  })
})

describe('combining marks', () => {
  it('stay as languages write them', () => {
    for (const text of ['مُحَمَّدٌ', 'Việt Nam', 'בְּרֵאשִׁ֖ית', 'กี่ปี้', 'བསྒྲུབས', 'é́']) expect(cleanText(text)).toBe(text)
  })

  it('are cut where they have no end, in titles and across markup, with a warning', async () => {
    const marks = '\u0316\u0315'.repeat(500)
    const { entry, warnings } = await item(
      `<title>a${marks}b</title><description>c&lt;i&gt;${marks}&lt;/i&gt;d</description>`,
    )
    expect(entry.title).toBe(`a${marks.slice(0, MAX_MARKS)}b`)
    expect(entry.text).toBe(`c${marks.slice(0, MAX_MARKS)}d`)
    expect(warnings).toEqual([`2 letters bear more than ${MAX_MARKS} combining marks: cut`])
  })
})

describe('names of characters without their semicolon', () => {
  it('are no characters inside addresses and words', async () => {
    const { entry } = await item(
      '<title>R&D, AT&T, Tom&Jerry, &micron, &notit; &copyright</title><link>https://x.example/?a=1&copy=2&lt=3</link><guid isPermaLink="false">g&not=1</guid>' +
        '<description><![CDATA[<a href="https://x.example/?a=1&copy=2&region=3&para=4">m&macron</a>]]></description>',
    )
    expect(entry.title).toBe('R&D, AT&T, Tom&Jerry, &micron, &notit; &copyright')
    expect(entry.url).toBe('https://x.example/?a=1&copy=2&lt=3')
    expect(entry.id).toBe('g&not=1')
    expect(entry.summary).toBe('<a href="https://x.example/?a=1&amp;copy=2&amp;region=3&amp;para=4">m&amp;macron</a>')
  })

  it('are characters where a word ends, as in HTML', async () => {
    const { entry } = await item(
      '<title>&copy 2026 caf&eacute &notin; &hellip;</title><description>5 &lt;b&gt;&amp;pound 3&lt;/b&gt;</description>',
    )
    expect(entry.title).toBe('© 2026 café ∉ …')
    expect(entry.summary).toBe('5 <b>£ 3</b>')
  })
})

describe('numbers in JSON Feed', () => {
  it.each(['1834567890123456789', '1834567890123456790', '-12345678901234567890', '1e3', '1.0', '7', '1E400'])(
    'are ids as the document writes them: %s',
    async written => expect((await jsonItem(`"id":${written},"title":"x"`)).entry.id).toBe(written),
  )

  it('count where they count', async () => {
    const { entry } = await jsonItem('"id":"1","attachments":[{"url":"https://x.example/a","size_in_bytes":1e3}]')
    expect(entry.enclosures[0]?.length).toBe(1000)
  })

  it('give no id where there is neither number nor text', async () => {
    for (const written of ['true', 'null', '{"a":1}', '[1]']) {
      expect((await jsonItem(`"id":${written},"title":"x"`)).entry.id).toBeNull()
    }
  })
})

describe('broken JSON', () => {
  it.each([
    ['{"items":[{"id":1,}]}', 'it cannot be read from line 1, column 19 on, where «}]}» stands'],
    [
      '{"items":[\n {"id":"1" "title":"x"}]}',
      'it cannot be read from line 2, column 12 on, where «"title":"x"}]}» stands',
    ],
    ["{'items':[]}", "it cannot be read from line 1, column 2 on, where «'items':[]}» stands"],
    ['{"items":[{"title":"a\\qb"}]}', 'it cannot be read from line 1, column 22 on, where «\\qb"}]}» stands'],
    ['{"items":[]} x', 'it cannot be read from line 1, column 14 on, where «x» stands'],
    ['{"items":[{"title":"half', 'it ends in the middle: it may be cut off'],
    ['{"items":[NaN]}', 'it cannot be read from line 1, column 11 on, where «NaN]}» stands'],
  ])('is told with its place, in words of ours: %s', async (text, said) => {
    const outcome = await parseFeed(text, { url: null, maxEntries: 10 })
    expect(outcome).toEqual({ ok: false, reason: `the document is broken JSON: ${said}` })
  })

  it('is told of exactly the texts that JSON.parse refuses', async () => {
    const { jsonFault } = await import('../../../src/collect/feed/json-fault.ts')
    const valid = fc.json().map(text => ({ text, cut: text.length }))
    const damaged = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '}', '\\', 'x', '1'))
      .map(([text, at, put]) => {
        const place = at % (text.length + 1)
        return { text: text.slice(0, place) + put + text.slice(place + 1), cut: -1 }
      })
    fc.assert(
      fc.property(fc.oneof(valid, damaged), ({ text }) => {
        let isJson = true
        try {
          JSON.parse(text)
        } catch {
          isJson = false
        }
        // A whole text and one that is cut off both end at their length.
        if (isJson) expect(jsonFault(text)).toBe(text.length)
        else if (jsonFault(text) < text.length) expect(jsonFault(text)).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})

describe('a title of unknown media type', () => {
  it.each(['text/markdown', 'application/xhtml', 'foo/bar', 'image/png', 'application/octet-stream', ''])(
    'is text: %s',
    async type => {
      const feed = await parsed(
        `<feed xmlns="http://www.w3.org/2005/Atom"><title type="${type}">The harbour &amp; the town</title>
         <entry><id>1</id><title type="${type}">Ferry *halted* &amp; towed</title><summary type="${type}">Nobody was hurt.</summary></entry></feed>`,
      )
      expect(feed.title).toBe('The harbour & the town')
      expect(feed.entries[0]).toMatchObject({ title: 'Ferry *halted* & towed', summary: 'Nobody was hurt.' })
    },
  )

  it('leaves a text of unknown type readable that is not packed in base64', async () => {
    const feed = await parsed(
      '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>x</title><content type="foo/bar">Plain words, not packed.</content></entry></feed>',
    )
    expect(feed.entries[0]?.content).toBe('Plain words, not packed.')
  })
})
