// Writes the configuration a test runs the command with: everything on loopback, in a folder of the test's own.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ENGINE, newSchema } from './engine.ts'

export interface AgencyWish {
  id: string
  name?: string
  language?: string
  aliases?: readonly string[]
  /** Addresses, or feed objects as the configuration has them. */
  feeds: readonly (string | Readonly<Record<string, unknown>>)[]
}

export interface Configured {
  /** Path of config.json. */
  config: string
  /** Path of the database it names; over PostgreSQL its address. */
  database: string
}

/** Over PostgreSQL, the database of each folder. */
const databases = new Map<string, string>()

/** Write `config.json` into the folder. `changes` are top-level keys; those of `poll` are added to what tests need. */
export function configure(
  where: string,
  agencies: readonly AgencyWish[],
  changes: Readonly<Record<string, unknown>> & { poll?: Readonly<Record<string, unknown>> } = {},
): Configured {
  const config = join(where, 'config.json')
  const { poll, ...rest } = changes
  const file = join(where, 'minwal.db')
  const database = ENGINE === 'sqlite' ? file : (databases.get(where) ?? newSchema())
  databases.set(where, database)
  const whole = {
    database: database === file ? 'minwal.db' : database,
    listen: '127.0.0.1:0',
    ...rest,
    poll: { allowPrivate: true, perHost: 8, ...poll },
    agencies: agencies.map(agency => ({ name: agency.id, ...agency })),
  }
  writeFileSync(config, JSON.stringify(whole, null, 2))
  return { config, database }
}

/** One agency for each address: `agency-0`, `agency-1` … */
export function agenciesOf(addresses: readonly string[]): AgencyWish[] {
  return addresses.map((address, at) => ({ id: `agency-${at}`, feeds: [address] }))
}
