import type { LookupFunction } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  AddressRefused,
  addressAllowed,
  checkUrl,
  guardedLookup,
  keepsSecrets,
} from '../../../src/collect/net/guard.ts'

const PRIVATE = [
  // loopback and this network, in every spelling inet_aton took
  '127.0.0.1',
  '127.255.255.254',
  '127.1',
  '0x7f.1',
  '0x7f000001',
  '2130706433',
  '0177.0.0.1',
  '017700000001',
  '::1',
  '0:0:0:0:0:0:0:1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::127.0.0.1',
  '::ffff:0:127.0.0.1',
  // private
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '::ffff:10.0.0.1',
  'fc00::1',
  'fd00::1',
  'fec0::1',
  // carrier NAT
  '100.64.0.1',
  '100.127.255.255',
  // reserved, documentation, benchmarking, relays
  '192.0.0.1',
  '192.0.2.1',
  '192.88.99.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.7',
  '203.0.113.9',
  '240.0.0.1',
  '2001:db8::1',
  '2001:2::1',
  '2001:10::1',
  '2001:20::1',
  '3fff::1',
  '100::1',
  '5f00::1',
  '4000::1',
  '1::1',
  // IPv6 that carries a refused IPv4 address
  '64:ff9b::7f00:1',
  '64:ff9b::10.0.0.1',
  '64:ff9b:1::1',
  '2002:7f00:1::',
  '2002:a00:1::1',
  '2002:c0a8:101::1',
  '2001:0:7f00:1::f7f7:f7f7', // Teredo server
  '2001:0:808:808::80ff:fffe', // Teredo client 127.0.0.1
  '2a00:1450:4001:81b:0:5efe:a00:1', // ISATAP
  '2a00:1450:4001:81b:200:5efe:7f00:1',
]

const NEVER = [
  // link-local, and where clouds keep metadata and credentials, in every disguise
  '169.254.169.254',
  '169.254.170.2',
  '169.254.0.1',
  '0xa9.254.169.254',
  '0251.0376.0251.0376',
  '2852039166',
  '0xa9fea9fe',
  '169.16689662',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '::ffff:0:169.254.169.254',
  '::169.254.169.254',
  '64:ff9b::169.254.169.254',
  '64:ff9b:1::169.254.169.254',
  '2002:a9fe:a9fe::',
  '2001:0:808:808::5601:5601', // Teredo client
  '2001:0:a9fe:a9fe::f7f7:f7f7', // Teredo server
  'fe80::1',
  'fe80::1%eth0',
  'fe80::5efe:a9fe:a9fe',
  'fd12::5efe:a9fe:a9fe',
  '168.63.129.16',
  '0xa83f8110',
  '::ffff:a83f:8110',
  '64:ff9b::a83f:8110',
  '100.100.100.200',
  '2002:6464:64c8::',
  '192.0.0.192',
  '::ffff:192.0.0.192',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
  '0.0.0.0',
  '0',
  '0.1.2.3',
  '::',
  '::ffff:0.0.0.0',
  '255.255.255.255',
  '224.0.0.1',
  '239.255.255.250',
  'ff02::1',
  '64:ff9b::e000:1',
  '',
  'localhost',
  '256.1.1.1',
  '1.2.3.4.5',
  '127.0.0.1 ',
  'fe80::1::2',
  '1'.repeat(5000),
]

const PUBLIC = [
  '1.1.1.1',
  '8.8.8.8',
  '93.184.216.34',
  '100.63.255.255',
  '100.128.0.1',
  '172.32.0.1',
  '192.0.1.1',
  '198.20.0.1',
  '223.255.255.255',
  '2606:4700::1111',
  '2a00:1450:4001:81b::200e',
  '::ffff:8.8.8.8',
  '64:ff9b::808:808',
  '2002:808:808::1',
]

