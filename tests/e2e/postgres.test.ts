// The second engine as a server that ends and comes back. Of PostgreSQL alone.
import { expect, it, onTestFinished } from 'vitest'
import { openReader, openStore, storeTrouble } from '../../src/store/open.ts'
import { HAS_POSTGRES, type PostgresServer, startPostgres } from '../helpers/postgres.ts'
import { AGENCIES, NOW, openNewsroom } from '../store/newsroom.ts'

/** A server of the test's own, which it may stop. */
async function server(): Promise<PostgresServer> {
  const started = await startPostgres()
  onTestFinished(() => started.remove())
  return started
}

it.skipIf(!HAS_POSTGRES)('a store outlives its server: what was committed is there when it is back', async () => {
  const postgres = await server()
  const store = openNewsroom({ path: postgres.url })
  onTestFinished(() => store.close())
  const feeds = store.feeds().map(({ url }) => url)
  expect(feeds).not.toEqual([])
  await postgres.stop('immediate')
  let fault: unknown = null
  try {
    store.syncAgencies(AGENCIES, NOW)
  } catch (error) {
    fault = error
  }
  expect(storeTrouble(fault)).toBe('failing')
  const refused = openReader(postgres.url)
  expect(refused).toMatchObject({ ok: false, reason: expect.stringMatching(/^cannot reach the database postgres:/) })
  expect(JSON.stringify(refused)).not.toContain(new URL(postgres.url).password)
  await postgres.start()
  store.syncAgencies(AGENCIES, NOW)
  expect(store.feeds().map(({ url }) => url)).toEqual(feeds)
  const again = openStore({ path: postgres.url })
  expect(again.ok).toBe(true)
  if (again.ok) again.value.close()
})
