// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the configuration are written so.
// How secrets are told apart in a configuration, and taken out of what comes back.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyOf } from '../../src/config/faults.ts'
import { parseConfig } from '../../src/config/load.ts'
import { askedAddress, hiding, keptAddress, readAddress, redactorOf, withoutLogin } from '../../src/config/secrets.ts'
import type { Config, FeedSpec } from '../../src/model/config.ts'
import { tickFaults } from '../../src/run/faults.ts'

const ENV = {
  KEY: 'S3CRETkey77',
  USER: 'reader',
  PASS: 'open-sesame-44',
  PORT: '8043',
  TOPIC: 'politics',
  WHOLE: 'https://ann:p4ssWord@agency.example/private/t0kenOfAnn/feed?k=9f8e7d6c',
  EMPTY: '',
}

function config(feeds: readonly unknown[], more: object = {}): Config {
  const loaded = parseConfig(JSON.stringify({ ...more, agencies: [{ id: 'a', name: 'A', feeds }] }), '/c.json', ENV)
  if (!loaded.ok) throw new Error(loaded.faults.join('\n'))
  return loaded.config
}

function spec(feed: unknown): FeedSpec {
  const [found] = config([feed]).agencies[0]?.feeds ?? []
  if (found === undefined) throw new Error('no feed')
  return found
}

describe('the address a feed is known by', () => {
  it.each([
    ['https://agency.example/rss', 'https://agency.example/rss', null],
    ['https://agency.example/@ann/feed?to=b@c.example', 'https://agency.example/@ann/feed?to=b@c.example', null],
    ['https://ann:pass@agency.example/rss', 'https://agency.example/rss', 'https://ann:pass@agency.example/rss'],
    ['https://ann:p@ss@agency.example', 'https://agency.example', 'https://ann:p@ss@agency.example'],
    ['https://t0ken@agency.example/', 'https://agency.example/', 'https://t0ken@agency.example/'],
    ['https:\\\\ann:pass@agency.example/', 'https:\\\\agency.example/', 'https:\\\\ann:pass@agency.example/'],
    ['https:ann:pass@agency.example/', 'https:agency.example/', 'https:ann:pass@agency.example/'],
    [
      'HTTPS://${USER}:${PASS}@agency.example/',
      'HTTPS://agency.example/',
      'HTTPS://reader:open-sesame-44@agency.example/',
    ],
    ['https://agency.example/?k=${KEY}', 'https://agency.example/?k=${KEY}', 'https://agency.example/?k=S3CRETkey77'],
    ['http://127.0.0.1:${PORT}/${KEY}', 'http://127.0.0.1:${PORT}/${KEY}', 'http://127.0.0.1:8043/S3CRETkey77'],
    ['${WHOLE}', '${WHOLE}', ENV.WHOLE],
    ['https://agency.example/${NONE:-plain}', 'https://agency.example/${NONE:-plain}', 'https://agency.example/plain'],
    ['https://agency.example/?a=${MINWAL_LITERAL:-${}KEY}', 'https://agency.example/?a=${KEY}', null],
  ])('of %s is %s', (written, url, target) => {
    expect(spec(written)).toMatchObject(target === null ? { url } : { url, target })
  })

  it('never holds the password, however the address is spelt', () => {
    const scheme = fc.constantFrom(
      'http://',
      'https://',
      'HTTP://',
      'http:',
      'http:/',
      'https:\\\\',
      'http:///',
      ' https://',
      'ht\ttp://',
    )
    const user = fc.constantFrom('', 'ann', 'a@b.example', 'ann:x', '%61', 'ann@')
    const rest = fc.constantFrom('', '/', '/@user/feed', '?q=@', '#@', '/a?u=http://x@y/')
    fc.assert(
      fc.property(scheme, user, rest, (start, name, end) => {
        const written = `${start}${name}:PA55WORD@agency.example${end}`
        const asked = URL.parse(written)
        fc.pre(asked !== null && asked.username + asked.password !== '')
        expect(readAddress(written, {}).url).not.toContain('PA55WORD')
        expect(withoutLogin(written)).not.toContain('PA55WORD')
      }),
    )
  })

  it('of the site and of an agency holds no login either', () => {
    const agency = {
      id: 'a',
      name: 'A',
      homepage: 'https://ann:p4ss@agency.example/',
      feeds: ['https://agency.example/'],
    }
    const text = JSON.stringify({ link: 'https://ann:p4ss@news.example/', agencies: [agency] })
    const loaded = parseConfig(text, '/c.json', {})
    if (!loaded.ok) throw new Error(loaded.faults.join())
    expect(JSON.stringify(loaded.config)).not.toContain('p4ss')
    expect(loaded.config.link).toBe('https://news.example')
  })

  it('keeps what was on file before its login was known to be one', () => {
    expect(spec('https://ann:pass@agency.example/rss').formerly).toContain('https://ann:pass@agency.example/rss')
    expect(spec('https://agency.example/?k=${KEY}').formerly).toEqual(['https://agency.example/?k=S3CRETkey77'])
    expect(spec('https://agency.example/rss').formerly).toBeUndefined()
  })
})

