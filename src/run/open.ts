// Opens what is stored: the desk thread, which writes, and a connection for reading beside it.
import { type DeskClient, openDeskThread } from '../desk/client.ts'
import type { Log } from '../log.ts'
import type { Config } from '../model/config.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { openReader } from '../store/open.ts'
import type { StoreReader } from '../store/store.ts'
import { tagAuthority } from './tag-authority.ts'

/** The thread that answers and polls sleeps while it reads: a server that was lost is waited for no longer. */
export const READER_WAITS: Millis = 1_000

export interface OpenDeskOptions {
  now: Millis
  log: Log
  /** How long a statement of the desk blocks it while another program holds the lock. */
  lockPatience: Millis
  /** Writes are given up after this long in trouble; null never. */
  patience: Millis | null
  onGivenUp?: (reason: string) => void
  /** Of a PostgreSQL database: see `OpenOptions.leads`. */
  leads?: boolean
}

export interface OpenedDesk {
  desk: DeskClient
  reader: StoreReader
}

/** What `run` and `poll` share. The reason of a failure is one line; nothing is left open then. */
export async function openDesk(config: Config, options: OpenDeskOptions): Promise<Outcome<OpenedDesk>> {
  const { database, databaseMode, backup, link, agencies, threads, retain } = config
  const opened = await openDeskThread({
    database,
    mode: databaseMode ?? null,
    copyFirst: backup?.beforeUpgrade ?? true,
    tagAuthority: tagAuthority(link),
    agencies,
    threads,
    polls: retain?.polls ?? null,
    ...options,
  })
  if (!opened.ok) return opened
  const desk = opened.value
  const reader = openReader(database, READER_WAITS)
  if (reader.ok) return { ok: true, value: { desk, reader: reader.value } }
  await desk.close()
  return reader
}
