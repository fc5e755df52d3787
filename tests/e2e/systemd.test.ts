// The shipped units in a real systemd: what deploy/README.md and docs/operation.md promise of the service. One boot, one
// life of the service (tests/helpers/systemd-scenario.ts); each test judges one part of what was seen.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Observations } from '../helpers/systemd-scenario.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const SANDBOX = resolve(ROOT, '../shared/tools/systemd-sandbox')
const SCENARIO = resolve(ROOT, 'tests/helpers/systemd-scenario.ts')
const NO_BOOT = 125
/** `systemd-analyze security`: 0 is shut, 10 is open. What is left is what a daemon on the network needs. */
const EXPOSURE = 1.5

const missing = [
  [existsSync(SANDBOX), 'the sandbox ../shared/tools/systemd-sandbox'],
  [process.getuid?.() === 0, 'root'],
  [existsSync('/lib/systemd/systemd'), 'systemd'],
  [['/usr/bin/sqlite3', '/usr/local/bin/sqlite3'].some(existsSync), 'the sqlite3 shell'],
].flatMap(([there, what]) => (there ? [] : [what]))

function sandboxed(...command: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const binds = [...new Set([ROOT, dirname(process.execPath)])].flatMap(dir => ['--bind', dir])
  return new Promise((done, failed) => {
    const child = spawn(SANDBOX, ['--timeout', '150', ...binds, '--', ...command], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text
    })
    child.on('error', failed)
    child.on('close', code => done({ code, out, err }))
  })
}

