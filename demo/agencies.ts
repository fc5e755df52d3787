// The demo's agencies: a small web server that files sample wires as ten invented agencies would have, at whatever moment its
// clock shows.
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Millis } from '../src/model/units.ts'
import { feedDocument, reportPage, type Wires } from './documents.ts'

export interface Agencies {
  origin: string
  close(): Promise<void>
}

/** Serve all agencies on loopback, on a free port. */
export function serveAgencies(all: readonly Wires[], now: () => Millis): Promise<Agencies> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', origin()).pathname
    const at = now()
    for (const wires of all) {
      const document = feedDocument(wires, path, at, origin())
      if (document === null) continue
      const fails = wires.feed.fails?.find(({ from, to }) => Date.parse(from) <= at && at < Date.parse(to))
      if (fails) {
        response.writeHead(fails.status, { 'content-type': 'text/plain' }).end('The service is busy.')
        return
      }
      const { body, type } = document
      const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`
      if (request.headers['if-none-match'] === etag) {
        response.writeHead(304, { etag }).end()
        return
      }
      response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, etag }).end(body)
      return
    }
    for (const wires of all) {
      const page = reportPage(wires, path, at)
      if (page === null) continue
      response.writeHead(200, { 'content-type': `${page.type}; charset=utf-8` }).end(page.body)
      return
    }
    response.writeHead(404, { 'content-type': 'text/plain' }).end('Not here.')
  })
  const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () =>
      resolve({
        origin: origin(),
        close: () =>
          new Promise(done => {
            server.close(() => done())
            server.closeAllConnections()
          }),
      }),
    )
  })
}
