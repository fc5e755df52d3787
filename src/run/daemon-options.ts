// What a daemon is started with, and what can be asked of one.
import type { Fetcher } from '../collect/net/fetch.ts'
import type { Loaded } from '../config/load.ts'
import type { DeskClient } from '../desk/client.ts'
import type { LeveledLog } from '../log.ts'
import type { Config, PollSettings } from '../model/config.ts'
import type { Millis } from '../model/units.ts'
import type { StoreReader } from '../store/store.ts'
import type { Polled, PollOptions } from './choose.ts'
import type { Role } from './roles/roles.ts'

export interface DaemonOptions {
  config: Config
  log: LeveledLog
  version: string
  /** Reads the configuration again for a reload; absent where there is no file. */
  reload?: { file: string; load: () => Loaded }
  /** The clock everything but the cron tick runs on. The demo plays a week in two minutes. */
  now?: () => Millis
  /** Makes what fetches; `createFetcher` where left out. */
  fetcher?: (settings: PollSettings) => Fetcher
  /** Serve at `listen` of the configuration. True where left out. */
  serve?: boolean
  /** What of the work this process does; all of it where left out. */
  role?: Role
  /** Ends the waiting of a desk that stands by. */
  signal?: AbortSignal
  /** Tell systemd how it stands, where systemd started this process. True where left out. */
  systemd?: boolean
}

export interface Daemon {
  /** Where it serves, like `http://127.0.0.1:8080`; empty where it does not. */
  address: string
  /** Stories and threads as they are on file. */
  reader: StoreReader
  desk: DeskClient
  /** The configuration in force. */
  config(): Config
  /** The answer to a request, as it is served. */
  answer(request: Request): Response | Promise<Response>
  /** Poll what is chosen now; resolves when those polls are done. */
  poll(options: PollOptions): Promise<Polled>
  /** Poll what is due now; resolves when those polls are done. */
  tick(): Promise<void>
  reload(): void
  stop(): Promise<void>
  /** Resolves when it cannot go on, with the reason: whoever started it stops it and ends with a failure. */
  lost: Promise<string>
}
