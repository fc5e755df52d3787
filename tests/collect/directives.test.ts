// What pages ask of robots: forms of X-Robots-Tag and of meta elements as sites write them.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { directivesOf } from '../../src/collect/directives.ts'
import { readTree } from '../../src/collect/page/tree.ts'

const NOW = Date.parse('2026-11-29T12:00:00Z')

const asked = (header: readonly string[], metas: Record<string, string> = {}): string[] =>
  [...directivesOf(new Map(Object.entries(metas)), { header, name: 'Minwal', now: NOW }).keys()].sort()

describe('what a page asks of robots', () => {
  it.each<[string, readonly string[], string[]]>([
    ['nothing', [], []],
    ['all', ['all'], []],
    ['what is no rule of ours', ['noodp, noydir, notranslate, max-image-preview:large'], []],
    ['noindex', ['noindex'], ['noindex']],
    ['several in one line, in any case', ['NoIndex , NOFOLLOW'], ['nofollow', 'noindex']],
    ['several lines', ['nofollow', 'noindex'], ['nofollow', 'noindex']],
    ['none', ['none'], ['nofollow', 'noindex']],
    ['noarchive', ['noarchive'], ['noarchive']],
    ['nosnippet', ['nosnippet'], ['noarchive']],
    ['a snippet of no length', ['max-snippet: 0'], ['noarchive']],
    ['a snippet of any length', ['max-snippet:-1, max-snippet:50'], []],
    ['index beside noindex', ['index, noindex'], ['noindex']],
    ['by our name', ['minwal: noindex'], ['noindex']],
    ['by our name, in another case and with spaces', ['MINWAL  :  none'], ['nofollow', 'noindex']],
    ['by the name of another', ['googlebot: noindex, nofollow'], []],
    ['by the name of another, then by ours', ['googlebot: noindex, minwal: nofollow'], ['nofollow']],
    ['by ours, then by that of another', ['minwal: noarchive, otherbot: noindex'], ['noarchive']],
    ['of all by a star', ['*: noindex'], ['noindex']],
    ['a name in one line says nothing of the next', ['googlebot: nofollow', 'noindex'], ['noindex']],
    ['a date that has passed', ['unavailable_after: 25 Jun 2010 15:00:00 PST'], ['noindex']],
    ['a date with a comma that has passed', ['unavailable_after: Friday, 25-Jun-10 15:00:00 GMT'], ['noindex']],
    ['a date that is to come', ['unavailable_after: 2027-01-01'], []],
    ['a date in words', ['unavailable_after: some day'], []],
    ['a date, then a rule', ['unavailable_after: 1 Jan 2030, noarchive'], ['noarchive']],
    ['a date behind our name', ['minwal: unavailable_after: 2020-01-01'], ['noindex']],
    ['words of an object that every object has', ['constructor, __proto__, toString'], []],
  ])('in the header: %s', (_, header, directives) => {
    expect(asked(header)).toEqual(directives)
  })

  it('stands in meta elements of all robots and of ours, and all of them hold', () => {
    const metas = (html: string) =>
      [...directivesOf(readTree(html).metas, { header: [], name: 'Minwal', now: NOW }).keys()].sort()
    expect(metas('<meta name="ROBOTS" content="index, follow">')).toEqual([])
    expect(metas('<meta name="robots" content="noarchive"><meta name="robots" content="noindex">')).toEqual([
      'noarchive',
      'noindex',
    ])
    expect(metas('<meta name="Minwal" content="none"><meta name="robots" content="all">')).toEqual([
      'nofollow',
      'noindex',
    ])
    expect(metas('<meta name="googlebot" content="noindex"><p>noindex</p>')).toEqual([])
    expect(metas('<meta name="robots" content="unavailable_after: 2020-05-01 12:00 UTC">')).toEqual(['noindex'])
    expect(metas('<!-- <meta name="robots" content="noindex"> -->')).toEqual([])
  })

  it('is told in the page’s own word, with where it stands', () => {
    const said = (header: string[], metas: Record<string, string>) => [
      ...directivesOf(new Map(Object.entries(metas)), { header, name: 'Minwal', now: NOW }).values(),
    ]
    expect(said(['minwal: unavailable_after: 2020-01-01'], {})).toEqual([
      'its X-Robots-Tag says "unavailable_after: 2020-01-01"',
    ])
    expect(said([], { robots: 'noarchive' })).toEqual(['its <meta name="robots"> says "noarchive"'])
  })

  it('is never more than what is asked, nor ever throws, whatever stands there (law)', () => {
    const piece = fc.oneof(
      fc.constantFrom('noindex', 'none', 'minwal:', 'googlebot:', 'unavailable_after:', 'max-snippet:0', ',', ':', ' '),
      fc.string({ maxLength: 12 }),
    )
    const line = fc.array(piece, { maxLength: 40 }).map(parts => parts.join(''))
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), line, (header, meta) => {
        const found = asked(header, { robots: meta })
        const all = [...header, meta].join('\n').toLowerCase()
        if (found.includes('noindex')) expect(all).toMatch(/noindex|none|unavailable_after/)
        if (found.includes('nofollow')) expect(all).toMatch(/nofollow|none/)
      }),
    )
    const long = ':'.repeat(100_000)
    expect(asked([long, `noindex,${'a:'.repeat(50_000)}`], { robots: ' '.repeat(600) })).toEqual(['noindex'])
  })
})
