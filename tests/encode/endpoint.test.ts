// A server of the embeddings API: how it is asked, and what becomes of its faults. Over real HTTP, by the client that the daemon has.
import { describe, expect, it, onTestFinished } from 'vitest'
import { createJsonClient } from '../../src/collect/net/json.ts'
import { createEncoder, PROBES } from '../../src/encode/encoder.ts'
import { embeddingsAddress } from '../../src/encode/endpoint.ts'
import { SENTENCES } from '../../src/encode/sentences.ts'
import { knows, tryEncoder } from '../../src/encode/try.ts'
import { silent } from '../../src/log.ts'
import type { EndpointSettings } from '../../src/model/config.ts'
import { answered, bySense, type Embeddings, embeddingsServer, json } from '../helpers/embeddings.ts'
import { eventually } from '../helpers/eventually.ts'
import { pollSettings } from '../helpers/poll-settings.ts'

const MOST_BYTES = 100_000

function encoder(server: Embeddings, more: Partial<EndpointSettings> = {}, patience = 20_000) {
  const warnings: string[] = []
  const log = {
    ...silent,
    warn: (_: string, fields?: object) => void warnings.push(Reflect.get(fields ?? {}, 'reason')),
  }
  const asker = () => createJsonClient(pollSettings(), { patience, maxBytes: MOST_BYTES })
  const settings = { url: server.url, model: 'tiny', key: null, prefix: '', ...more }
  const made = createEncoder(settings, { log, asker })
  onTestFinished(() => made.close())
  return { made, asker, settings, warnings }
}

async function vectorsOf({ made }: ReturnType<typeof encoder>, texts: string[]) {
  const got = await made.encode(texts)
  return got.ok ? got.value.vectors : got.reason
}

