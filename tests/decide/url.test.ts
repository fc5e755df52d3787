import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalUrl, globalGuid } from '../../src/decide/url.ts'

const LAW = { seed: 20_220_105, numRuns: 400 }

describe('the canonical form of an address', () => {
  it.each([
    ['http becomes https', 'http://a.example/x', 'https://a.example/x'],
    ['www goes', 'https://www.a.example/x', 'https://a.example/x'],
    ['a numbered www goes', 'https://www2.a.example/x', 'https://a.example/x'],
    ['the mobile host goes', 'https://m.a.example/x', 'https://a.example/x'],
    ['the other mobile host goes', 'https://mobile.a.example/x', 'https://a.example/x'],
    ['the AMP host goes', 'https://amp.a.example/x', 'https://a.example/x'],
    ['a short domain that looks like a mobile host stays', 'https://m.example/x', 'https://m.example/x'],
    ['the host is lower case', 'https://A.Example/X', 'https://a.example/X'],
    ["the root's dot goes", 'https://a.example./x', 'https://a.example/x'],
    ['the default port goes', 'http://a.example:80/x', 'https://a.example/x'],
    ['the other default port goes', 'http://a.example:443/x', 'https://a.example/x'],
    ['another port stays', 'http://a.example:8080/x', 'https://a.example:8080/x'],
    ['the closing slash goes', 'https://a.example/x/', 'https://a.example/x'],
    ['doubled slashes are one', 'https://a.example//x///y', 'https://a.example/x/y'],
    ['the AMP suffix goes', 'https://a.example/x/amp/', 'https://a.example/x'],
    ['the AMP ending goes', 'https://a.example/x.amp.html', 'https://a.example/x.html'],
    ['a word that ends in amp stays', 'https://a.example/lamp', 'https://a.example/lamp'],
    ['the fragment goes', 'https://a.example/x#comments', 'https://a.example/x'],
    ['a fragment that names the page stays', 'https://a.example/#!/article/5', 'https://a.example#!/article/5'],
    ['tracking goes', 'https://a.example/x?utm_source=rss&UTM_Medium=feed&at_campaign=1', 'https://a.example/x'],
    ['the platforms’ marks go', 'https://a.example/x?fbclid=1&gclid=2&ref=rss&xtor=3', 'https://a.example/x'],
    ['what names the page stays', 'https://a.example/?id=5&utm_source=rss', 'https://a.example?id=5'],
    ['the query is sorted', 'https://a.example/x?b=2&a=1', 'https://a.example/x?a=1&b=2'],
    ['one spelling of escapes', 'https://a.example/x?q=a%20b', 'https://a.example/x?q=a%20b'],
    ['a plus is a space', 'https://a.example/x?q=a+b', 'https://a.example/x?q=a%20b'],
    ['Arabic paths are escaped', 'https://a.example/خبر', 'https://a.example/%D8%AE%D8%A8%D8%B1'],
    ['user and password go', 'https://me:secret@a.example/x', 'https://a.example/x'],
  ])('%s', (_, address, canonical) => {
    expect(canonicalUrl(address)).toBe(canonical)
  })

  it.each([
    ['nothing', null],
    ['an empty word', ''],
    ['a relative path', '/x/y'],
    ['another scheme', 'ftp://a.example/x'],
    ['a script', 'javascript:alert(1)'],
    ['a home page', 'https://www.a.example/'],
    ['a home page with tracking', 'https://a.example/?utm_source=rss'],
    ['a home page with a place on it', 'https://a.example/#top'],
    ['an endless address', `https://a.example/${'x'.repeat(5_000)}`],
  ])('is not given for %s', (_, address) => {
    expect(canonicalUrl(address)).toBeNull()
  })

  it('is its own canonical form', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), address => {
        const once = canonicalUrl(address)
        if (once !== null) expect(canonicalUrl(once)).toBe(once)
      }),
      LAW,
    )
  })

  it('does not depend on scheme, www, tracking or the order of the query', () => {
    const word = fc.string({ unit: fc.constantFrom(...'abcdefxyz019'), minLength: 1, maxLength: 6 })
    const query = fc.uniqueArray(fc.tuple(word, word), { selector: ([name]) => name, maxLength: 4 })
    fc.assert(
      fc.property(word, query, fc.boolean(), fc.boolean(), (path, pairs, plain, www) => {
        const parameters = (list: [string, string][]) => list.map(([name, value]) => `q${name}=${value}`).join('&')
        const first = canonicalUrl(`https://news.example/${path}?${parameters(pairs)}`)
        const second = canonicalUrl(
          `http${plain ? '' : 's'}://${www ? 'www.' : ''}news.example/${path}/?${parameters([...pairs].reverse())}&utm_source=x`,
        )
        expect(second).toBe(first)
      }),
      LAW,
    )
  })

  it('never throws, and is nothing or an https address', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string().map(text => `http://a.example/${text}`),
        ),
        text => {
          const canonical = canonicalUrl(text)
          if (canonical !== null) expect(canonical).toMatch(/^https:\/\/[^/]/)
        },
      ),
      LAW,
    )
  })
})

describe('a guid that is unique in the world', () => {
  it.each([
    ['an address, in its canonical form', 'http://www.a.example/x?utm_source=rss', 'https://a.example/x'],
    ['a tag', 'tag:a.example,2022:report-1', 'tag:a.example,2022:report-1'],
    ['a URN', 'urn:newsml:a.example:20220105:1', 'urn:newsml:a.example:20220105:1'],
    ['a bare UUID', '0F8FAD5B-D9CB-469F-A165-70867728950E', 'urn:uuid:0f8fad5b-d9cb-469f-a165-70867728950e'],
  ])('is %s', (_, guid, unique) => {
    expect(globalGuid(guid)).toBe(unique)
  })

  it.each([
    ['a number', '123456789012'],
    ['a short word', 'tag:a,1:2'],
    ['a home page', 'https://www.a.example/'],
    ['a tag with a space', 'tag:a.example,2022: one'],
    ['something endless', `tag:a.example,2022:${'x'.repeat(2_000)}`],
  ])('is not %s', (_, guid) => {
    expect(globalGuid(guid)).toBeNull()
  })
})
