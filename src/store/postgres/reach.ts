// Whether a server can be reached. What is cut off hears nothing, not even that it is: a statement that is under way then would
// wait for as long as the network takes to give up, a quarter of an hour.
import { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { soleClient } from './client.ts'
import { failureOf } from './failure.ts'

/** What came while this thread did something else is read within so long. */
const READ = 500
/** What the network says of a server that is there no more, and what is said of one that is silent. */
const CUT_OFF = /^(?:ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|CONNECTION)$/

/** Sockets of connections, to be destroyed at once where the server is silent: nothing else ends them. */
export class Sockets {
  readonly #open = new Set<Socket>()

  /** The `stream` of a connection of pg. */
  readonly make = (): Socket => {
    const socket = new Socket()
    this.#open.add(socket)
    return socket.once('close', () => this.#open.delete(socket))
  }

  /** Whoever waits for an answer on one of them is told that it is lost. */
  destroy(): void {
    for (const socket of [...this.#open]) socket.destroy()
  }
}

/** The answer of `ask`, or an error where none comes within `patience`. Where this thread did something else meanwhile, it counts. */
export async function withinReach<T>(ask: () => Promise<T>, patience: number, signal?: AbortSignal): Promise<T> {
  const over = new AbortController()
  const ended = { signal: signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]), ref: false }
  const silence = pause(patience, undefined, ended)
    .then(() => pause(READ, undefined, ended))
    .then(() => {
      throw Object.assign(new Error('it does not answer'), { code: 'ETIMEDOUT' })
    })
  try {
    return await Promise.race([ask(), silence])
  } finally {
    over.abort()
    silence.catch(() => {})
  }
}

/**
 * What a server says of one of its processes, on a connection that is closed again: it works, it waits for a statement, or nothing at
 * all. A server that refuses the connection is there. `backend` is null where nobody knows its process, as behind a pooler.
 */
export async function askAfter(
  url: string,
  backend: number | null,
  patience: number,
): Promise<'works' | 'waits' | 'silent'> {
  const sockets = new Sockets()
  const client = soleClient(url, 2 * patience, sockets)
  client.on('error', () => {
    // Whoever waits is told.
  })
  const ask = async (): Promise<boolean> => {
    await client.connect()
    const { rows } = await client.query<{ state: string | null }>('select state from pg_stat_activity where pid = $1', [
      backend,
    ])
    return backend === null || /^(?:active|fastpath)/.test(rows[0]?.state ?? '')
  }
  try {
    const works = await withinReach(ask, patience)
    client.end().catch(() => {
      // It is gone already.
    })
    return works ? 'works' : 'waits'
  } catch (error) {
    sockets.destroy()
    return CUT_OFF.test(failureOf(error).code) ? 'silent' : 'works'
  }
}