describe('a server that encodes', () => {
  it('is asked for all texts at once, with model, key and prefix, and a probe beside them', async () => {
    const server = await embeddingsServer()
    const asking = encoder(server, { model: 'bge', key: 'k3y', prefix: 'query: ' })
    expect(await vectorsOf(asking, ['The dam', 'لعبة شطرنج'])).toEqual([
      [1, 0, 0, 0.1],
      [0, 1, 0, 0.1],
    ])
    expect(server.asked).toEqual([
      {
        path: '/v1/embeddings',
        model: 'bge',
        input: ['query: The dam', 'query: لعبة شطرنج', `query: ${PROBES[0]}`],
        authorization: 'Bearer k3y',
      },
    ])
  })

  it.each([
    ['http://127.0.0.1:11434/v1', 'http://127.0.0.1:11434/v1/embeddings'],
    ['http://127.0.0.1:11434/v1/', 'http://127.0.0.1:11434/v1/embeddings'],
    ['https://models.example/v1/embeddings', 'https://models.example/v1/embeddings'],
    ['https://models.example/e5?version=3', 'https://models.example/e5/embeddings?version=3'],
  ])('at %s is asked at %s', (url, address) => {
    expect(embeddingsAddress(url)).toBe(address)
  })

  it('may answer in another order, and with nothing but zeros where it has no vector', async () => {
    const server = await embeddingsServer()
    server.fault = (response, input) =>
      json(response, 200, {
        data: input.map((text, index) => ({ index, embedding: text === 'none' ? [0, 0] : [index, 1] })).reverse(),
      })
    expect(await vectorsOf(encoder(server), ['one', 'none', 'two'])).toEqual([[0, 1], null, [2, 1]])
  })

  const list = (vectors: (input: string[]) => unknown[]) => (response: Parameters<typeof json>[0], input: string[]) =>
    json(response, 200, answered(vectors(input)))

  it.each<[string, NonNullable<Embeddings['fault']>, RegExp]>([
    ['fewer vectors than texts', list(input => input.slice(1).map(() => [1, 0])), /1 vectors to 2 texts$/],
    ['more vectors than texts', list(input => [...input, ''].map(() => [1, 0])), /3 vectors to 2 texts$/],
    [
      'vectors of two lengths',
      list(input => input.map((_, at) => Array(at + 2).fill(1))),
      /vectors of 2 and 3 numbers$/,
    ],
    [
      'too many numbers',
      list(input => input.map(() => Array(1_025).fill(1))),
      /1025 numbers for a text: 1024 are the most/,
    ],
    ['words for numbers', list(input => input.map(() => ['a', 'b'])), /no list of numbers/],
    ['null for a number', list(input => input.map(() => [1, null])), /no list of numbers/],
    [
      'NaN',
      (response, input) =>
        json(response, 200, `{"data": [${input.map((_, at) => `{"index": ${at}, "embedding": [NaN, 1]}`).join()}]}`),
      /with NaN among the numbers$/,
    ],
    ['a page', response => json(response, 200, '<html>Welcome</html>'), /what is no JSON$/],
    ['something else in JSON', response => json(response, 200, { embeddings: [] }), /is it an embeddings API\?$/],
    [
      'one text twice',
      (response, input) => json(response, 200, { data: input.map(() => ({ index: 0, embedding: [1] })) }),
      /two vectors of text 0$/,
    ],
    ['500', response => json(response, 500, { error: 'out of memory' }), /answered 500: out of memory$/],
    [
      '404',
      response => json(response, 404, { error: { message: 'model "tiny" not found,\ntry pulling it first' } }),
      /\/v1\/embeddings answered 404: model "tiny" not found, try pulling it first$/,
    ],
    ['401', response => json(response, 401, { detail: 'no key' }), /answered 401: no key; "key" of the encoder/],
    [
      'half of what it promised',
      response => {
        response.writeHead(200, { 'content-length': 1_000 }).write('{"data": [')
        setTimeout(() => response.destroy(), 50)
      },
      /connection closed after 10 of 1000 bytes$/,
    ],
    [
      'more than is read',
      response => json(response, 200, 'x'.repeat(MOST_BYTES + 1)),
      /answered with more than 97.7 KB$/,
    ],
    [
      'a redirect to another private address',
      response => void response.writeHead(307, { location: 'http://127.0.0.1:9/v1/embeddings' }).end(),
      /redirects to http:\/\/127\.0\.0\.1:9.*: .*allowPrivate opens only the host and port of a configured address/,
    ],
    [
      'a redirect that would lose the question',
      response => void response.writeHead(302, { location: '/other' }).end(),
      /answered 302$/,
    ],
  ])('and answers %s has failed, in one line', async (_, fault, reason) => {
    const server = await embeddingsServer()
    server.fault = fault
    const asking = encoder(server)
    expect(await vectorsOf(asking, ['The dam'])).toMatch(reason)
    expect(asking.warnings).toEqual([expect.stringMatching(reason)])
    expect(asking.made.restsFor).toBeGreaterThan(50_000)
    const asked = server.asked.length
    expect(await vectorsOf(asking, ['The dam'])).toMatch(/left alone/)
    expect(server.asked).toHaveLength(asked)
  })

  it('and does not answer in time has failed', async () => {
    const server = await embeddingsServer()
    server.fault = () => {}
    expect(await vectorsOf(encoder(server, {}, 300), ['The dam'])).toBe('no whole answer within 0.3 s')
  })

  it('and dribbles has failed when its time is over', async () => {
    const server = await embeddingsServer()
    server.fault = response => {
      response.writeHead(200)
      const timer = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(timer))
    }
    expect(await vectorsOf(encoder(server, {}, 400), ['The dam'])).toBe('no whole answer within 0.4 s')
  })

  it('is followed to another path of its own, with the key', async () => {
    const server = await embeddingsServer()
    const asking = encoder(server, { key: 'k3y' })
    server.fault = (response, input) => {
      if (server.asked.length === 1) response.writeHead(308, { location: '/v2/embeddings' }).end()
      else json(response, 200, answered(input.map(bySense)))
    }
    expect(await vectorsOf(asking, ['The dam'])).toEqual([[1, 0, 0, 0.1]])
    expect(server.asked.map(({ path, authorization }) => [path, authorization])).toEqual([
      ['/v1/embeddings', 'Bearer k3y'],
      ['/v2/embeddings', 'Bearer k3y'],
    ])
  })

  it('that wants to be left alone for longer is', async () => {
    const server = await embeddingsServer()
    server.fault = response => void response.writeHead(429, { 'retry-after': '600' }).end()
    const asking = encoder(server)
    expect(await vectorsOf(asking, ['The dam'])).toMatch(/answered 429$/)
    expect(asking.made.restsFor).toBeGreaterThan(590_000)
  })

  it('and refuses one text of many gives the others their vectors', async () => {
    const server = await embeddingsServer()
    server.fault = (response, input) =>
      input.includes('poison')
        ? json(response, 400, { error: { message: 'input is too long' } })
        : json(response, 200, answered(input.map(bySense)))
    const asking = encoder(server)
    expect(await vectorsOf(asking, ['The dam', 'poison', 'chess', 'bakers', 'dam chess'])).toEqual([
      [1, 0, 0, 0.1],
      null,
      [0, 1, 0, 0.1],
      [0, 0, 1, 0.1],
      [1, 1, 0, 0.1],
    ])
    expect(asking.warnings).toEqual([])
  })

  it('is asked for more at once while it is quick, and for less after a failure', async () => {
    const server = await embeddingsServer()
    const { made } = encoder(server)
    const first = made.batch
    await made.encode(Array.from({ length: first }, (_, at) => `text ${at}`))
    expect(made.batch).toBe(2 * first)
    server.fault = response => json(response, 503, '')
    await made.encode(['The dam'])
    expect(made.batch).toBe(first)
  })

  it('is cut off when the encoder is closed', async () => {
    const server = await embeddingsServer()
    server.fault = () => {}
    const asking = encoder(server)
    const pending = vectorsOf(asking, ['The dam'])
    await eventually('it was asked', () => server.asked.length > 0)
    asking.made.close()
    expect(await pending).toMatch(/stopped/)
    expect(asking.warnings).toEqual([])
  })

  it('is reached where the configuration says, though never where clouds keep credentials', async () => {
    const server = await embeddingsServer()
    expect(await vectorsOf(encoder(server, { url: 'http://169.254.169.254/v1' }), ['The dam'])).toMatch(
      /169\.254\.169\.254 is a cloud metadata service/,
    )
  })

  it('can be tried: it knows a language where two tellings of an event are nearest to each other', async () => {
    const server = await embeddingsServer()
    // Each telling has the direction of its event, but in Turkish all are alike.
    const events = new Map(
      Object.entries(SENTENCES).flatMap(([language, tellings]) =>
        tellings.flatMap((pair, event) => pair.map(text => [text, language === 'tr' ? 0 : event] as const)),
      ),
    )
    server.model = text => [0, 1, 2].map(event => (events.get(text) === event ? 1 : 0.2))
    const { settings, asker } = encoder(server)
    const tried = await tryEncoder(settings, ['ar', 'en', 'tr', 'uz'], { asker })
    expect(tried).toEqual({
      ok: true,
      value: {
        numbers: 3,
        textsPerSecond: expect.any(Number),
        languages: { ar: true, en: true, tr: false, uz: null },
      },
    })
    const all = await tryEncoder(settings, [], { asker })
    expect(all.ok && Object.keys(all.value.languages)).toHaveLength(12)
  })
})

describe('the sentences that languages are tried with', () => {
  it('are two tellings of three events in each of twelve languages, all different', () => {
    expect(Object.keys(SENTENCES)).toHaveLength(12)
    const all = Object.values(SENTENCES).flatMap(tellings => tellings.flat())
    expect(new Set(all).size).toBe(72)
  })

  it('tell a model that knows only letters from one that knows the language', () => {
    const letters = (text: string): number[] => {
      const counts = new Array<number>(64).fill(0)
      for (const letter of text) {
        const at = (letter.codePointAt(0) ?? 0) % 64
        counts[at] = (counts[at] ?? 0) + 1
      }
      return counts
    }
    const known = Object.entries(SENTENCES).filter(([, tellings]) => knows(tellings.flat().map(letters)))
    expect(known.map(([language]) => language)).toEqual([])
  })
})
