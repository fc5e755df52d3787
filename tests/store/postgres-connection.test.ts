// A connection to PostgreSQL: how it begins, and that it may end within a transaction. Of PostgreSQL alone.
import { type AddressInfo, connect, createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { clientPool, listeningClient, pipelinedClient, soleClient } from '../../src/store/postgres/client.ts'
import { type Connection, openConnection } from '../../src/store/postgres/connection.ts'
import { newSchema } from '../helpers/engine.ts'
import { eventually } from '../helpers/eventually.ts'
import { HAS_POSTGRES } from '../helpers/postgres.ts'

const asked = (connection: Connection, text: string) => connection.ask({ text, values: [], name: null }).rows[0]?.[0]

/** A connection, and what ends its process at the server. */
function connected(patience: number): { connection: Connection; other: Connection; end: () => Promise<void> } {
  const url = newSchema()
  const [connection, other] = [openConnection(url, { patience }), openConnection(url)]
  onTestFinished(() => {
    connection.close()
    other.close()
  })
  asked(connection, 'create table kept (n bigint)')
  const end = async (): Promise<void> => {
    const process = asked(connection, 'select pg_backend_pid()')
    asked(other, `select pg_terminate_backend(${process}, 60000)`)
  }
  return { connection, other, end }
}

describe.skipIf(!HAS_POSTGRES)('a connection that ends within a transaction', () => {
  it('refuses what follows of it, so that no half of it is kept', async () => {
    const { connection, other, end } = connected(0)
    asked(connection, 'begin')
    asked(connection, 'insert into kept values (1)')
    await end()
    expect(() => asked(connection, 'insert into kept values (2)')).toThrow()
    expect(() => asked(connection, 'insert into kept values (3)')).toThrow()
    expect(() => asked(connection, 'commit')).toThrow()
    expect(asked(other, 'select count(*) from kept')).toBe(0)
    // The next is one of its own.
    asked(connection, 'begin')
    asked(connection, 'insert into kept values (4)')
    asked(connection, 'commit')
    expect(asked(other, 'select sum(n) from kept')).toBe(4)
  })

  it('says why, where the server has said it', async () => {
    const { connection, other } = connected(0)
    asked(connection, 'set idle_in_transaction_session_timeout = 50')
    const process = asked(connection, 'select pg_backend_pid()')
    asked(connection, 'begin')
    asked(connection, 'insert into kept values (1)')
    const isThere = (): boolean => asked(other, `select count(*) from pg_stat_activity where pid = ${process}`) === 1
    await eventually('the server has ended it', () => !isThere())
    const code = () => {
      try {
        return asked(connection, 'insert into kept values (2)')
      } catch (error) {
        return (error as { code?: unknown }).code
      }
    }
    expect([code(), code()]).toEqual(['25P03', '25P03'])
    connection.post({ text: 'rollback', values: [], name: null })
    expect(asked(connection, 'select count(*) from kept')).toBe(0)
  })

  it('does not read on in another state of the database, however long it waits for the server', async () => {
    const { connection, other, end } = connected(10_000)
    asked(connection, 'begin isolation level repeatable read read only')
    expect(asked(connection, 'select count(*) from kept')).toBe(0)
    await end()
    asked(other, 'insert into kept values (1)')
    expect(() => asked(connection, 'select count(*) from kept')).toThrow()
    connection.post({ text: 'commit', values: [], name: null })
    connection.release()
    expect(asked(connection, 'select count(*) from kept')).toBe(1)
  })

  it('is another when the end of what was only read could not be said', async () => {
    const { connection, end } = connected(10_000)
    asked(connection, 'begin read only')
    await end()
    connection.post({ text: 'commit', values: [], name: null })
    connection.release()
    expect(asked(connection, 'select count(*) from kept')).toBe(0)
  })
})

/** The address of a server that is reached by a way on which so many bytes go there in a second. */
async function slowWay(url: string, bytes: number): Promise<string> {
  const to = new URL(url)
  const [port, host] = [Number(to.port || 5432), to.hostname]
  const EVERY = 25
  const way = createServer(socket => {
    const server = connect(port, host)
    const waiting: Buffer[] = []
    const timer = setInterval(() => {
      for (let room = (bytes * EVERY) / 1_000; room > 0 && waiting.length > 0; ) {
        const [first = Buffer.alloc(0)] = waiting.splice(0, 1)
        server.write(first.subarray(0, room))
        if (first.length > room) waiting.unshift(first.subarray(room))
        room -= first.length
      }
      // As a network does that is full.
      if (waiting.length === 0) socket.resume()
    }, EVERY)
    socket.on('data', data => {
      waiting.push(data)
      socket.pause()
    })
    server.pipe(socket)
    const over = (): void => {
      clearInterval(timer)
      socket.destroy()
      server.destroy()
    }
    for (const end of [socket, server]) end.on('error', over).on('close', over)
  })
  await new Promise<void>(listening => way.listen(0, '127.0.0.1', listening))
  onTestFinished(() => void way.close())
  to.port = String((way.address() as AddressInfo).port)
  to.hostname = '127.0.0.1'
  return to.href
}

describe.skipIf(!HAS_POSTGRES)('a connection on a slow way', () => {
  it('is not taken for lost while what was sent is on its way', async () => {
    const url = newSchema()
    const other = openConnection(url)
    const connection = openConnection(await slowWay(url, 400_000))
    onTestFinished(() => {
      connection.close()
      other.close()
    })
    asked(other, 'create table kept (n bigint, body text)')
    connection.post({ text: 'begin', values: [], name: null })
    const body = 'x'.repeat(8_000)
    for (let n = 0; n < 200; n++) {
      connection.post({ text: 'insert into kept (n, body) values ($1, $2)', values: [n, body], name: 'm0' })
    }
    connection.post({ text: 'commit', values: [], name: null })
    connection.release()
    await eventually('all has come', () => asked(other, 'select count(*) from kept') === 200)
  })
})

/** Names of what a connection says of itself when it begins (PostgreSQL, "StartupMessage"). */
async function saidAtBeginning(connect: (url: string) => Promise<unknown>): Promise<string[]> {
  const { promise, resolve } = Promise.withResolvers<string[]>()
  const server = createServer(socket => {
    socket.once('data', packet => {
      // After its length and the version of the protocol: names and values, each with a zero at its end.
      const texts = packet
        .subarray(8)
        .toString()
        .split('\0')
        .filter(text => text !== '')
      resolve(texts.filter((_, at) => at % 2 === 0).sort())
      socket.destroy()
    })
  })
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  await connect(`postgres://reader:word@127.0.0.1:${port}/news`).catch(() => {
    // It is hung up on.
  })
  return promise
}

it.each([
  ['of a store', (url: string) => pipelinedClient(url, { exact: false }).connect()],
  ['of queries', (url: string) => pipelinedClient(url, { exact: true }).connect()],
  ['of calls', (url: string) => clientPool(url, 1, () => {}).connect()],
  ['that looks after another', (url: string) => soleClient(url, 10_000).connect()],
  ['that listens', (url: string) => listeningClient(url).connect()],
])('a connection %s begins with nothing that PgBouncer refuses', async (_, connect) => {
  expect(await saidAtBeginning(connect)).toEqual(['application_name', 'client_encoding', 'database', 'user'])
})
