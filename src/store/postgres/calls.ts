// Calls from processes that collect or publish to the one that files, in a table: a call outlives whoever made it, and whoever
// was to answer it. A call may be answered twice, by two that lead one after the other: what it asks for is the same the second
// time.
import { type Client, clientPool, listeningClient, type Pool, type PoolClient } from './client.ts'
import { GIVE_BACK, LEAD } from './lead.ts'

/** Answers that nobody has fetched for so long belong to a process that is gone. */
const KEPT = '10 minutes'
const CONNECTIONS = 6

export interface NewCall {
  caller: string
  method: string
  /** Feeds that are not polled until it is answered. */
  feeds: readonly number[]
  /** As `v8.serialize` writes it. */
  given: Uint8Array
  readings: Uint8Array | null
}

export interface OpenCall {
  id: number
  method: string
  given: Uint8Array
  readings: Uint8Array | null
}

export type Executor = Pick<PoolClient, 'query'>

export class Calls {
  readonly #pool: Pool
  readonly #url: string
  readonly #channel: Promise<string>
  readonly #listeners: Client[] = []

  /** `onLost` is told of idle connections that are lost: others are made. */
  constructor(url: string, onLost: (error: Error) => void) {
    this.#url = url
    this.#pool = clientPool(url, CONNECTIONS, onLost)
    this.#channel = this.schema().then(schema => `minwal_${schema}`)
    this.#channel.catch(() => {
      // Whoever asks is told.
    })
  }

  /** The schema of the tables. */
  async schema(): Promise<string> {
    const { rows } = await this.#pool.query<{ schema: string }>('select current_schema() as schema')
    return rows[0]?.schema ?? 'public'
  }

  query: Pool['query'] = ((...given: Parameters<Pool['query']>) => this.#pool.query(...given)) as Pool['query']

  /** Run statements in a transaction: all of it is kept, or nothing. */
  async within<T>(work: (client: Executor) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect()
    let isLost = false
    try {
      await client.query('begin')
      const done = await work(client)
      await client.query('commit')
      return done
    } catch (error) {
      await client.query('rollback').catch(() => {
        isLost = true
      })
      throw error
    } finally {
      client.release(isLost)
    }
  }

  /** The number of the call. */
  async insert(executor: Executor, { caller, method, feeds, given, readings }: NewCall): Promise<number> {
    const { rows } = await executor.query<{ id: number }>(
      `insert into x_calls (caller, feeds, method, given, readings) values ($1, $2, $3, $4, $5) returning id`,
      [caller, JSON.stringify(feeds), method, given, readings],
    )
    await executor.query('select pg_notify($1, $2)', [await this.#channel, 'call'])
    return rows[0]?.id ?? 0
  }

  /** Answers to a caller that it has not fetched yet. */
  async answers(caller: string): Promise<{ id: number; answer: Uint8Array }[]> {
    const { rows } = await this.#pool.query<{ id: number; answer: Uint8Array }>(
      'delete from x_calls where caller = $1 and answered is not null returning id, answer',
      [caller],
    )
    return rows
  }

  /** Calls that wait, the earliest first, but for those in hand. */
  async open(inHand: readonly number[], limit: number): Promise<OpenCall[]> {
    const { rows } = await this.#pool.query<OpenCall>(
      `select id, method, given, readings from x_calls
       where answered is null and id not in (select value from minwal_numbers($1)) order by id limit $2`,
      [JSON.stringify(inHand), limit],
    )
    return rows
  }

  async answer(id: number, answer: Uint8Array): Promise<void> {
    await this.#pool.query(
      `with done as (
         update x_calls set answer = $2, answered = now(), given = '', readings = null where id = $1 returning caller)
       select pg_notify($3, caller) from done`,
      [id, answer, await this.#channel],
    )
  }

  /** Feeds of calls that are not answered: they are due, and are not to be polled. */
  async waiting(): Promise<Set<number>> {
    const { rows } = await this.#pool.query<{ feed: number }>(
      `select distinct n.value as feed from x_calls c, minwal_numbers(c.feeds) n where c.answered is null`,
    )
    return new Set(rows.map(({ feed }) => feed))
  }

  /** Calls that are not answered. */
  async count(): Promise<number> {
    const { rows } = await this.#pool.query<{ n: number }>('select count(*) as n from x_calls where answered is null')
    return rows[0]?.n ?? 0
  }

  async tidy(): Promise<void> {
    await this.#pool.query(`delete from x_calls where answered < now() - interval '${KEPT}'`)
  }

  /** Whether nobody leads at this moment. */
  async isFree(): Promise<boolean> {
    const client = await this.#pool.connect()
    try {
      const { rows } = await client.query<{ leads: number }>(LEAD)
      if (rows[0]?.leads !== 1) return false
      await client.query(GIVE_BACK)
      return true
    } finally {
      client.release()
    }
  }

  /** Hear of calls (`call`) and of answers (the caller's name). A connection that is lost is not made anew: who listens also looks. */
  async listen(onNotice: (said: string) => void): Promise<void> {
    const client = listeningClient(this.#url)
    client.on('error', () => {
      // Looking goes on without it.
    })
    await client.connect()
    this.#listeners.push(client)
    client.on('notification', ({ payload = '' }) => onNotice(payload))
    await client.query(`listen ${client.escapeIdentifier(await this.#channel)}`)
  }

  async close(): Promise<void> {
    for (const client of this.#listeners) {
      await client.end().catch(() => {
        // It is gone already.
      })
    }
    await this.#pool.end()
  }
}
