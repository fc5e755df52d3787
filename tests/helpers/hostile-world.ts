// Everything a hostile server does to a poller, each with the outcome that is to be named. The servers run in a thread of
// their own, so that what is measured of the polling thread is polling.
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from 'node:zlib'
import { makeCertificate } from './certificate.ts'
import {
  type Behaviour,
  body,
  endlessBody,
  endlessHints,
  hangUp,
  hugeHeader,
  longBody,
  raw,
  redirect,
  reset,
  shortBody,
  silent,
  slowBody,
  slowHeaders,
  startHostileServer,
  status,
} from './hostile-server.ts'

/** What must become of a poll: entries filed, or the kind of its failure and words of its sentence. */
export type Expected = { filed: number; warning?: RegExp } | { failure: string; says: RegExp }

interface Kind {
  expected: Expected
  behaviour?: Behaviour
  /** Where it is not a path of the plain server. */
  at?: 'tls' | 'expired' | 'plain-on-tls' | 'dropping-tls' | 'closed-port' | 'metadata'
}

const MEGABYTE = 1_048_576
const item = (at: number, more = ''): string =>
  `<item><guid isPermaLink="false">i${at}</guid><title>Report number ${at}</title>` +
  `<description>The council met for the ${at}th time and decided nothing of note.</description>${more}</item>`
const rss = (items: string, prolog = ''): string =>
  `<?xml version="1.0"?>${prolog}<rss version="2.0"><channel><title>Hostile</title>${items}</channel></rss>`
const GOOD = rss(item(1))
const MARKS = `a${'\u0316'.repeat(2_000)}${'\u0315\u0316'.repeat(1_000)}`
const described = (html: string): string =>
  rss(`<item><guid>x</guid><title>One</title><description><![CDATA[${html}]]></description></item>`)
const many = (times: number, make: (at: number) => string): string =>
  Array.from({ length: times }, (_, at) => make(at)).join('')

const failed = (failure: string, says: RegExp): Expected => ({ failure, says })
const filed = (entries: number, warning?: RegExp): Expected =>
  warning === undefined ? { filed: entries } : { filed: entries, warning }

