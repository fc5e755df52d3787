// The engine's prepared statements, without naming the engine: what the files of this room write their SQL against.
export type Value = string | number | Uint8Array | null
export type Parameters = Record<string, Value>
export type Row = Record<string, Value>

/** Reading. Parameters are named. */
export interface Sql {
  all(text: string, parameters?: Parameters): Row[]
  get(text: string, parameters?: Parameters): Row | undefined
  /** Row by row: what a row holds may be let go before the next is read. No other statement runs meanwhile. */
  each(text: string, parameters?: Parameters): Iterable<Row>
}

/** Reading and writing. */
export interface WritableSql extends Sql {
  run(text: string, parameters?: Parameters): { lastInsertRowid: number | bigint; changes: number }
}

/** Renderings of an older state are stale: published data has changed. */
export function bumpVersion(sql: WritableSql): void {
  sql.run(`update meta set value = cast(value as integer) + 1 where key = 'version'`)
}
