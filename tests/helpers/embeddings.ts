// A server of the embeddings API on a free loopback port, whose model and faults a test can change while it runs. A text's vector
// tells which of some words it has.
import type { IncomingMessage } from 'node:http'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Embeddings {
  /** What `threads.encoder.url` is to be. */
  url: string
  /** Requests so far. */
  asked: { path: string; model: string; input: string[]; authorization: string | undefined }[]
  /** Answers in place of the model; null where the model does. */
  fault: ((response: ServerResponse, input: string[]) => void) | null
  /** The vector of a text. */
  model: (text: string) => (number | null | string)[]
  /** Texts that were asked for, without probes. */
  texts(): string[]
}

const SENSES = [
  ['dam', 'deluge', 'سد', 'плотина', 'barrage'],
  ['chess', 'شطرنج', 'шахматы'],
  ['bakers', 'خبازين', 'пекари', 'strike'],
]

/** What is said to a text: a direction for each sense, and a little of a fourth that all texts share. */
export const bySense = (text: string): number[] => [
  ...SENSES.map(words => words.filter(word => text.toLowerCase().includes(word)).length),
  0.1,
]

/** What is asked to know the model by. */
const PROBE = /^(?:.{0,12})(?:فاز اللاعب|A dam broke in the valley\.|Пекари объявили)/u

/** Start one; it closes when the running test ends. */
export async function embeddingsServer(): Promise<Embeddings> {
  const server: Server = createServer((request, response) => {
    void answer(request, response)
  })
  const made: Embeddings = {
    url: '',
    asked: [],
    fault: null,
    model: bySense,
    texts: () => made.asked.flatMap(({ input }) => input).filter(text => !PROBE.test(text)),
  }
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += String(chunk)
    const { model, input } = JSON.parse(body) as { model: string; input: string[] }
    made.asked.push({ path: request.url ?? '', model, input, authorization: request.headers.authorization })
    if (made.fault !== null) made.fault(response, input)
    else json(response, 200, answered(input.map(made.model)))
  }
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(
    () =>
      new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  made.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  return made
}

export const answered = (vectors: readonly unknown[]): object => ({
  object: 'list',
  data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
  model: 'tiny',
})

export function json(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(typeof body === 'string' ? body : JSON.stringify(body))
}
