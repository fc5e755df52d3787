// What gives stories their vectors, over real HTTP; the desk is one that remembers what it was told.
import { expect, it, onTestFinished } from 'vitest'
import { createEncoder } from '../../src/encode/encoder.ts'
import { silent } from '../../src/log.ts'
import { askerOf, Encoding } from '../../src/run/encoding.ts'
import { bySense, type Embeddings, embeddingsServer, json } from '../helpers/embeddings.ts'
import { eventually } from '../helpers/eventually.ts'
import { pollSettings } from '../helpers/poll-settings.ts'

function encoding(server: Embeddings, texts: readonly string[]) {
  const kept = new Map<number, readonly number[] | null>()
  const models: string[] = []
  const log: string[] = []
  const encoder = createEncoder(
    { url: server.url, model: 'tiny', key: null, prefix: '' },
    { log: silent, asker: () => askerOf(pollSettings()) },
  )
  const made = new Encoding({
    encoder,
    log: { ...silent, info: event => void log.push(event) },
    now: Date.now,
    desk: {
      useModel: async model => models.push(JSON.stringify(model.probes)),
      unencoded: async (model, limit) =>
        model === models.length
          ? texts.flatMap((text, story) => (kept.has(story) ? [] : [{ story, key: text, text }])).slice(0, limit)
          : null,
      keepVectors: async (_, given) => {
        for (const { story, vector } of given) kept.set(story, vector)
        return true
      },
    },
  })
  onTestFinished(() => made.close())
  return { made, encoder, kept, models, log }
}

const NEWS = Array.from({ length: 30 }, (_, at) => `A dam, ${at}`)

it('every story gets its vector, some at a time, by one model', async () => {
  const server = await embeddingsServer()
  const { made, kept, models } = encoding(server, NEWS)
  made.wake()
  await made.idle(20_000)
  expect(kept.size).toBe(NEWS.length)
  expect(models).toHaveLength(1)
  expect(server.texts().sort()).toEqual([...NEWS].sort())
  const asked = server.asked.length
  made.begin()
  expect(server.asked).toHaveLength(asked)
})

it('what failed is not lost: it is asked for when the encoder may be asked again', async () => {
  const server = await embeddingsServer()
  const { made, encoder, kept } = encoding(server, NEWS)
  server.fault = response => json(response, 404, '')
  made.wake()
  await made.idle(20_000)
  expect(kept.size).toBe(0)
  expect(encoder.restsFor).toBeGreaterThan(0)
  // What is filed meanwhile changes nothing.
  const asked = server.asked.length
  made.wake()
  await made.idle(20_000)
  expect(server.asked).toHaveLength(asked)
})

it('a model that never says the same twice is not asked on and on', async () => {
  const server = await embeddingsServer()
  let turn = 0
  server.fault = (response, input) => {
    turn++
    json(response, 200, {
      data: input.map(text => ({ embedding: turn % 2 ? bySense(text) : bySense(text).reverse() })),
    })
  }
  const { made, kept, models, log } = encoding(server, NEWS)
  made.wake()
  await made.idle(20_000)
  await eventually('it has noticed', () => log.length > 0)
  made.wake()
  await made.idle(20_000)
  expect(kept.size).toBe(0)
  expect(models.length).toBeLessThan(3)
  expect(server.asked.length).toBeLessThan(6)
})

it('a model that is exchanged once is asked for all at once', async () => {
  const server = await embeddingsServer()
  const { made, kept, models, log } = encoding(server, NEWS)
  server.fault = (response, input) => {
    const exchanged = server.asked.length > 2
    json(response, 200, {
      data: input.map(text => ({ embedding: exchanged ? bySense(text).reverse() : bySense(text) })),
    })
  }
  made.wake()
  await made.idle(20_000)
  expect(kept.size).toBe(NEWS.length)
  expect(models).toHaveLength(2)
  expect(log).toEqual(['the encoder has another model now: stories are encoded anew'])
})