/** Made only where they are served: some take a while. */
function network(): Record<string, Kind> {
  const zeros = Buffer.alloc(80 * MEGABYTE)
  const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }
  const late = failed('timeout', /^no answer from .+ within .+ \(poll\.responseTimeout\)$/)
  const endless = failed('timeout', /^the poll took longer than .+ \(poll\.totalTimeout\)$/)
  const bomb = failed('size', /^body is larger than .+ \(poll\.maxBodyBytes\)$/)
  return {
    'says nothing': { behaviour: silent, expected: late },
    'sends headers for ever (slow loris)': { behaviour: slowHeaders(), expected: late },
    'sends its body byte by byte for ever': { behaviour: slowBody(), expected: endless },
    'sends early hints for ever': { behaviour: endlessHints(), expected: endless },
    'sends a body without end': {
      behaviour: endlessBody(),
      expected: failed('size', /^body is larger than .+ \(poll\.max(?:Wire|Body)Bytes\)$/),
    },
    'sends an error page without end': {
      behaviour: endlessBody({}, undefined, 500),
      expected: failed('http', /answered 500/),
    },
    'closes half way': {
      behaviour: shortBody('<rss>', 100),
      expected: failed('protocol', /^connection closed after 5 of 100/),
    },
    'resets half way': {
      behaviour: raw('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<rss>', socket => socket.resetAndDestroy()),
      expected: failed('protocol', /^connection (?:reset|closed) after [05] of 99 bytes/),
    },
    'says a length that is too short': { behaviour: longBody(GOOD, 80), expected: filed(0, /is cut off/) },
    'says a length that is too long': {
      behaviour: raw(`HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n${GOOD}`),
      expected: endless,
    },
    'says two lengths': {
      behaviour: raw(`HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\n${GOOD}`),
      expected: failed('protocol', /not valid HTTP|does not match content-length/),
    },
    'breaks its chunks': {
      behaviour: raw('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\nzz\r\n'),
      expected: failed('protocol', /^body is not valid HTTP/),
    },
    'sends chunks of one byte': {
      behaviour: raw(
        `HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(200_000)}0\r\n\r\n`,
      ),
      expected: failed('document', /is not XML or JSON/),
    },
    'speaks no HTTP': {
      behaviour: raw('SSH-2.0-nothing\r\n\r\n', socket => socket.end()),
      expected: failed('protocol', /is not valid HTTP/),
    },
    'resets at once': { behaviour: reset, expected: failed('connect', /^connection reset by/) },
    'hangs up at once': { behaviour: hangUp, expected: failed('protocol', /closed the connection without an answer/) },
    'resets connections it kept alive': { behaviour: resetKept(), expected: filed(1) },
    'sends a header of a megabyte': {
      behaviour: hugeHeader(MEGABYTE),
      expected: failed('size', /^headers from .+ are larger than/),
    },
    'sends ten thousand headers': {
      behaviour: raw(`HTTP/1.1 200 OK\r\n${many(10_000, at => `X-${at}: ${at}\r\n`)}\r\n`),
      expected: failed('size', /^headers from/),
    },
    'redirects to itself': { behaviour: redirect(''), expected: failed('redirect', /^redirect loop/) },
    'redirects in a circle': { behaviour: redirect('/circle/a'), expected: failed('redirect', /^redirect loop/) },
    'redirects for ever': { behaviour: wander(), expected: failed('redirect', /^more than \d+ redirects/) },
    'redirects to a file': {
      behaviour: redirect('file:///etc/passwd'),
      expected: failed('address', /only http and https/),
    },
    'redirects to nowhere': { behaviour: status(301), expected: failed('redirect', /without saying where/) },
    'redirects to a broadcast address': {
      behaviour: redirect('http://255.255.255.255/feed'),
      expected: failed('address', /is broadcast/),
    },
    'names a metadata service': { at: 'metadata', expected: failed('address', /0\.0\.0\.0 is unspecified/) },
    'sends a gzip bomb': { behaviour: body(gzipSync(zeros), { 'content-encoding': 'gzip' }), expected: bomb },
    'sends a brotli bomb': {
      behaviour: body(brotliCompressSync(zeros, brotli), { 'content-encoding': 'br' }),
      expected: bomb,
    },
    'sends a zstd bomb': { behaviour: body(zstdCompressSync(zeros), { 'content-encoding': 'zstd' }), expected: bomb },
    'sends a gzip bomb in a gzip': {
      behaviour: body(gzipSync(gzipSync(zeros)), { 'content-encoding': 'gzip, gzip' }),
      expected: bomb,
    },
    'encodes three times': {
      behaviour: body(gzipSync(gzipSync(gzipSync(GOOD))), { 'content-encoding': 'gzip, gzip, gzip' }),
      expected: failed('encoding', /^body is encoded 3 times/),
    },
    'encodes as nobody asked': {
      behaviour: body(Buffer.from('5d00008000ffffffffffffffff00', 'hex'), { 'content-encoding': 'lzma' }),
      expected: failed('encoding', /nobody asked for/),
    },
    'cuts its gzip': {
      behaviour: body(gzipSync(GOOD).subarray(0, 60), { 'content-encoding': 'gzip' }),
      expected: failed('encoding', /cut off or damaged/),
    },
    'sends many empty gzips': {
      behaviour: body(Buffer.concat(Array.from({ length: 5_000 }, () => gzipSync(''))), { 'content-encoding': 'gzip' }),
      expected: failed('encoding', /more than 1000 parts/),
    },
    'has a certificate of its own making': { at: 'tls', expected: failed('tls', /it is self-signed/) },
    'has a certificate that is over': { at: 'expired', expected: failed('tls', /certificate of .+ is not valid/) },
    'speaks plainly where TLS is due': { at: 'plain-on-tls', expected: failed('tls', /does not speak TLS|handshake/) },
    'drops the TLS handshake': {
      at: 'dropping-tls',
      expected: failed('tls', /closed the connection during the TLS handshake/),
    },
    'refuses connections': { at: 'closed-port', expected: failed('connect', /^connection refused by/) },
    'asks us to stay away': {
      behaviour: status(503, { 'retry-after': '1' }),
      expected: failed('throttled', /answered 503/),
    },
  }
}

