import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFileReader, type FileReader, type FileReaderOptions } from '../../../src/collect/net/file.ts'
import type { PollSettings } from '../../../src/model/config.ts'
import { minwal } from '../../helpers/cli.ts'
import { configure } from '../../helpers/configuration.ts'
import { FEED, failure, text } from '../../helpers/fetching.ts'
import { folder } from '../../helpers/folder.ts'
import { pollSettings } from '../../helpers/poll-settings.ts'

const unknown = { etag: null, lastModified: null }
const long = new Date('2024-05-06T07:08:09Z')

function reader(changes: Partial<PollSettings> = {}, options: FileReaderOptions = {}): FileReader {
  const made = createFileReader(pollSettings(changes), options)
  onTestFinished(() => made.close())
  return made
}

const read = (path: string, from: FileReader = reader()) =>
  from.read({ url: pathToFileURL(path).href, validators: unknown })

describe('a feed that is a file', () => {
  it('is read with its time of change, and not again while that stays', async () => {
    const where = folder({ 'feed.xml': FEED })
    const file = join(where, 'feed.xml')
    utimesSync(file, long, long)
    const from = reader()
    const first = await read(file, from)
    expect(text(first)).toBe(FEED)
    const validators = { etag: null, lastModified: long.toUTCString() }
    expect(first).toMatchObject({ validators })
    expect(await from.read({ url: pathToFileURL(file).href, validators })).toMatchObject({ kind: 'unchanged' })
  })

  it('is read again where it may have changed within the second it was read in', async () => {
    const file = join(folder({ 'feed.xml': FEED }), 'feed.xml')
    const now = new Date()
    utimesSync(file, now, now)
    expect(await read(file)).toMatchObject({ kind: 'body', validators: unknown })
  })

  it('is unpacked, within the same bounds', async () => {
    const where = folder()
    writeFileSync(join(where, 'feed.xml.gz'), gzipSync(FEED))
    expect(text(await read(join(where, 'feed.xml.gz')))).toBe(FEED)
    writeFileSync(join(where, 'bomb.gz'), gzipSync(Buffer.alloc(1_000_000)))
    expect(failure(await read(join(where, 'bomb.gz'), reader({ maxBodyBytes: 100_000 })))).toMatchObject({
      kind: 'size',
    })
  })

  it('is unpacked by `minwal parse` too', async () => {
    const where = folder()
    writeFileSync(join(where, 'feed.xml.gz'), gzipSync(FEED))
    const ended = await minwal(['parse', join(where, 'feed.xml.gz'), '--json'])
    expect(JSON.parse(ended.stdout)).toMatchObject({ format: 'rss', title: 'منوال' })
  })

  it('that is larger than the limit, or says it is empty and is not, is bounded', async () => {
    const where = folder({ 'large.xml': 'x'.repeat(2_000) })
    const small = reader({ maxBodyBytes: 1_000 })
    expect(failure(await read(join(where, 'large.xml'), small))).toMatchObject({
      kind: 'size',
      message: `${join(where, 'large.xml')} is larger than 1000 bytes (poll.maxBodyBytes)`,
    })
    if (process.platform !== 'linux') return
    expect(text(await read('/proc/self/status'))).toContain('Name:')
    expect(failure(await read('/proc/kallsyms', small)).kind).toBe('size')
  })

  it('that grows while it is read is read again the next time', async () => {
    const file = join(folder({ 'feed.xml': FEED }), 'feed.xml')
    const from = reader()
    const growing = setInterval(() => appendFileSync(file, ' '), 1)
    try {
      expect(await read(file, from)).toMatchObject({ kind: 'body', validators: unknown })
    } finally {
      clearInterval(growing)
    }
  })

  it.skipIf(process.platform === 'win32')('that is something else says what, at once', async () => {
    const where = folder()
    execFileSync('mkfifo', [join(where, 'pipe')])
    mkdirSync(join(where, 'folder'))
    symlinkSync('/dev/zero', join(where, 'link'))
    symlinkSync('pipe', join(where, 'link-to-pipe'))
    const listening = createServer().listen(join(where, 'socket'))
    onTestFinished(() => void listening.close())
    const from = reader({ totalTimeout: 60_000 })
    for (const [path, what] of [
      ['pipe', 'a named pipe'],
      ['link-to-pipe', 'a named pipe'],
      ['folder', 'a folder'],
      ['link', 'a device'],
      ['socket', 'a socket'],
      ['/dev/zero', 'a device'],
      ['/dev/random', 'a device'],
      ['/dev/stdin', 'a device'],
    ] as const) {
      const file = path.startsWith('/') ? path : join(where, path)
      expect(failure(await read(file, from))).toMatchObject({
        kind: 'document',
        message: `${file} is not a file but ${what}`,
      })
    }
  })

  it('on a disk that does not answer is given up in time, and holds no other file and no end', async () => {
    const where = folder({
      'feed.xml': FEED,
      // What a share does that went away: whoever asks is held in the system.
      'held.mjs': `import { readFileSync } from 'node:fs'
process.on('message', ({ path }) => {
  if (path.includes('share')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  process.send({ kind: 'body', body: new Uint8Array(readFileSync(path)), lastModified: null })
})`,
    })
    const held = reader({ totalTimeout: 1_500 }, { module: pathToFileURL(join(where, 'held.mjs')) })
    const shares = Array.from({ length: 10 }, (_, number) => read(join(where, 'share', `${number}.xml`), held))
    const answers = await Promise.all(shares)
    for (const answer of answers) {
      expect(failure(answer)).toMatchObject({
        kind: 'timeout',
        message: expect.stringMatching(/was not read within 1\.5 s \(poll\.totalTimeout\): the disk or share/),
      })
    }
    expect(text(await read(join(where, 'feed.xml'), held))).toBe(FEED)
    held.close()
    expect(failure(await read(join(where, 'feed.xml'), held))).toMatchObject({ kind: 'timeout' })
  })

  it.skipIf(process.platform === 'win32')('does not keep `minwal poll` from ending', async () => {
    const where = folder({ 'feed.xml': FEED.replace('</channel>', '<item><title>One</title></item></channel>') })
    execFileSync('mkfifo', [join(where, 'pipe')])
    const { config } = configure(where, [
      { id: 'a', feeds: ['feed.xml', 'pipe'].map(name => pathToFileURL(join(where, name)).href) },
    ])
    const ended = await minwal(['poll', '--json', '--config', config])
    expect(JSON.parse(ended.stdout)).toMatchObject({ new: 1, failures: [{ reason: /pipe is not a file/ }] })
  })
})
