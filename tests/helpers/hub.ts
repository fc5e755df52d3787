// A WebSub hub on a free loopback port that does what the specification has hubs do, and on demand what it forbids.
import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { FeedServer } from './feed-server.ts'

/** A request to subscribe, as it came in. */
export interface Asked {
  callback: string
  mode: string | null
  topic: string
  lease: string | null
  secret: string
  type: string | undefined
}

export interface Told {
  status: number
  text: string
  type: string | null
}

export interface Hub {
  url: string
  asked: Asked[]
  /** How the next requests are answered; by default 202. */
  answer: (response: ServerResponse, asked: Asked) => void | Promise<void>
  /** Verify the intent of a subscriber. `changes` to the query; null leaves a parameter out. */
  verify(asked: Asked, changes?: Readonly<Record<string, string | null>>): Promise<Told>
  deny(asked: Asked, reason: string): Promise<Told>
  /** Send a document, signed with the secret unless `headers` say otherwise. */
  distribute(asked: Asked, body: string | Uint8Array, headers?: Readonly<Record<string, string>>): Promise<Told>
}

async function told(response: Response): Promise<Told> {
  return { status: response.status, text: await response.text(), type: response.headers.get('content-type') }
}

export const signed = (secret: string, body: string | Uint8Array, method = 'sha256'): string =>
  `${method}=${createHmac(method, secret).update(body).digest('hex')}`

/**
 * Start a hub; it closes when the running test ends. With `beside`, it is at the host and port of that server: at a private
 * address, Minwal asks no other than the feed's own.
 */
export async function startHub(beside?: FeedServer): Promise<Hub> {
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      const form = new URLSearchParams(body)
      const asked: Asked = {
        callback: form.get('hub.callback') ?? '',
        mode: form.get('hub.mode'),
        topic: form.get('hub.topic') ?? '',
        lease: form.get('hub.lease_seconds'),
        secret: form.get('hub.secret') ?? '',
        type: request.headers['content-type'],
      }
      hub.asked.push(asked)
      void hub.answer(response, asked)
    })
  }
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  beside?.answers.set('/hub', listener)
  onTestFinished(
    () =>
      new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  const ask = async (callback: string, query: Readonly<Record<string, string | null>>): Promise<Told> => {
    const url = new URL(callback)
    for (const [name, value] of Object.entries(query)) if (value !== null) url.searchParams.set(name, value)
    return told(await fetch(url))
  }
  const hub: Hub = {
    url: `${beside?.origin ?? `http://127.0.0.1:${(server.address() as AddressInfo).port}`}/hub`,
    asked: [],
    answer: response => void response.writeHead(202).end(),
    verify: ({ callback, topic }, changes = {}) =>
      ask(callback, {
        'hub.mode': 'subscribe',
        'hub.topic': topic,
        'hub.challenge': 'challenge-1',
        'hub.lease_seconds': '86400',
        ...changes,
      }),
    deny: ({ callback, topic }, reason) =>
      ask(callback, { 'hub.mode': 'denied', 'hub.topic': topic, 'hub.reason': reason }),
    distribute: async ({ callback, secret }, body, headers = {}) =>
      told(
        await fetch(callback, {
          method: 'POST',
          body,
          headers: { 'content-type': 'application/rss+xml', 'x-hub-signature': signed(secret, body), ...headers },
        }),
      ),
  }
  return hub
}

/** A port that was free a moment ago, for an address that has to be known beforehand. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}
