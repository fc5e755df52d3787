// A document whose filing is stopped in the middle, by a killed process or by an exception: each slice is on file wholly or
// not at all, and the next poll files the rest.
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Desk } from '../../src/desk/desk.ts'
import { audit } from '../helpers/audit.ts'
import { root } from '../helpers/cli.ts'
import { ENGINE, newDatabase } from '../helpers/engine.ts'
import { contextAt, FILED_AT, LARGE, largeDocument } from '../helpers/large-document.ts'
import { openRows } from '../helpers/rows.ts'
import { HOUR, openNewsroom, SETTINGS, temporaryFolder } from '../store/newsroom.ts'

/** Rows that a report which is on file must have, and how many of each there are. */
function counted(path: string): Record<string, number> {
  const db = openRows(path)
  try {
    const count = (query: string): number => Number(db.prepare(query).pluck().get())
    return {
      reports: count('select count(*) from x_reports'),
      stories: count('select count(distinct story) from x_reports'),
      features: count('select count(*) from x_report_features'),
      searched: count(
        `select count(*) from search where ${ENGINE === 'sqlite' ? "search match 'item'" : "words @@ 'item'"}`,
      ),
    }
  } finally {
    db.close()
  }
}

it.each([4, 12, 40])(
  'killed after %i transactions, is on file up to one of them and filed to its end by the next poll',
  async after => {
    const path = newDatabase(join(temporaryFolder(), 'n.db'))
    openNewsroom({ path }).close()
    const child = fork(join(root, 'tests/helpers/large-document.ts'), [path], { stdio: 'inherit' })
    await new Promise<void>((resolve, reject) => {
      child.on('message', written => {
        if (Number(written) >= after) child.kill('SIGKILL')
      })
      child.once('error', reject)
      child.once('exit', (code, signal) => {
        if (signal === 'SIGKILL') resolve()
        else reject(new Error(`the document was filed before it could be killed (${code})`))
      })
    })
    expect(audit(path)).toEqual([])
    const { reports = 0, features, searched } = counted(path)
    expect(reports).toBeGreaterThan(0)
    expect(reports).toBeLessThan(LARGE)
    expect([features, searched]).toEqual([reports, reports])
    const store = openNewsroom({ path })
    const filed = await new Desk(store, SETTINGS).fileInSlices(
      largeDocument(),
      contextAt(store, FILED_AT + HOUR),
      () => {},
    )
    store.close()
    expect(filed.filter(({ kind }) => kind === 'unchanged')).toHaveLength(reports)
    expect(counted(path)['reports']).toBe(LARGE)
  },
  90_000,
)