/** The drop-in as the README prints it: what is documented is what is tried. */
function ownUserDropIn(): string {
  const text = readFileSync(resolve(ROOT, 'deploy/README.md'), 'utf8')
  const blocks = [...text.matchAll(/```ini\n([^`]*)```/g)].map(match => match[1] ?? '')
  const found = blocks.find(block => block.includes('User=minwal'))
  if (!found) throw new Error('deploy/README.md shows no drop-in with User=minwal')
  return found
}

describe.skipIf(missing.length > 0)(
  `the service in a real systemd${missing.length > 0 ? ` (absent: ${missing.join(', ')})` : ''}`,
  () => {
    let seen: Observations
    let noBoot: string | null = null

    beforeAll(async () => {
      const { code, out, err } = await sandboxed(process.execPath, SCENARIO, ROOT, process.execPath, ownUserDropIn())
      if (code === NO_BOOT) {
        noBoot = err.trim()
        return
      }
      if (code !== 0) throw new Error(`the scenario failed (${code}): ${err}`)
      seen = JSON.parse(out) as Observations
    }, 180_000)

    const shows = (sentence: string, judge: () => void): void =>
      it(sentence, ({ skip }) => {
        skip(noBoot !== null, noBoot ?? undefined)
        judge()
      })

    shows('its units are free of faults', () => {
      expect(seen.verify).toEqual({ code: 0, out: '' })
    })

    shows(`its exposure stays below ${EXPOSURE}`, () => {
      const level = /Overall exposure level for minwal\.service: ([\d.]+)/.exec(seen.security)?.[1]
      console.info(`systemd-analyze security: ${level}, peak resident memory ${seen.peakRssMB} MB`)
      expect(Number(level)).toBeLessThan(EXPOSURE)
    })

    shows('it is active only once it has said READY=1, and then the pages answer', () => {
      expect(seen.start).toEqual({ code: 0, out: '' })
      const ready = seen.startMessages.findIndex(line => line.includes('READY=1'))
      const running = seen.startMessages.indexOf('minwal.service: Changed start -> running')
      expect(ready).toBeGreaterThan(-1)
      expect(running).toBeGreaterThan(ready)
      expect(seen.pages).toEqual({ '/': 200, '/healthz': 200, '/feed.atom': 200 })
      expect(seen.status).toMatch(/^serving http:\/\/127\.0\.0\.1:8080, 1 feed(?:, last poll \d+ s ago)?$/)
    })

    shows('the database lies in /var/lib/minwal', () => {
      expect(seen.stateDirectory).toEqual({ link: 'private/minwal', databaseMode: 0o644 })
    })

    shows('any user reads it at /srv/minwal while the daemon runs, and none can write it', () => {
      expect(seen.reading.uri).toEqual({ code: 0, out: '1' })
      expect(seen.reading.plain).toEqual({ code: 0, out: '1' })
      expect(seen.reading.write.code).not.toBe(0)
      expect(seen.reading.write.out).toContain('readonly')
      // The reason for /srv/minwal. Should systemd ever open /var/lib/private, the mount can go.
      expect(seen.reading.underPrivate.code).not.toBe(0)
      expect(seen.reading.secrets).toMatchObject({ code: 1, out: expect.stringContaining('Permission denied') })
    })

    shows('any user runs the reading commands on it', () => {
      expect(seen.reading.command.code).toBe(0)
      expect(JSON.parse(seen.reading.command.out)).toMatchObject([{ agency: 'first', state: 'failing' }])
    })

    shows('`systemctl reload` reloads, and shows the new count of feeds', () => {
      expect(seen.reload.unchanged).toEqual({ code: 0, out: '' })
      expect(seen.reload.heard).toBe(true)
      expect(seen.reload.changed).toEqual({ code: 0, out: '' })
      expect(seen.reload.agencies).toBe('2')
      expect(seen.reload.status).toMatch(/^serving http:\/\/127\.0\.0\.1:8080, 2 feeds, last poll \d+ s ago$/)
    })

    shows('`systemctl reload` fails on a wrong configuration, and the daemon goes on', () => {
      expect(seen.reload.bad.code).not.toBe(0)
      expect(seen.reload.after).toMatchObject({ ActiveState: 'active', NRestarts: '0' })
      expect(seen.journal.join('\n')).toContain('agencies: must name at least one agency')
    })

    shows('it says STOPPING=1 and stops cleanly', () => {
      expect(seen.stop.ran).toEqual({ code: 0, out: '' })
      expect(seen.stop.messages.filter(line => line.includes('STOPPING=1'))).toHaveLength(1)
      expect(seen.stop.unit).toMatchObject({ ActiveState: 'inactive', Result: 'success', ExecMainStatus: '0' })
      // 1 is CLD_EXITED: it ended by itself, not by a signal.
      expect(seen.stop.unit.ExecMainCode).toBe('1')
    })

    shows('the database of a stopped service is read with immutable=1', () => {
      expect(seen.stop.immutable).toEqual({ code: 0, out: '2' })
      expect(seen.stop.reading.code).not.toBe(0)
    })

    shows('a wrong configuration is not tried again and again', () => {
      expect(seen.wrongConfig.start.code).not.toBe(0)
      expect(seen.wrongConfig.unit).toMatchObject({ ActiveState: 'failed', ExecMainStatus: '2', NRestarts: '0' })
    })

    shows('it feeds the watchdog, and is started anew when it freezes', () => {
      const { watchdog } = seen
      expect(watchdog.fedSeconds).toBeGreaterThan(8)
      expect(watchdog.messages).toBeGreaterThanOrEqual(4)
      expect(watchdog.before).toMatchObject({ ActiveState: 'active', NRestarts: '0' })
      expect(watchdog.log).toContain('Watchdog timeout (limit 4s)')
      expect(watchdog.frozen).toMatchObject({ ActiveState: 'active', NRestarts: '1' })
    })

    shows('with its socket unit it loses no connection while it is started anew, and wakes for the first', () => {
      const { socket } = seen
      expect(socket.verify).toEqual({ code: 0, out: '' })
      expect(socket.start).toEqual({ code: 0, out: '' })
      expect(socket.woken).toBe(200)
      expect(socket.restart).toBe(0)
      expect(socket.lives).toBe(4)
      expect(socket.lost).toEqual([])
      expect(socket.answered).toBeGreaterThan(30)
      expect(socket.status).toMatch(/^serving http:\/\/127\.0\.0\.1:8080, 2 feeds/)
    })

    shows('as a user of its own it takes the database over, and anyone reads it in its place', () => {
      expect(seen.ownUser).toEqual({ start: { code: 0, out: '' }, reading: { code: 0, out: '2' }, link: false })
    })

    shows('its journal holds one event a line and no warning of Node', () => {
      const events = seen.journal.filter(line => line.startsWith('{'))
      expect(events.length).toBeGreaterThan(5)
      for (const line of events) expect(JSON.parse(line)).toHaveProperty('msg')
      const sentences = seen.journal.filter(line => !line.startsWith('{'))
      for (const line of sentences) expect(line).toMatch(/is right: |^minwal: /)
    })
  },
)
