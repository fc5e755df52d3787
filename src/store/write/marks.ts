// Numbers under a name: how far the review has come, and the like. A review asks for nine of them with each story.
import { number, text } from '../rows.ts'
import type { WritableSql } from '../sql.ts'
import type { Filing } from '../store.ts'

/** Those of feeds that give their guids to other reports: there may be one for each feed, and they are read with its reports. */
const OF_FEEDS = 'guid_given_again:'

export interface Marks extends Pick<Filing, 'mark' | 'setMark'> {
  /** The transaction has ended: others may write them. */
  forget(): void
}

/** `isOpen`: whether a transaction is open. Nobody else writes meanwhile, so that they are read once in it. */
export function keepingMarks(sql: WritableSql, isOpen: () => boolean): Marks {
  let known: Map<string, number> | null = null
  const all = (): Map<string, number> => {
    const rows = sql.all(`select key, value from x_meta where key not like '${OF_FEEDS}%'`)
    return new Map(rows.map(row => [text(row['key']), number(row['value'])]))
  }
  const one = (name: string): number => number(sql.get('select value from x_meta where key = ?', [name])?.['value'])
  return {
    mark: name => {
      if (!isOpen() || name.startsWith(OF_FEEDS)) return one(name)
      known ??= all()
      return known.get(name) ?? 0
    },
    setMark: (name, value) => {
      known?.set(name, value)
      sql.run('insert into x_meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value', [
        name,
        String(value),
      ])
    },
    forget: () => {
      known = null
    },
  }
}
