// Calls from processes that collect or publish to the one that files, in a table: a call outlives whoever made it, and whoever
// was to answer it. A call may be answered twice, by two that lead one after the other: what it asks for is the same the second
// time.
import { type Client, clientPool, listeningClient, type Pool, type PoolClient, settle } from './client.ts'
import { PostgresError } from './connection.ts'
import { failureOf } from './failure.ts'
import { type Head, putOff } from './heads.ts'
import { GIVE_BACK, LEAD } from './lead.ts'
import { Sockets } from './reach.ts'

/** Answers that nobody has fetched for so long belong to a process that is gone. */
const KEPT = '10 minutes'
const CONNECTIONS = 6
const LISTENS_AGAIN = 1_000
const GOODBYE = 2_000

/** Of this application, and one within a schema. Ends with the transaction. */
const ALONE = `select pg_advisory_xact_lock(${0x4d4e574e}, hashtext(current_schema()))`

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

/** Runs statements; throws {@link PostgresError}. */
export interface Executor {
  query<R extends object>(text: string, values?: unknown[]): Promise<{ rows: R[]; rowCount: number | null }>
}

const refused = (error: unknown): never => {
  throw new PostgresError(failureOf(error))
}

const asked =
  (by: Pool | PoolClient): Executor['query'] =>
  (text, values) =>
    by.query(text, values).catch(refused)

/** A connection in use that is lost says so to whoever waits for an answer; it would end the process where nobody listened. */
const unheard = (): void => {}

const ended = (client: Client): void => {
  client.end().catch(() => {
    // It is gone already.
  })
}

export class Calls {
  readonly #pool: Pool
  readonly #url: string
  readonly #channel: Promise<string>
  readonly #sockets = new Sockets()
  readonly #listeners = new Set<Client>()
  #isClosed = false

  /** `onLost` is told of idle connections that are lost: others are made. */
  constructor(url: string, onLost: (error: Error) => void) {
    this.#url = url
    this.#pool = clientPool(url, CONNECTIONS, onLost, this.#sockets)
    this.#channel = this.schema().then(schema => `minwal_${schema}`)
    this.#channel.catch(() => {
      // Whoever asks is told.
    })
  }

  /** The schema of the tables. */
  async schema(): Promise<string> {
    const { rows } = await this.query<{ schema: string }>('select current_schema() as schema')
    return rows[0]?.schema ?? 'public'
  }

  /** The schema of jobs, whether it is there or could be made, and by whom. */
  async placeOfJobs(): Promise<{ name: string; isThere: boolean; mayMake: boolean; user: string }> {
    const { rows } = await this.query<{ name: string; is_there: number; may_make: number; user: string }>(
      `select name, to_regnamespace(quote_ident(name)) is not null as is_there, current_user as user,
         has_database_privilege(current_database(), 'create') as may_make
       from (select current_schema() || '_jobs' as name) as place`,
    )
    const [{ name = 'public_jobs', is_there = 0, may_make = 0, user = '' } = {}] = rows
    return { name, isThere: is_there === 1, mayMake: may_make === 1, user }
  }

  query: Executor['query'] = (text, values) => asked(this.#pool)(text, values)

  /** Run statements in a transaction: all of it is kept, or nothing. */
  async within<T>(work: (client: Executor) => Promise<T>): Promise<T> {
    const client = await this.#client()
    const query = asked(client)
    let isLost = false
    try {
      await query('begin')
      const done = await work({ query })
      await query('commit')
      return done
    } catch (error) {
      await query('rollback').catch(() => {
        isLost = true
      })
      throw error
    } finally {
      client.off('error', unheard)
      client.release(isLost)
    }
  }

  /** The same, while no other process does: each waits for those before. */
  alone<T>(work: (client: Executor) => Promise<T>): Promise<T> {
    return this.within(async executor => {
      await executor.query(ALONE)
      return work(executor)
    })
  }

  /** The number of the call. `heads`: hosts that have begun to answer, which costs no statement of its own. */
  async insert(
    executor: Executor,
    { caller, method, feeds, given, readings }: NewCall,
    heads: readonly Head[] = [],
  ): Promise<number> {
    const { rows } = await executor.query<{ id: number }>(
      `${heads.length === 0 ? '' : `with ${putOff(6)}`}
       insert into x_calls (caller, feeds, method, given, readings) values ($1, $2, $3, $4, $5) returning id`,
      [caller, JSON.stringify(feeds), method, given, readings, ...(heads.length === 0 ? [] : [JSON.stringify(heads)])],
    )
    await executor.query('select pg_notify($1, $2)', [await this.#channel, 'call'])
    return rows[0]?.id ?? 0
  }

  /** Answers to a caller that it has not fetched yet. */
  async answers(caller: string): Promise<{ id: number; answer: Uint8Array }[]> {
    const { rows } = await this.query<{ id: number; answer: Uint8Array }>(
      'delete from x_calls where caller = $1 and answered is not null returning id, answer',
      [caller],
    )
    return rows
  }

  /** Calls that wait, the earliest first, but for those in hand. */
  async open(inHand: readonly number[], limit: number): Promise<OpenCall[]> {
    const { rows } = await this.query<OpenCall>(
      `select id, method, given, readings from x_calls
       where answered is null and id not in (select value from minwal_numbers($1)) order by id limit $2`,
      [JSON.stringify(inHand), limit],
    )
    return rows
  }

  async answer(id: number, answer: Uint8Array): Promise<void> {
    await this.query(
      `with done as (
         update x_calls set answer = $2, answered = now(), given = '', readings = null where id = $1 returning caller)
       select pg_notify($3, caller) from done`,
      [id, answer, await this.#channel],
    )
  }

  /** Feeds of calls that are not answered: they are due, and are not to be polled. */
  async waiting(): Promise<Set<number>> {
    const { rows } = await this.query<{ feed: number }>(
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
    await this.query(`delete from x_calls where answered < now() - interval '${KEPT}'`)
  }

  async #client(): Promise<PoolClient> {
    const client = await this.#pool.connect().catch(refused)
    return client.on('error', unheard)
  }

  /** Whether nobody leads at this moment. */
  async isFree(): Promise<boolean> {
    const client = await this.#client()
    const query = asked(client)
    try {
      const { rows } = await query<{ leads: number }>(LEAD)
      if (rows[0]?.leads !== 1) return false
      await query(GIVE_BACK)
      return true
    } finally {
      client.off('error', unheard)
      client.release()
    }
  }

  /** Hear of calls (`call`) and of answers (the caller's name). While its connection is lost nothing is heard: who listens also looks. */
  listen(onNotice: (said: string) => void): void {
    if (this.#isClosed) return
    const client = listeningClient(this.#url, this.#sockets)
    let isOver = false
    const over = (): void => {
      if (isOver) return
      isOver = true
      this.#listeners.delete(client)
      ended(client)
      setTimeout(() => this.listen(onNotice), LISTENS_AGAIN).unref()
    }
    client.on('error', over).on('end', over)
    client.on('notification', ({ payload = '' }) => onNotice(payload))
    this.#listeners.add(client)
    this.#channel
      .then(async channel => {
        await client.connect()
        await settle(client, 0)
        await client.query(`listen ${client.escapeIdentifier(channel)}`)
      })
      .catch(over)
  }

  /** The server is silent: whatever is asked of it is lost, and asked again on other connections once it can be reached. */
  giveUp(): void {
    this.#sockets.destroy()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const client of this.#listeners) ended(client)
    // A server that is silent says no goodbye.
    const enough = setTimeout(() => this.giveUp(), GOODBYE)
    await this.#pool.end()
    clearTimeout(enough)
  }
}
