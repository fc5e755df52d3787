// Where a list goes on: opaque to clients, and good for the list it was given with alone.
import { createHash } from 'node:crypto'

/** What comes after: an id, a time with an id, a report with how many of its figures were given. */
export type Place = readonly [number | string] | readonly [number, number]

/** Letters that a cursor is made of, and how many there may be. */
export const CURSOR = /^[A-Za-z0-9_-]{1,200}$/

/** `list` is the list with its choice, without cursor and limit. */
export function cursorTo(place: Place, list: string): string {
  return Buffer.from(JSON.stringify([markOf(list), ...place])).toString('base64url')
}

/** Null for what is no cursor of this list. */
export function placeOf(cursor: string, list: string, shape: 'id' | 'name' | 'pair'): Place | null {
  if (!CURSOR.test(cursor)) return null
  const parts = parsed(Buffer.from(cursor, 'base64url').toString('utf8'))
  const [mark, first, second] = parts
  if (mark !== markOf(list) || parts.length !== (shape === 'pair' ? 3 : 2)) return null
  if (shape === 'name') return typeof first === 'string' ? [first] : null
  if (!isWhole(first)) return null
  if (shape === 'id') return [first]
  return isWhole(second) ? [first, second] : null
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value)

function parsed(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}

function markOf(list: string): string {
  return createHash('sha256').update(list).digest('base64url').slice(0, 8)
}