describe('addressAllowed', () => {
  it.each(PRIVATE)('keeps %s for feeds that allow private addresses', address => {
    expect([addressAllowed(address, false), addressAllowed(address, true)]).toEqual([false, true])
  })

  it.each(NEVER)('never allows %s', address => {
    expect([addressAllowed(address, false), addressAllowed(address, true)]).toEqual([false, false])
  })

  it.each(PUBLIC)('allows %s', address => {
    expect([addressAllowed(address, false), addressAllowed(address, true)]).toEqual([true, true])
  })

  it('says the same of an IPv4 address however IPv6 carries it', () => {
    fc.assert(
      fc.property(fc.ipV4(), address => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
        const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
        const plain = addressAllowed(address, false)
        for (const carrier of [`::ffff:${hex}`, `64:ff9b::${hex}`, `2002:${hex}::1`, `2600::5efe:${hex}`]) {
          expect(addressAllowed(carrier, false), `${carrier} carries ${address}`).toBe(plain)
        }
      }),
    )
  })

  it('never throws, whatever it is given', () => {
    fc.assert(fc.property(fc.string(), text => typeof addressAllowed(text, false) === 'boolean'))
  })
})

describe('checkUrl', () => {
  const SPELLINGS = [
    'http://127.0.0.1/',
    'http://127.1/',
    'http://127.0.1/',
    'http://0x7f.1/',
    'http://0x7f.0x0.0x0.0x1/',
    'http://0x7f000001/',
    'http://2130706433/',
    'http://017700000001/',
    'http://0177.0.0.1/',
    'http://0177.0.0.01/',
    'http://127.0.0.1./',
    'http://１２７.０.０.１/',
    'http://①②⑦.⓪.⓪.①/',
    'http://127。0。0。1/',
    'http://%31%32%37.0.0.1/',
    'http://0/',
    'http://0.0.0.0/',
    'http://[::]/',
    'http://[::1]/',
    'http://[0:0:0:0:0:0:0:1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::127.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[fd00::1]/',
    'http://[fe80::1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://0xa9fea9fe/',
    'http://2852039166/',
    'http://100.64.0.1/',
    'http://192.0.0.1/',
    'http://198.18.0.1/',
    'http://255.255.255.255/',
    'http://localhost/',
    'http://LOCALHOST/',
    'http://localhost./',
    'http://a.localhost/',
    'http://ⓛocalhost/',
    'http://feeds.example.org@127.0.0.1/',
    'http://feeds.example.org:80@127.0.0.1:8080/',
    'http:\\\\127.0.0.1\\feed',
    'http:127.0.0.1/',
    'http:////127.0.0.1/',
    ' http://127.0.0.1/ ',
    'ht\ntp://127.0.\t0.1/',
    'http://127.0.0.1#@feeds.example.org/',
    'http://127.0.0.1\\@feeds.example.org/',
  ]

  it.each(SPELLINGS)('refuses %j', url => {
    expect(checkUrl(url, false)).toMatchObject({ ok: false, reason: expect.stringMatching(/^address .* is /) })
  })

  it.each([
    'file:///etc/passwd',
    'ftp://example.org/feed',
    'gopher://127.0.0.1:6379/_x',
    'data:text/xml,<rss/>',
    'javascript:alert(1)',
    'feed://example.org/',
    'blob:http://example.org/x',
  ])('refuses the scheme of %s', url => {
    expect(checkUrl(url, true)).toMatchObject({ ok: false, reason: expect.stringMatching(/^only http and https URLs/) })
  })

  it.each([
    '',
    'example.org/feed',
    'http://',
    'http://[::1',
    'http://[fe80::1%25eth0]/',
    'http://1.2.3.4.5.6.7:99999/',
  ])('says that %j is not a URL', url =>
    expect(checkUrl(url, true)).toMatchObject({ ok: false, reason: expect.stringMatching(/^not a URL/) }),
  )

  it('lets names, public addresses and, where allowed, private ones through', () => {
    expect(checkUrl('https://feeds.example.org/a?b#c', false)).toMatchObject({ ok: true })
    expect(checkUrl('http://8.8.8.8:8080/', false)).toMatchObject({ ok: true })
    expect(checkUrl('http://[2606:4700::1111]/', false)).toMatchObject({ ok: true })
    expect(checkUrl('http://localhost:3000/', true)).toMatchObject({ ok: true })
    expect(checkUrl('http://10.0.0.8/', true)).toMatchObject({ ok: true })
    expect(checkUrl('http://dead.beef/', false)).toMatchObject({ ok: true })
  })

  it('names the address and the way to allow it', () => {
    expect(checkUrl('http://10.0.0.8/', false)).toEqual({
      ok: false,
      reason: 'address 10.0.0.8 is private; set allowPrivate for this feed to reach it',
    })
    expect(checkUrl('http://0/', true)).toEqual({
      ok: false,
      reason: 'address 0.0.0.0 is unspecified; it cannot be polled',
    })
  })

  it('shows no password of a URL it cannot read', () => {
    const checked = checkUrl('http://user:secret@[broken/', false)
    expect(checked).toMatchObject({ ok: false, reason: expect.stringContaining('[broken') })
    expect(JSON.stringify(checked)).not.toContain('secret')
  })

  it('refuses a URL of more than 8192 characters', () => {
    expect(checkUrl(`http://example.org/${'a'.repeat(9000)}`, false)).toMatchObject({ ok: false })
  })
})

