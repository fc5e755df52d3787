// Backups that the daemon makes by itself, by a process of its own.
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { BackupSettings, Config } from '../../src/model/config.ts'
import { Backups, nameAt } from '../../src/run/backups.ts'
import { audit } from '../helpers/audit.ts'
import { eventually } from '../helpers/eventually.ts'
import { openNewsroom, temporaryFolder } from '../store/newsroom.ts'

const HOUR = 3_600_000
const START = Date.UTC(2026, 10, 29, 8, 0)

function scene(changes: Partial<BackupSettings> = {}) {
  const folder = temporaryFolder()
  const database = join(folder, 'news.db')
  openNewsroom({ path: database }).close()
  const to = join(folder, 'backups')
  const backup: BackupSettings = { to, every: 24 * HOUR, keep: 2, beforeUpgrade: true, ...changes }
  const config = { database, backup, databaseMode: null }
  const clock = { now: START }
  const warned: Record<string, unknown>[] = []
  const made: Record<string, unknown>[] = []
  const log = {
    debug: () => {},
    info: (_: string, fields = {}) => void made.push(fields),
    warn: (_: string, fields = {}) => void warned.push(fields),
    error: () => {},
  }
  const backups = new Backups({ config: () => config as unknown as Config, now: () => clock.now, log })
  const stop = backups.start()
  onTestFinished(stop)
  const files = (): string[] => (existsSync(to) ? readdirSync(to).sort() : [])
  return { backups, clock, config, database, files, made, stop, to, warned }
}

describe('backups by the daemon', () => {
  it('are made when they are due, by their time in UTC, and the newest are kept', async () => {
    const { backups, clock, database, files, made, to } = scene()
    await eventually('the first is made', () => made.length === 1)
    expect(files()).toEqual(['news-20261129T080000Z.db'])
    expect(audit(join(to, files()[0] ?? ''))).toEqual([])
    expect(statSync(to).mode & 0o027).toBe(0)
    expect(backups.state).toEqual({ last: START, fault: null })
    // Not due yet.
    clock.now = START + 23 * HOUR
    backups.look()
    for (const day of [1, 2, 3]) {
      clock.now = START + day * 24 * HOUR
      await eventually(
        `that of day ${day} is made`,
        () => {
          backups.look()
          return made.length === day + 1
        },
        60_000,
      )
    }
    expect(files()).toEqual(['news-20261201T080000Z.db', 'news-20261202T080000Z.db'])
    expect(nameAt(database, clock.now)).toBe('news-20261202T080000Z.db')
  }, 180_000)

  it('take nothing away that this daemon did not make: other names, other databases, other files', async () => {
    const { backups, clock, files, made, to } = scene({ keep: 1 })
    const other = join(to, 'news-20200101T000000Z.db')
    mkdirSync(to, { recursive: true })
    openNewsroom({ path: other }).close()
    writeFileSync(join(to, 'news-20200102T000000Z.db'), 'not a database')
    writeFileSync(join(to, 'news-friday.db'), 'a copy by hand')
    writeFileSync(join(to, 'news-20200103T000000Z.db.part'), 'half of one that was killed')
    await eventually('the first is made', () => made.length === 1)
    clock.now += 24 * HOUR
    await eventually(
      'the second is made',
      () => {
        backups.look()
        return made.length === 2
      },
      60_000,
    )
    expect(files().filter(name => !/-(?:wal|shm)$/.test(name))).toEqual([
      'news-20200101T000000Z.db',
      'news-20200102T000000Z.db',
      'news-20261130T080000Z.db',
      'news-friday.db',
    ])
  }, 180_000)

  it('that fail are a warning and are tried again, and are made when the cause is gone', async () => {
    const { backups, clock, config, made, to, warned } = scene({ to: '/dev/null/nowhere' })
    await eventually('it is said', () => warned.length === 1)
    expect(backups.state).toEqual({ last: null, fault: expect.stringContaining('/dev/null') })
    // Not at once.
    backups.look()
    config.backup.to = to
    clock.now += HOUR
    await eventually(
      'it is made',
      () => {
        backups.look()
        return made.length === 1
      },
      60_000,
    )
    expect(warned).toHaveLength(1)
    expect(backups.state?.fault).toBeNull()
  }, 180_000)

  it('are given up at the end, and leave nothing', async () => {
    const { database, files, stop } = scene()
    const db = new Database(database)
    const put = db.prepare(`insert into x_meta (key, value) values (?, hex(randomblob(${1_048_576})))`)
    for (let at = 0; at < 10; at++) put.run(`filler ${at}`)
    db.close()
    await stop()
    expect(files().filter(name => name.includes('part'))).toEqual([])
  }, 180_000)
})
