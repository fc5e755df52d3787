// Markup read from bracket to bracket is what the tokenizer alone reads of it.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Scanner } from '../../src/collect/feed/scan.ts'
import { generate } from '../fuzz/generate.ts'

/** What a scan tells of a text: texts joined, tags with their attributes; halves left out, and entities refused. */
function scan(text: string, isPlainFirst: boolean): unknown[] {
  const events: unknown[] = []
  let words = ''
  const flush = (): void => {
    if (words !== '') events.push(words)
    words = ''
  }
  const scanner = new Scanner(
    text,
    {
      gathering: true,
      text: piece => {
        words += piece
      },
      open: (tag, attributes, selfClosing) => {
        flush()
        events.push(['open', tag, [...attributes], selfClosing])
      },
      close: tag => {
        flush()
        events.push(['close', tag])
      },
    },
    true,
    isPlainFirst,
  )
  scanner.run()
  flush()
  return [...events, scanner.decoder.halves, scanner.decoder.refusedEntities]
}

const name = fc.constantFrom(
  ...'rss channel item title description content:encoded media:content a br P Item dc:creator a<b b"c 9x -x é _x x.y-z'.split(
    ' ',
  ),
)
const text = fc.constantFrom(
  ...'word &amp; &lt;b&gt; &#8217; &#55357; &#56628; &nbsp; &own; &big; &unknown; & > < <3 ]]> \ud800 ثلاثة &ltx &gt &#x0; &#128;'.split(
    ' ',
  ),
  ' ',
  '\n',
)
const attribute = fc
  .tuple(fc.constantFrom(' ', '\n', '  ', '', '/'), name, fc.constantFrom('="', "='", '=', ' = "', ''), text)
  .map(
    ([space, key, quote, value]) => `${space}${key}${quote}${quote === '' ? '' : value}${quote.replace(/[= ]/g, '')}`,
  )
const attributes = fc.array(attribute, { maxLength: 3 }).map(list => list.join(''))
const piece = fc.oneof(
  { weight: 3, arbitrary: text },
  {
    weight: 3,
    arbitrary: fc
      .tuple(name, attributes, fc.constantFrom('>', '>', '/>', ' />', ' >', ''))
      .map(parts => `<${parts.join('')}`),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(name, fc.constantFrom('>', '>', '>', ' >', '/>', '')).map(parts => `</${parts.join('')}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...[
        '<![CDATA[<b>&amp;</b>]]>',
        '<![CDATA[]]]>',
        '<![CDATA[',
        '<![cdata[x]]>',
        '<!-- a -->',
        '<!-->',
        '<!-- - -->',
        '<!-- -- -->',
        '<!--',
      ],
      ...['<?xml version="1.0"?>', '<?>', '<?x', '</>', '</ a>', '< a>', '<>', '<!>', '<!x'],
      ...['<!DOCTYPE rss [', '<!ENTITY own "mine &#33;">', '<!ENTITY big "&own;">', ']>', '<!doctype html>'],
    ),
  },
)

describe('a scan', () => {
  it('gives of 20,000 texts what the tokenizer gives', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 20 }).map(list => list.join('')),
        markup => {
          expect(scan(markup, true)).toEqual(scan(markup, false))
        },
      ),
      { numRuns: 20_000 },
    )
  })

  it('gives of 500 broken feeds what the tokenizer gives', () => {
    for (let seed = 1; seed <= 500; seed++) {
      const document = new TextDecoder().decode(generate(seed).bytes)
      expect(scan(document, true)).toEqual(scan(document, false))
    }
  })
})
