// Whether the open database is still the file at its path; which program holds its lock.
import { execFileSync } from 'node:child_process'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { presenceOf } from '../../src/store/presence.ts'
import { openNewsroom, temporaryFolder } from './newsroom.ts'

describe('an open database', () => {
  it('is present while others read, write and check it', () => {
    const path = join(temporaryFolder(), 'news.db')
    const store = openNewsroom({ path })
    const look = presenceOf(path)
    const other = new Database(path)
    other.exec("insert into x_meta values ('other', '1')")
    other.pragma('wal_checkpoint(truncate)')
    other.close()
    expect([look(), look(), look()]).toEqual([null, null, null])
    store.close()
  })

  it.each([
    ['deleted', (path: string) => rmSync(path), /the database .*news\.db was deleted/],
    ['moved', (path: string) => renameSync(path, `${path}.old`), /the database .* was deleted/],
    [
      'replaced',
      (path: string) => {
        writeFileSync(`${path}.new`, '')
        renameSync(`${path}.new`, path)
      },
      /the database .* was replaced by another file/,
    ],
    ['without its journal', (path: string) => rmSync(`${path}-wal`), /the journal .*-wal was deleted/],
    ['without the index of its journal', (path: string) => rmSync(`${path}-shm`), /index .*-shm was deleted/],
  ] as const)('is missed when it is %s, at the second look', (_, takeAway, sentence) => {
    const path = join(temporaryFolder(), 'news.db')
    const store = openNewsroom({ path })
    const look = presenceOf(path)
    expect(look()).toBeNull()
    takeAway(path)
    expect(look()).toBeNull()
    expect(look()).toMatch(sentence)
    store.close()
  })

  it.skipIf(process.platform !== 'linux')('that is locked: the program that holds the lock is named', () => {
    const path = join(temporaryFolder(), 'news.db')
    const store = openNewsroom({ path })
    const script = `const { holderOf } = await import(${JSON.stringify(new URL('../../src/store/holder.ts', import.meta.url).href)}); console.log(holderOf(${JSON.stringify(path)}))`
    // Asked by another process: our own locks are no news to us.
    const ask = () => execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).trim()
    expect(ask()).toBe('null')
    store.file(() => expect(ask()).toMatch(new RegExp(`^.+, process ${process.pid}$`)))
    store.close()
  })
})
