// What a hostile feed, list or file can do to the terminal of whoever looks at it: nothing.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createLog } from '../../src/log.ts'
import { minwal } from '../helpers/cli.ts'
import { configure } from '../helpers/configuration.ts'
import { feedServer } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { openRows } from '../helpers/rows.ts'

/** All a terminal acts on but the end of a line; what JSON writes as `\u001b` is no such character. */
const ACTING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/
const BAD = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e\u2066\b\u007f\u2028'

const FEED = JSON.stringify({
  version: 'https://jsonfeed.org/version/1.1',
  title: `Harbour${BAD}`,
  items: [
    {
      id: `1${BAD}`,
      url: `https://x.example/1${BAD}`,
      title: `Ferry ${BAD} halted after a storm at the old pier`,
      content_text: `The ferry ${BAD} was halted on Monday, and 3 people were injured, the port said.`,
      authors: [{ name: `Author${BAD}` }],
      tags: [`tag${BAD}`],
      date_published: `no date ${BAD}`,
      language: 'en',
    },
  ],
})

const COMMANDS = [
  ...[['threads'], ['thread', '1'], ['explain', '1'], ['search', 'ferry'], ['feeds'], ['check'], ['export']],
  ['sql', `select *, char(27) || '[2J' from report`],
]

describe('the terminal', () => {
  it('is sent no character that it acts on, by any command, as text or JSON', { timeout: 150_000 }, async () => {
    const where = folder()
    const server = await feedServer({ '/feed': FEED, '/broken': `{"items":[${BAD}` })
    const { config, database } = configure(where, [
      { id: 'harbour', name: `Harbour ${BAD}`, feeds: [`${server.origin}/feed`, `${server.origin}/broken`] },
    ])
    writeFileSync(join(where, 'feed.json'), FEED)
    writeFileSync(
      join(where, 'list.opml'),
      `<opml version="2.0"><body><outline text="A${BAD}" xmlUrl="no address ${BAD}"/></body></opml>`,
    )
    const said: string[] = []
    const run = async (...args: string[]): Promise<void> => {
      const { stdout, stderr } = await minwal(args)
      expect(`${stdout}${stderr}`, args.join(' ')).not.toMatch(ACTING)
      said.push(stdout)
    }
    await run('parse', join(where, 'feed.json'), join(where, 'list.opml'))
    await run('parse', join(where, 'feed.json'), join(where, 'list.opml'), '--json')
    await run('poll', '--force', '--config', config)
    // Stored before this was cleaned.
    const file = openRows(database, { readonly: false })
    for (const table of ['report', 'story', 'thread', 'feed', 'poll', 'revision']) {
      for (const row of file.prepare(`select * from ${table}`).all() as Record<string, unknown>[]) {
        expect(
          Object.values(row)
            .filter(value => typeof value === 'string')
            .join(' '),
          table,
        ).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
      }
    }
    file.close()
    for (const command of COMMANDS) {
      await run(...command, '--config', config)
      if (command[0] === 'sql') await run(...command, '--csv', '--config', config)
      if (command[0] !== 'export' && command[0] !== 'check') await run(...command, '--json', '--config', config)
    }
    await run('import', join(where, 'list.opml'), '--config', config)
    expect(said.join('\n')).toContain('halted after a storm')
  })

  it('is sent none by the log either, and a program reads the same from it', () => {
    const lines: string[] = []
    const write = process.stderr.write
    process.stderr.write = ((line: string) => lines.push(line) > 0) as typeof write
    try {
      for (const terminal of [true, false]) {
        createLog('info', terminal).warn('poll failed', { url: `https://x.example/${BAD}`, reason: `two words ${BAD}` })
      }
    } finally {
      process.stderr.write = write
    }
    expect(lines).toHaveLength(2)
    for (const line of lines) expect(line).not.toMatch(ACTING)
    expect(JSON.parse(lines[1]?.replace(/^<\d>/, '') ?? '')).toMatchObject({ reason: `two words ${BAD}` })
  })
})