describe('what comes back', () => {
  const said = (feed: unknown, text: string): string => redactorOf(spec(feed)).text(text)
  const QUERY = 'https://agency.example/?k=${KEY}'

  it('is shown with the variable in place of its value, in every form in which servers write it', () => {
    const value = ENV.KEY
    const base64 = Buffer.from(value).toString('base64')
    for (const form of [
      value,
      encodeURIComponent(value),
      base64,
      base64.replace(/=+$/, ''),
      Buffer.from(value).toString('hex'),
    ]) {
      expect(said(QUERY, `it answered ${form} and more`), form).toBe('it answered ${KEY} and more')
    }
    expect(
      said('https://ann:p%40ss%2Fw0rd@agency.example/', 'Basic YW5uOnBAc3MvdzByZA== p@ss/w0rd p%40ss%2fw0rd'),
    ).toBe('Basic *** *** ***')
  })

  it('loses a secret that was cut, at a sign of the cut or at the end', () => {
    expect(said(QUERY, 'https://agency.example/?k=S3CRE… answered «S3CRETk»')).toBe(
      'https://agency.example/?k=${KEY}… answered «${KEY}»',
    )
    expect(said(QUERY, 'cut S3CRETkey')).toBe('cut ${KEY}')
    expect(said(QUERY, 'S3C… is no part of it')).toBe('S3C… is no part of it')
  })

  it('keeps words of a text that happen to be a value: only what is never met by chance is taken out of entries', () => {
    const topic = 'https://agency.example/${TOPIC}/rss?k=${KEY}'
    const { entry, text } = redactorOf(spec(topic))
    expect(entry('<a href="https://agency.example/politics/1?k=S3CRETkey77">politics</a>')).toBe(
      '<a href="https://agency.example/politics/1?k=${KEY}">politics</a>',
    )
    expect(text('it moved to /politics/rss, says geopolitics')).toBe('it moved to /${TOPIC}/rss, says geopolitics')
  })

  it('loses what a whole address in a variable holds, and headers', () => {
    expect(said('${WHOLE}', `no answer from ${ENV.WHOLE}; t0kenOfAnn, p4ssWord, 9f8e7d6c`)).not.toMatch(
      /t0ken|p4ss|9f8e/,
    )
    const feed = {
      url: 'https://agency.example/',
      headers: { Cookie: 'id=c00kieValue; lang=ar', Authorization: 'Bearer b3arer99' },
    }
    expect(said(feed, 'c00kieValue b3arer99 Bearer ar')).toBe('*** *** Bearer ar')
  })

  it('is left as it is where the configuration has no secret', () => {
    const plain = config(['https://agency.example/rss'])
    fc.assert(fc.property(fc.string(), text => hiding(plain)(text) === text))
  })

  it('costs linear time, whatever it holds', () => {
    const { text, entry } = redactorOf(spec(QUERY))
    const start = performance.now()
    for (const piece of ['S3CRETkey7', '…', 'S3CRE…', '»', 'S'.repeat(100)]) {
      const long = piece.repeat(2_000_000 / piece.length)
      text(long)
      entry(long)
    }
    expect(performance.now() - start).toBeLessThan(5_000)
  })

  it('is not in the address or the key of an encoder', () => {
    const url = 'https://me:pass-4711@models.example/${KEY}/v1'
    const threads = { encoder: { url, model: 'e5', key: 'literal-t0ken' } }
    const said = 'https://models.example/S3CRETkey77/v1 was told literal-t0ken by me:pass-4711'
    expect(hiding(config(['https://agency.example/'], { threads }))(said)).toBe(
      'https://models.example/${KEY}/v1 was told *** by ***',
    )
  })

  it('is not in the arguments of an encoder either', () => {
    const threads = { encoder: ['node', '--key=${KEY}'] }
    expect(hiding(config(['https://agency.example/'], { threads }))('node --key=S3CRETkey77 ended')).toBe(
      'node --key=${KEY} ended',
    )
  })
})

