// A web server on a free loopback port whose answers a test can change while it runs.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export { type Item, rss } from './rss.ts'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

export interface FeedServer {
  origin: string
  /** Paths asked for so far. */
  requests: string[]
  /** What each path answers: a document, or code. A path without an answer is 404. */
  answers: Map<string, string | Answer>
  close(): Promise<void>
}

/** Start a server; it closes when the running test ends. */
export async function feedServer(answers: Record<string, string | Answer> = {}): Promise<FeedServer> {
  const map = new Map(Object.entries(answers))
  const requests: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    requests.push(path)
    const answer = map.get(path)
    if (typeof answer === 'function') answer(request, response)
    else if (answer === undefined) response.writeHead(404).end('nothing here')
    else response.writeHead(200, { 'content-type': 'application/xml; charset=utf-8' }).end(answer)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const close = (): Promise<void> =>
    new Promise(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  onTestFinished(close)
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, answers: map, close }
}
