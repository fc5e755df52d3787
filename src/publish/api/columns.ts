// Columns of the public views as the API gives them: the schema of each, and how it is read of a row.
import { z } from '../../config/zod.ts'
import type { ViewRow } from '../../model/listed.ts'

export interface Column {
  schema: z.ZodType
  read: (value: unknown) => unknown
}

export type Columns = Readonly<Record<string, Column>>

const orNull = ({ schema, read }: Column, description: string): Column => ({
  schema: schema.nullable().describe(description),
  read: value => (value === null || value === undefined ? null : read(value)),
})

const asText = (value: unknown): string => String(value ?? '')
const asNumber = (value: unknown): number => Number(value ?? 0)
const asTime = (value: unknown): string => new Date(asNumber(value)).toISOString()
const asJson = (value: unknown): unknown => JSON.parse(asText(value))

export const id = (description: string): Column => ({ schema: z.int().min(1).describe(description), read: asNumber })

export const whole = (description: string): Column => ({
  schema: z.int().min(0).describe(description),
  read: asNumber,
})

export const real = (description: string): Column => ({ schema: z.number().describe(description), read: asNumber })

export const text = (description: string): Column => ({ schema: z.string().describe(description), read: asText })

/** An instant, in milliseconds in the row: ISO 8601 in UTC. */
export const time = (description: string): Column => ({
  schema: z.iso.datetime().describe(description),
  read: asTime,
})

export const flag = (description: string): Column => ({
  schema: z.boolean().describe(description),
  read: value => asNumber(value) === 1,
})

export const oneOf = (values: readonly [string, ...string[]], description: string): Column => ({
  schema: z.enum(values).describe(description),
  read: asText,
})

/** JSON in the row. */
export const json = (
  schema: z.ZodType,
  description: string,
  read: (value: unknown) => unknown = value => value,
): Column => ({ schema: schema.describe(description), read: value => read(asJson(value)) })

export const wholeOrNull = (description: string): Column => orNull(whole(''), description)
export const idOrNull = (description: string): Column => orNull(id(''), description)
export const textOrNull = (description: string): Column => orNull(text(''), description)
export const timeOrNull = (description: string): Column => orNull(time(''), description)
export const oneOfOrNull = (values: readonly [string, ...string[]], description: string): Column =>
  orNull(oneOf(values, ''), description)
export const jsonOrNull = (schema: z.ZodType, description: string): Column => orNull(json(schema, ''), description)

export function schemaOf(columns: Columns, description: string): z.ZodType {
  return z
    .object(Object.fromEntries(Object.entries(columns).map(([name, { schema }]) => [name, schema])))
    .describe(description)
}

/** A row as JSON: the columns alone, whatever else it holds. */
export function read(columns: Columns, row: ViewRow): Record<string, unknown> {
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column.read(row[name])]))
}
