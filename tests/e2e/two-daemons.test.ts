// One database and several who want it: a second daemon is refused with the name of the first, commands work beside it.
import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { claim, claimPath } from '../../src/store/claim.ts'
import { minwal } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { daemon } from '../helpers/daemon.ts'
import { describeTheFile, itOfTheFile } from '../helpers/engine.ts'
import { eventually } from '../helpers/eventually.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'

const NEWS = [{ guid: '1', title: 'The ferry is late', text: 'It came at five.' }]

describe('a second daemon on the same database', () => {
  itOfTheFile(
    'says which process holds it and ends with 1; the first goes on, and so do commands beside it',
    async () => {
      const server = await feedServer({ '/feed': rss(NEWS) })
      const where = folder()
      const { config } = configure(where, agenciesOf([`${server.origin}/feed`]))
      const first = await daemon(config)
      await eventually('it files', () => first.log().some(({ msg }) => msg === 'polled'))
      const second = await minwal(['run', '--config', config])
      expect(second).toMatchObject({ code: 1, stdout: '' })
      expect(second.stderr).toMatch(
        /^minwal: a daemon already runs on the database .*minwal\.db \((?:.*, )?process (\d+)\): stop it first, or set another "database"\n$/,
      )
      expect(second.stderr).toContain(`process ${first.pid})`)
      // By another path it is the same database.
      const alias = folder()
      symlinkSync(join(where, 'minwal.db'), join(alias, 'minwal.db'))
      const other = configure(alias, agenciesOf([`${server.origin}/feed`]))
      const third = await minwal(['run', '--config', other.config])
      expect(third).toMatchObject({ code: 1 })
      expect(third.stderr).toContain(`process ${first.pid})`)

      for (const command of [
        'feeds',
        'threads',
        'thread 1',
        'search ferry',
        'explain 1',
        'doctor',
        'prune --dry-run',
        'poll --force',
        `backup ${join(where, 'copy.db')}`,
        `publish ${join(where, 'site')}`,
      ]) {
        const ran = await minwal([...command.split(' '), '--config', config])
        expect({ command, code: ran.code, stderr: ran.stderr.replace(/^.*counts.*$/gm, '') }).toMatchObject({
          command,
          code: 0,
        })
      }
      expect((await fetch(`${first.address}/healthz`)).status).toBe(200)
      expect(await first.stop()).toMatchObject({ code: 0 })
      const again = await daemon(config)
      expect(await again.stop()).toMatchObject({ code: 0 })
    },
  )

  it('may start at once when the first was killed', async () => {
    const server = await feedServer({ '/feed': rss(NEWS) })
    const { config } = configure(folder(), agenciesOf([`${server.origin}/feed`]))
    const first = await daemon(config)
    first.signal('SIGKILL')
    await first.ended
    const second = await daemon(config)
    expect(await second.stop()).toMatchObject({ code: 0 })
  })
})

describeTheFile('the claim of a database', () => {
  it('is one a process, and given back', () => {
    const database = join(folder(), 'minwal.db')
    const first = claim(database)
    expect(first.ok).toBe(true)
    expect(claim(database)).toEqual({ ok: false, reason: expect.stringContaining('(this process)') })
    expect(statSync(claimPath(database)).mode & 0o777).toBe(0o600)
    if (first.ok) first.value()
    const second = claim(database)
    expect(second.ok).toBe(true)
    if (second.ok) second.value()
  })

  it('takes a file that a loss of power left in pieces', () => {
    const database = join(folder(), 'minwal.db')
    writeFileSync(claimPath(database), 'x'.repeat(4096))
    const claimed = claim(database)
    expect(claimed.ok).toBe(true)
    expect(readFileSync(claimPath(database)).subarray(0, 15).toString()).toBe('SQLite format 3')
    if (claimed.ok) claimed.value()
  })
})

describeTheFile('the files of a database', () => {
  it('are readable by the group, in a folder that only the group may enter', async () => {
    const server = await feedServer({ '/feed': rss(NEWS) })
    const where = folder()
    const { config } = configure(where, agenciesOf([`${server.origin}/feed`]), { database: 'data/minwal.db' })
    const running = await daemon(config)
    await eventually('it files', () => running.log().some(({ msg }) => msg === 'polled'))
    const mode = (name: string): string => (statSync(join(where, name)).mode & 0o777).toString(8)
    const modes = ['data', 'data/minwal.db', 'data/minwal.db-wal', 'data/minwal.db-shm'].map(mode)
    expect(modes).toEqual(['750', '640', '640', '640'])
    expect(await running.stop()).toMatchObject({ code: 0 })
  })
})
