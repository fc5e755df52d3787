// A web server on a free loopback port whose answers a test can change while it runs.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

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

export interface Item {
  guid: string
  title: string
  text: string
  link?: string
  date?: string
}

/** An RSS document of these items, as an ordinary agency would serve it. */
export function rss(items: readonly Item[], title = 'Agency'): string {
  const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>${xml(title)}</title><link>https://agency.example/</link><description/>
${items
  .map(
    item => `<item><guid isPermaLink="false">${xml(item.guid)}</guid><title>${xml(item.title)}</title>
<link>${xml(item.link ?? `https://agency.example/${encodeURIComponent(item.guid)}`)}</link>
${item.date ? `<pubDate>${new Date(item.date).toUTCString()}</pubDate>` : ''}
<description>${xml(item.text)}</description></item>`,
  )
  .join('\n')}
</channel></rss>`
}