/** Bytes that are well delivered. */
function documents(): Record<string, Kind> {
  const served = (content: string | Uint8Array, expected: Expected): Kind => ({ behaviour: body(content), expected })
  const cut = /too long and cut|longer than/
  return {
    'nests 100,000 elements in an entry': served(
      rss(`<item><guid>x</guid><title>One</title><description>${'<b>'.repeat(100_000)}deep</description></item>`),
      filed(1, /nested deeper/),
    ),
    'nests 100,000 elements in a body': served(described('<div>'.repeat(100_000)), filed(1)),
    'nests 100,000 elements around itself': served(`${'<a>'.repeat(100_000)}${GOOD}`, failed('document', /not a feed/)),
    'opens 60,000 links and closes none': served(described('<a href="/x">'.repeat(60_000)), filed(1)),
    'is 200 KB of <': served('<'.repeat(200_000), failed('document', /document|feed/)),
    'has 200 KB of < in an entry': served(described('<'.repeat(200_000)), filed(1)),
    'has 200 KB of & in an entry': served(described('&'.repeat(200_000)), filed(1)),
    'has 200 KB of <! in an entry': served(described('<!'.repeat(100_000)), filed(1)),
    'has 100,000 attributes': served(
      rss(`<item ${many(100_000, at => `a${at}="1" `)}><title>One</title></item>`),
      filed(1),
    ),
    'has a tag that never ends': served(described(`<p ${'x '.repeat(100_000)}`), filed(1)),
    'has quotes that never end': served(rss(`<item><title>One</title></item>${'<a b="'.repeat(50_000)}`), filed(1)),
    'has entities that grow': served(
      rss(
        item(1).replace('number', '&z;'),
        `<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">${many(24, at => {
          const [from, to] = [String.fromCharCode(97 + at), String.fromCharCode(98 + at)]
          return `<!ENTITY ${to} "${`&${from};`.repeat(10)}">`
        })}]>`,
      ),
      filed(1, /declares entities/),
    ),
    'uses one long entity 100,000 times': served(
      rss(
        `<item><title>One</title><description>${'&a;'.repeat(100_000)}</description></item>`,
        `<!DOCTYPE rss [<!ENTITY a "${'a'.repeat(900)}">]>`,
      ),
      filed(1, /declares entities/),
    ),
    'refers to a file of ours': served(
      rss(item(1).replace('number', '&file;'), '<!DOCTYPE rss [<!ENTITY file SYSTEM "file:///etc/passwd">]>'),
      filed(1),
    ),
    'has 5,000 entries': served(rss(many(5_000, at => item(at))), filed(1_000, /has 5000 entries/)),
    'has 20,000 entries': served(rss(many(20_000, at => item(at))), filed(1_000, /has 20000 entries/)),
    'has titles of a megabyte': served(
      rss(many(5, at => `<item><guid>t${at}</guid><title>${`${at} long `.repeat(MEGABYTE / 7)}</title></item>`)),
      filed(5, cut),
    ),
    'has a text of eight megabytes': served(described('<p>A word, and another one. '.repeat(300_000)), filed(1, cut)),
    'has a text of one word': served(described('ا'.repeat(2 * MEGABYTE)), filed(1, cut)),
    'has letters under 4,000 combining marks of two kinds': served(
      rss(
        many(8, at => `<item><guid>m${at}</guid><title>Marks</title><description>${at} ${MARKS}</description></item>`),
      ),
      filed(8, /combining marks: cut/),
    ),
    'keeps combining marks apart by what nobody sees': served(
      described(`${'\u0316'.repeat(9)}\u200c${'\u0315'.repeat(9)}\u200d`.repeat(5_000)),
      filed(1),
    ),
    'keeps combining marks apart by markup': served(
      described(`a${'<i>\u0316\u0315\u0316\u0315\u0316</i>'.repeat(20_000)}`),
      filed(1),
    ),
    'has a text of ligatures that stand for eighteen letters': served(described('\ufdfa '.repeat(100_000)), filed(1)),
    'has a picture in letters for a text': served(described('iVBORw0KGgo'.repeat(90_000)), filed(1)),
    'names forty namespaces of 19,900 number signs': served(
      rss(
        many(40, at => `<item xmlns:a="http://n.example/${'#'.repeat(19_900)}x${at}"><title>Item ${at}</title></item>`),
      ),
      filed(40),
    ),
    'mixes charsets in every word': served(
      Buffer.concat([
        Buffer.from('<rss><channel><item><title>One</title><description>'),
        ...Array.from({ length: 100_000 }, () => Buffer.from([0xc3, 0xa9, 0xff, 0x20, 0xd9, 0x84, 0xc7, 0xe1, 0x20])),
        Buffer.from('</description></item></channel></rss>'),
      ]),
      filed(1, /could not be read/),
    ),
    'has a text of white space': served(described(' \n\t'.repeat(MEGABYTE)), filed(1)),
    'has 40,000 categories': served(
      rss(`<item><title>One</title>${many(40_000, at => `<category>c${at}</category>`)}</item>`),
      filed(1),
    ),
    'has 40,000 enclosures': served(
      rss(`<item><title>One</title>${many(40_000, at => `<enclosure url="http://a.example/${at}"/>`)}</item>`),
      filed(1),
    ),
    'has 100,000 namespaces': served(
      rss(
        `<item ${many(64, at => `xmlns:n${at}="http://n.example/${at}" `)}><title>One</title>${many(50_000, at => `<n${at % 64}:x${at}/>`)}</item>`,
      ),
      filed(1),
    ),
    'has a date of a megabyte': served(
      rss(`<item><title>One</title><pubDate>${'1 '.repeat(MEGABYTE / 2)}</pubDate></item>`),
      filed(1),
    ),
    'names __proto__ everywhere': served(
      rss(
        '<item><title>One</title><__proto__>x</__proto__><constructor>y</constructor><category>__proto__</category></item>',
      ),
      filed(1),
    ),
    'is binary': served(
      Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7_919) % 251)),
      failed('document', /./),
    ),
    'is nine megabytes of nothing': served(' '.repeat(9 * MEGABYTE), failed('document', /./)),
    'is UTF-16 and odd': served(Buffer.from(`\ufeff${GOOD}`, 'utf16le').subarray(0, -1), filed(1)),
    'is JSON of a million brackets': served('['.repeat(1_100_000), failed('document', /more than 1,000,000 values/)),
    'is JSON nested 100,000 deep': served('{"items":'.repeat(100_000), failed('document', /./)),
    'is JSON of 5,000 items': served(
      JSON.stringify({
        version: 'https://jsonfeed.org/version/1.1',
        items: Array.from({ length: 5_000 }, (_, at) => ({ id: `j${at}`, content_html: `<p>Item ${at}</p>` })),
      }),
      filed(1_000, /has 5000 entries/),
    ),
    'is a page of three megabytes': served(
      `<!doctype html><html><body>${'<p>Hello</p>'.repeat(250_000)}`,
      failed('document', /is HTML/),
    ),
    // Below the size that is handed to a thread, if there is one.
    'nests what fits into 8 KB': served(described('<b>'.repeat(2_500)), filed(1)),
    'nests blocks in 8 KB': served(described('<table><tr><td>'.repeat(500)), filed(1)),
    'is 8 KB of <': served(described('<'.repeat(7_500)), filed(1)),
    'is 8 KB of entries': served(rss('<item><title>a</title></item>'.repeat(250)), filed(250)),
    'is 8 KB of open quotes': served(rss(`<item><title>One</title>${'<a b="'.repeat(1_100)}`), filed(1)),
  }
}

