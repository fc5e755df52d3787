// A database that is copied from, or to, whatever its engine.
import type { Outcome } from '../../model/units.ts'
import type { Sql, WritableSql } from '../sql.ts'
import type { Values } from './rows.ts'
import { META, type Table } from './tables.ts'

export interface Side {
  /** As it may be shown. */
  name: string
  sql: WritableSql
  /** What a table is read from: secrets of a file lie in another one. */
  of(table: Table): Sql
  /** The key of what is kept back; null where none was needed yet. */
  key(): Uint8Array | null
  /** The highest number that was given out in a table. */
  lastNumber(table: Table): number
  /** Reports that are found by their words. */
  searchable(): number
  /** Who else has it open, where that is known. */
  users(): string[]
  close(): void
}

export interface Target extends Side {
  /** In one transaction, but for what lies in another file. */
  write(work: () => void): void
  insert(table: Table, columns: readonly string[], rows: readonly Values[]): void
  /** Makes what reports are found by, of reports, or of their pages, that were inserted. */
  index(table: Table, columns: readonly string[], rows: readonly Values[]): void
  /** False where there is another key already. */
  setKey(key: Uint8Array): boolean
  /** Numbers that are given out from now on are higher. */
  setLastNumber(table: Table, number: number): void
  /** Has been told what its identity is: secrets belong to a database by that. */
  identified(identity: string): void
  /** Forget all rows. */
  empty(): void
}

/** What a file that is not there holds. */
export const NOTHING: Sql = { all: () => [], get: () => undefined, each: () => [] }

/** What becomes of a row that is there. Secrets of a file are written before the mark that tells of them, maybe twice. */
export const onConflict = ({ name, isSecret }: Table): string =>
  name === META ? 'on conflict ("key") do update set value = excluded.value' : isSecret ? 'on conflict do nothing' : ''

/** A whole number of rows at once: few texts of statements, whatever the size of a batch. */
const AT_ONCE = [64, 8, 1]

/** Inserts rows by statements of several. */
export function insertInto(
  sql: WritableSql,
  into: string,
  columns: number,
  end: string,
  rows: readonly Values[],
): void {
  const one = `(${Array.from({ length: columns }, () => '?').join(', ')})`
  let at = 0
  for (const size of AT_ONCE) {
    const text = `${into} values ${Array.from({ length: size }, () => one).join(', ')} ${end}`
    for (; rows.length - at >= size; at += size) sql.run(text, rows.slice(at, at + size).flat())
  }
}

export type Opened<T> = Outcome<T>
