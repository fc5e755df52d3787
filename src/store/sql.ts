// The engine's prepared statements, without naming the engine: what the files of this room write their SQL against.
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

/** Reading and writing. */
export interface WritableSql extends Sql {
  run(text: string, parameters?: Parameters | Values): { lastInsertRowid: number | bigint; changes: number }
}

/** Renderings of an older state are stale: published data has changed. */
export function bumpVersion(sql: WritableSql): void {
  sql.run(`update x_meta set value = cast(value as integer) + 1 where key = 'version'`)
}
