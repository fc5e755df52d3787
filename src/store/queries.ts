// What users may ask a database in SQL, and how it answers: of either engine.

/** A value of a row. Whole numbers come as `bigint`, numbers with a fraction as `number`. */
export type Cell = string | number | bigint | Uint8Array | null

/** What a parameter may be. */
export type QueryValue = string | number | bigint | null

export interface Answer {
  /** Names of the columns, as the engine gives them: one may stand twice. */
  columns: string[]
  /** Row by row, as they are asked for. Throws a {@link QueryError} where the query fails half-way. */
  rows: Iterable<Cell[]>
}

/** Where in a query something stands. Both count from 1, in characters. */
export interface Position {
  line: number
  column: number
}

/** Why a query is not answered. */
export class QueryError extends Error {
  /** `usage`: it is not one reading statement with these parameters. `sql`: the engine refuses it. */
  readonly kind: 'usage' | 'sql'
  readonly at: Position | null
  constructor(kind: 'usage' | 'sql', message: string, at: Position | null = null) {
    super(message)
    this.kind = kind
    this.at = at
  }
}

export interface Queries {
  /** Throws a {@link QueryError}. */
  ask(text: string, parameters?: Readonly<Record<string, QueryValue>>): Answer
  /** Of a view; none where there is no such view. */
  columns(view: string): { name: string; type: string }[]
  close(): void
}

/** Refuses a query some of whose parameters are not given, and parameters that it has not. */
export function refuseParameters(asked: ReadonlySet<string>, parameters: Readonly<Record<string, QueryValue>>): void {
  const wrong = Object.keys(parameters).filter(name => !asked.has(name))
  const missing = [...asked].filter(name => !(name in parameters))
  if (wrong.length > 0)
    throw new QueryError('usage', `the query has no parameter ${wrong.map(one => `:${one}`).join(', ')}`)
  if (missing.length > 0) {
    throw new QueryError('usage', `give ${missing.map(name => `:${name} by --param ${name}=VALUE`).join(', ')}`)
  }
}

/** `offset` counts code units. */
export function placeOf(text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: [...(before.at(-1) ?? '')].length + 1 }
}
