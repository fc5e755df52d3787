// The engine's prepared statements, without naming the engine: what the files of this room write their SQL against. They write
// SQLite's dialect, in words that PostgreSQL knows or postgres/dialect.ts puts into its own. Where the two have no common words,
// they write:
//
// - `numbers(list)`, `texts(list)`, `objects(list)`: the members of a JSON list as rows of `key` and `value`;
// - `state_version()`: a text that changes with whatever this or another connection writes;
// - `last_number('table')`: the highest number that was given out in a table whose numbers are never given twice, or 0.
//
// What is compared as true or false is a comparison (`active = 1`), not a number.
export type Value = string | number | Uint8Array | null
/** By name. */
export type Parameters = Record<string, Value>
/** By position: cheaper where a row is written with each call. */
export type Values = readonly Value[]
export type Row = Record<string, Value>

/** Reading. */
export interface Sql {
  all(text: string, parameters?: Parameters | Values): Row[]
  get(text: string, parameters?: Parameters | Values): Row | undefined
  /** Row by row: what a row holds may be let go before the next is read. No other statement runs meanwhile. */
  each(text: string, parameters?: Parameters | Values): Iterable<Row>
}

/** Rows of a statement that waits for others. */
export interface Soon {
  readonly rows: Row[]
}

/** Reading and writing. */
export interface WritableSql extends Sql {
  /** Read in the order of statements, like `all`. An engine that is far away answers several at once: when the first is looked at. */
  soon(text: string, parameters?: Parameters | Values): Soon
  run(text: string, parameters?: Parameters | Values): { changes: number }
}

/** Renderings of an older state are stale: published data has changed. */
export function bumpVersion(sql: WritableSql): void {
  sql.run(`update x_meta set value = cast(value as integer) + 1 where key = 'version'`)
}
