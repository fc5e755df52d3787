// What a person is shown: tables that fit the terminal, times in the zone of the machine.
import { stampIn } from '../language/say.ts'
import type { Millis } from '../model/units.ts'
import { out } from './shared.ts'
import { fitted, table } from './table.ts'

/** Name of the zone that times are shown in, like `Asia/Riyadh` (`TZ` in the environment sets another). */
export const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone

/** `2022-01-05 09:10` in that zone. */
export const moment = (time: Millis | null): string => stampIn(time, zone)

/** Head of a column of times: `last (UTC)`. */
export const timed = (name: string): string => `${name} (${zone})`

export interface Table {
  head: readonly string[]
  rows: readonly (readonly string[])[]
  /** Where no terminal is, cells longer than this are cut. */
  widest?: number
}

/** Paragraphs and tables, one under the other. */
export function show(...parts: readonly (string | Table)[]): void {
  for (const part of parts) {
    if (typeof part === 'string') out(part)
    else if (process.stdout.isTTY !== true) out(table(part.head, part.rows, part.widest))
    // Its cells are clean, and what it puts around them is to reach the terminal.
    else process.stdout.write(`${fitted(part.head, part.rows, process.stdout.columns)}\n`)
  }
}