describe('an address that a server names', () => {
  const feed = spec('https://agency.example/?k=${KEY}')

  it('is kept with the variable, and asked with its value', () => {
    const kept = keptAddress('https://new.example/feed?k=S3CRETkey77&a=1', feed)
    expect(kept).toBe('https://new.example/feed?k=${KEY}&a=1')
    expect(askedAddress(kept ?? '', feed)).toBe('https://new.example/feed?k=S3CRETkey77&a=1')
  })

  it('gets no value for a variable that the server itself wrote', () => {
    const kept = keptAddress('https://evil.example/?k=${KEY}', feed)
    expect(askedAddress(kept ?? '', feed)).toBe('https://evil.example/?k=$%7BKEY}')
  })

  it('is not kept where the secret in it could not be put in again', () => {
    const login = spec('https://ann:p4ssWord99@agency.example/')
    expect(keptAddress('https://new.example/?p=p4ssWord99', login)).toBeNull()
    expect(keptAddress(`https://new.example/?p=${Buffer.from(ENV.KEY).toString('base64')}`, feed)).toBeNull()
  })

  it('comes back as it was, whatever it is', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), url => {
        const kept = keptAddress(url, feed)
        expect(kept === null ? url : askedAddress(kept, feed)).toBe(url)
      }),
    )
  })
})

describe('a fault', () => {
  it('shows what the file says, never what variables hold, a login or a header', () => {
    for (const feed of [
      'htp://ann:open-sesame-44@agency.example/',
      { url: 'https://agency.example/?k=${KEY}', every: '${KEY}' },
      { url: 'https://ann:open-sesame-44@agency.example/', evry: '15m' },
      { url: 'https//ann:open-sesame-44@agency.example/?k=${KEY}' },
      { url: 'https://agency.example/', headers: { Authorization: ['Bearer open-sesame-44'] } },
      { url: 'https://agency.example/', language: '${PASS}' },
    ]) {
      const loaded = parseConfig(JSON.stringify({ agencies: [{ id: 'a', name: 'A', feeds: [feed] }] }), '/c.json', ENV)
      const faults = loaded.ok ? '' : loaded.faults.join('\n')
      expect(faults).toContain('agencies[0].feeds[0]')
      expect(faults).not.toMatch(/sesame|S3CRET/)
    }
    const twice = 'https://ann:open-sesame-44@agency.example/'
    expect(() => config([twice, twice])).toThrow('https://agency.example/ stands at agencies[0].feeds[0] too')
    const timed = config([{ url: 'https://agency.example/', schedule: '${KEY}' }])
    expect(tickFaults(timed).map(({ path, says }) => hiding(timed)(`${keyOf(path ?? [])}: ${says}`))).toEqual([
      'agencies[0].feeds[0].schedule: "${KEY}" is not a cron expression',
    ])
  })

  it('names a mode that no database can have', () => {
    for (const mode of ['0777', '644 ', 'rw', '0400', '7']) {
      const loaded = parseConfig('{"agencies":[{"id":"a","name":"A","feeds":["https://a.example/"]}]}', '/c.json', {
        MINWAL_DATABASE_MODE: mode,
      })
      expect(loaded).toMatchObject({ ok: false, faults: [expect.stringContaining('MINWAL_DATABASE_MODE')] })
    }
  })
})

describe('the hub of our own feeds', () => {
  const hub = (address: unknown) => {
    const { publish, secrets } = config(['http://a.example/feed'], { publish: { hub: address } })
    return { ...publish, hide: hiding({ agencies: [], secrets: secrets ?? [] }) }
  }

  it('is told by its whole address and named without what its variables stand for', () => {
    const named = (address: string) => hub(address).hubNamed
    expect(hub('https://hub.example/?topic=${KEY}').hub).toBe('https://hub.example/?topic=S3CRETkey77')
    expect(named('https://hub.example/push?key=${KEY}&own=1')).toBe('https://hub.example/push?own=1')
    expect(named('https://${USER}:${PASS}@hub.example/')).toBe('https://hub.example/')
    expect(named('https://hub.example:${PORT}/${TOPIC}/')).toBe('https://hub.example:8043/politics/')
    expect(named('https://hub.example/${KEY}/')).toBeNull()
    expect(named('${WHOLE}')).toBeNull()
    expect(named('${UNSET:-https://hub.example/push?k=1}')).toBe('https://hub.example/push')
  })

  it('is named as it is written where it has no variables, and may be the built-in one', () => {
    expect(hub('https://hub.example/?a=1')).toMatchObject({ hub: 'https://hub.example/?a=1' })
    expect(hub('https://hub.example/?a=1').hubNamed).toBeUndefined()
    expect(hub(true).hub).toBe(true)
  })

  it('has its secrets taken out of what is logged', () => {
    const { hide } = hub('https://ann:p4ssWord@hub.example/push?key=${KEY}')
    const said = 'https://hub.example/push?key=S3CRETkey77 answered 500, p4ssWord'
    expect(hide(said)).toBe('https://hub.example/push?key=${KEY} answered 500, ***')
  })
})
