// The public API for programs that embed Minwal: everything a command does, without the command line.
export { parseFeed } from './collect/parse.ts'
export { configSchema, type Loaded, loadConfig, parseConfig } from './config.ts'
export { type Daemon, type DaemonOptions, startDaemon } from './daemon.ts'
export { fold, searchExpression, stem, terms } from './decide/text.ts'
export { readWire, type WireNames, wireNames } from './decide/wire.ts'
export type * from './model.ts'
export { type OpenOptions, openStore } from './store/sqlite.ts'
export type { Reader, Store } from './store/store.ts'