/** Good once; whoever comes again over the same connection meets a reset. */
function resetKept(): Behaviour {
  const served = new WeakSet<Socket>()
  return (request, response) => {
    const known = served.has(request.socket)
    served.add(request.socket)
    const behaviour = known ? reset : body(GOOD)
    behaviour(request, response)
  }
}

function wander(): Behaviour {
  let step = 0
  return (request, response) => redirect(`/wander/${step++}`)(request, response)
}

const pathOf = (name: string, at: number): string => `/${at}/${name.replaceAll(/[^a-z0-9]+/gi, '-')}`

export interface HostileFeed {
  name: string
  url: string
  expected: Expected
}

async function tcp(accept: (socket: Socket) => void): Promise<number> {
  const server = createTcpServer(socket => {
    socket.on('error', () => {})
    accept(socket)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function serve(): Promise<HostileFeed[]> {
  const DAY = 86_400_000
  const plain = await startHostileServer()
  const tls = await startHostileServer({ tls: makeCertificate() })
  const expired = makeCertificate({ from: new Date(Date.now() - 9 * DAY), to: new Date(Date.now() - DAY) })
  const over = await startHostileServer({ tls: expired })
  const closed = await startHostileServer()
  await closed.close()
  const dropping = await tcp(socket => socket.once('data', () => socket.end()))
  const elsewhere: Record<NonNullable<Kind['at']>, string> = {
    tls: `${tls.origin}/feed`,
    expired: `${over.origin}/feed`,
    'plain-on-tls': `${plain.origin.replace('http:', 'https:')}/feed`,
    'dropping-tls': `https://127.0.0.1:${dropping}/feed`,
    'closed-port': `${closed.origin}/feed`,
    metadata: 'http://0/feed',
  }
  plain.on('/circle/a', redirect('/circle/b'))
  plain.on('/circle/b', redirect('/circle/a'))
  for (let step = 0; step < 40; step++) plain.on(`/wander/${step}`, redirect(`/wander/${step + 1}`))
  return Object.entries({ ...network(), ...documents() }).map(([name, { behaviour, at, expected }], index) => {
    const url = behaviour === undefined ? elsewhere[at ?? 'closed-port'] : plain.on(pathOf(name, index), behaviour)
    return { name, url, expected }
  })
}

/** Start the servers in a thread; it ends when it is told to. */
export async function startHostileWorld(): Promise<{ feeds: HostileFeed[]; stop: () => Promise<void> }> {
  const worker = new Worker(new URL(import.meta.url), { execArgv: [] })
  const feeds = await new Promise<HostileFeed[]>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  return {
    feeds,
    stop: async () => {
      await worker.terminate()
    },
  }
}

if (!isMainThread && parentPort !== null && import.meta.url.endsWith('hostile-world.ts'))
  parentPort.postMessage(await serve())
