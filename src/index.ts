// The public API: what a program that embeds Minwal may use. Everything else may change with any version.
export { parseFeed } from './collect/feed/parse.ts'
export { createFetcher, type Fetcher, type FetcherOptions, type FetchRequest } from './collect/net/fetch.ts'
export type { PostRequest, PostResult } from './collect/net/post.ts'
export { type Loaded, loadConfig, parseConfig } from './config/load.ts'
export { configSchema } from './config/schema.ts'
export { createLog, type LeveledLog, type Log, silent } from './log.ts'
export type * from './model/collected.ts'
export type * from './model/config.ts'
export type * from './model/decided.ts'
export type * from './model/shown.ts'
export type * from './model/stored.ts'
export type * from './model/units.ts'
export type { Edition, EditionKind } from './publish/edition.ts'
export { type OutputFormat, type RenderOptions, renderFeed } from './publish/feeds.ts'
export { type StaticFile, staticSite } from './publish/static.ts'
export {
  type Aggregator,
  type AggregatorOptions,
  createAggregator,
  type Explanation,
  type Item,
  type Planned,
  type PrunedFile,
  type Started,
  type StartOptions,
} from './run/aggregator.ts'
export type { NotPolled, Polled, PollOptions } from './run/choose.ts'
