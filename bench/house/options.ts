// What every measure of bench/house.ts is told.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type FeedServer, startFeedServer } from '../helpers.ts'

export interface Options {
  /** The installed checkout that is measured. */
  checkout: string
  feeds: number
  items: number
  rounds: number
  /** Seconds that one process may take. */
  limit: number
  /** Stories in the window of `stops`. */
  stories: number
  /** Numbers of reports of `archive`. */
  sizes: string
}

export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'minwal-house-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Synthetic feeds on core 0, for as long as `work` takes. Null where the feed server is not there. */
export async function withFeeds<T>(
  feeds: number,
  items: number,
  options: Options,
  work: (server: FeedServer) => Promise<T>,
  /** Where and as of when they were served before, so that they are the same feeds. */
  before: { port?: number; base?: number } = {},
): Promise<T | null> {
  const server = await startFeedServer({ feeds, items, seconds: options.limit * 10 + 600, ...before })
  if (!server) return null
  try {
    return await work(server)
  } finally {
    await server.stop()
  }
}