describe('guardedLookup', () => {
  const answers =
    (...addresses: string[]): LookupFunction =>
    (_name, _options, callback) =>
      callback(
        null,
        addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 })),
      )

  const ask = (lookup: LookupFunction, all: boolean) =>
    new Promise((resolve, reject) =>
      lookup('name.example', { all }, (error, found) => (error === null ? resolve(found) : reject(error))),
    )

  it('gives only the allowed addresses of a name', async () => {
    const lookup = guardedLookup(false, answers('10.0.0.1', '2606:4700::1111', '::1', '1.1.1.1'))
    await expect(ask(lookup, true)).resolves.toEqual([
      { address: '2606:4700::1111', family: 6 },
      { address: '1.1.1.1', family: 4 },
    ])
    await expect(ask(lookup, false)).resolves.toBe('2606:4700::1111')
  })

  it('refuses a name without allowed addresses, and says which and why', async () => {
    const refused = ask(guardedLookup(false, answers('10.0.0.8', '127.0.0.1')), true)
    await expect(refused).rejects.toThrow(AddressRefused)
    await expect(refused).rejects.toThrow('address 10.0.0.8 of name.example is private; set allowPrivate for this feed')
    await expect(ask(guardedLookup(false, answers()), true)).rejects.toThrow('name.example has no address')
  })

  it('passes private addresses where they are allowed', async () => {
    await expect(ask(guardedLookup(true, answers('10.0.0.8')), false)).resolves.toBe('10.0.0.8')
  })

  it('understands a resolver that gives one address', async () => {
    const one: LookupFunction = (_name, _options, callback) => callback(null, '127.0.0.1', 4)
    await expect(ask(guardedLookup(true, one), true)).resolves.toEqual([{ address: '127.0.0.1', family: 4 }])
    await expect(ask(guardedLookup(false, one), true)).rejects.toThrow(AddressRefused)
  })
})

describe('keepsSecrets', () => {
  const keeps = (from: string, to: string) => keepsSecrets(new URL(from), new URL(to))

  it('tells secrets to the same origin, and to the same host when it moves to TLS', () => {
    expect(keeps('https://a.example/feed', 'https://a.example:443/other')).toBe(true)
    expect(keeps('http://a.example/feed', 'https://a.example/feed')).toBe(true)
  })

  it('tells them to nobody else', () => {
    expect(keeps('https://a.example/', 'http://a.example/')).toBe(false)
    expect(keeps('https://a.example/', 'https://b.a.example/')).toBe(false)
    expect(keeps('https://a.example/', 'https://a.example:8443/')).toBe(false)
    expect(keeps('http://a.example:8080/', 'https://a.example/')).toBe(false)
    expect(keeps('http://a.example/', 'https://a.example./')).toBe(false)
  })
})

describe('a host that the configuration excludes', () => {
  const exclude = ['agency.example', '203.0.113.9', '2001:db8::5', 'xn--mgbh0fb.example']

  it.each([
    'https://agency.example/feed',
    'http://FEEDS.Agency.Example:8080/feed',
    'https://agency.example./feed',
    'https://user:secret@a.b.agency.example/',
    'http://203.0.113.9/feed',
    'http://0xcb007109/feed',
    'http://[2001:DB8::5]/feed',
    'https://مثال.example/feed',
  ])('is not asked as %s, whatever is allowed', url => {
    const checked = checkUrl(url, true, exclude)
    expect(checked).toMatchObject({ ok: false })
    expect(checked.ok ? '' : checked.reason).toContain('poll.exclude names')
    expect(checked.ok ? '' : checked.reason).not.toContain('secret')
  })

  it.each(['https://otheragency.example/feed', 'https://agency.example.org/feed', 'https://example/feed'])(
    'is another one than that of %s',
    url => expect(checkUrl(url, true, exclude)).toMatchObject({ ok: true }),
  )
})
