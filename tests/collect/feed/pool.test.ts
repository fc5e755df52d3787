// Real threads: what they parse, what they give up, and that nothing of them is left.
import { spawn } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseDocument } from '../../../src/collect/feed/parse.ts'
import { createParserPool, type ParserPool, type ParserPoolOptions } from '../../../src/collect/feed/pool.ts'
import { root } from '../../helpers/cli.ts'
import { eventually } from '../../helpers/eventually.ts'
import { rss } from '../../helpers/feed-server.ts'

const options = { url: 'https://agency.example/feed', maxEntries: 1_000 }
const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

function pool(changes: ParserPoolOptions = {}): ParserPool {
  const made = createParserPool(changes)
  onTestFinished(() => made.close())
  return made
}

/** A pool whose threads run this instead of the parser. `port` is theirs. */
function poolRunning(code: string, changes: ParserPoolOptions = {}): ParserPool {
  const source = `import { parentPort as port } from 'node:worker_threads'\n${code}`
  return pool({ ...changes, module: new URL(`data:text/javascript,${encodeURIComponent(source)}`) })
}

const ready = "port.postMessage('ready')"
const large = (title: string, items = 200): string =>
  rss(
    Array.from({ length: items }, (_, at) => ({
      guid: `${title}-${at}`,
      title: `${title} ${at}`,
      text: `<p>نص الخبر رقم ${at}</p> <b>${'word '.repeat(20)}</b>`,
      date: '2026-01-31T10:00:00Z',
    })),
    title,
  )
/** Eats time: every tag is one the sanitiser must read. Takes seconds, all of it in our own code. */
const slow = encode(
  `<rss><channel>${`<item><description><![CDATA[${'<b>'.repeat(390)}${'</i>'.repeat(400)}]]></description></item>`.repeat(12_000)}`,
)
const allOfIt = { ...options, maxEntries: 1_000_000 }
/** Eats memory: six million references in one text. */
const wide = encode(
  `<rss><channel><item><description>${'&#x26;#38;'.repeat(1_500_000)}</description></item></channel></rss>`,
)

function legacy(): Uint8Array {
  // «خبر», and Latin around it that is the same in every charset.
  const word = [0xce, 0xc8, 0xd1]
  const item = encode('<item><title>a</title><description>____</description></item>'.repeat(200))
  const head = encode('<?xml version="1.0" encoding="windows-1256"?><rss><channel>')
  return Uint8Array.from([...head, ...[...item].flatMap(byte => (byte === 0x5f ? word : [byte]))])
}

function jsonFeed(items: number): string {
  const item = (at: number): object => ({
    id: String(at),
    title: `خبر ${at}`,
    content_html: '<p>نص</p>',
    __proto__: null,
  })
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: 'JSON',
    items: Array.from({ length: items }, (_, at) => item(at)),
  })
}

describe('a parser pool', () => {
  it.each([
    ['a document for a thread', encode(large('Wire')), null],
    ['a small document', encode(rss([{ guid: '1', title: 'One', text: 'x' }])), null],
    ['an Arabic document in windows-1256', legacy(), 'text/xml; charset=windows-1256'],
    ['a JSON Feed', encode(jsonFeed(300)), 'application/feed+json'],
    ['a document that is cut off', encode(large('Cut').slice(0, 40_000)), null],
    ['an HTML page', encode(`<!doctype html><html><body>${'<p>x</p>'.repeat(5_000)}`), 'text/html'],
    ['broken JSON', encode(`{"items":[${'"x",'.repeat(10_000)}`), null],
    ['an empty document', new Uint8Array(0), null],
  ])('reads %s as the parser does', async (_what, bytes, contentType) => {
    const direct = await parseDocument(bytes, contentType, options)
    expect(await pool().parse(bytes, contentType, options)).toEqual(direct)
  })

  it('leaves the bytes to the caller and takes no more than the view it was given', async () => {
    const whole = encode(`${large('Wire')}<rubbish`)
    const view = whole.subarray(0, whole.length - 8)
    const parsed = await pool().parse(view, null, options)
    expect(parsed).toMatchObject({ ok: true, value: { warnings: [] } })
    expect(view.length).toBe(whole.length - 8)
    expect(whole[0]).toBe(0x3c)
  })

  it('gives a document up that takes too long, while its neighbour is read', async () => {
    const made = pool({ size: 2, timeoutMs: 1_500 })
    const order: string[] = []
    const [given, read] = await Promise.all([
      made.parse(slow, null, allOfIt).finally(() => order.push('slow')),
      made.parse(encode(large('Neighbour')), null, options).finally(() => order.push('neighbour')),
    ])
    expect(given).toEqual({ ok: false, reason: 'parsing took longer than 1.5 s: the document is given up' })
    expect(read).toMatchObject({ ok: true, value: { title: 'Neighbour' } })
    expect(order).toEqual(['neighbour', 'slow'])
  })

  it('never blocks the thread it was called from', async () => {
    const made = pool({ size: 1, timeoutMs: 1_500 })
    let turns = 0
    const counting = setInterval(() => turns++, 10)
    await made.parse(slow, null, allOfIt)
    clearInterval(counting)
    expect(turns).toBeGreaterThan(50)
  })

  it('replaces the thread it had to end', async () => {
    const made = pool({ size: 1, timeoutMs: 1_000 })
    for (let round = 0; round < 2; round++) {
      const [given, read] = await Promise.all([
        made.parse(slow, null, allOfIt),
        made.parse(encode(large('Next')), null, options),
      ])
      expect(given.ok).toBe(false)
      expect(read).toMatchObject({ ok: true, value: { title: 'Next' } })
    }
  })

  it('gives a document up that needs too much memory, and the process lives', async () => {
    const made = pool({ size: 1, memoryMB: 64, timeoutMs: 30_000 })
    const given = await made.parse(wide, null, options)
    expect(given).toEqual({ ok: false, reason: 'parsing needed more than 64 MB: the document is given up' })
    expect(await made.parse(encode(large('Next')), null, options)).toMatchObject({ ok: true })
  })

  it.each([
    ['brackets', '['.repeat(1_100_000)],
    ['small arrays', `{"items":[${'[],'.repeat(600_000)}[]]}`],
    [
      'objects of distinct shapes',
      `{"items":[${Array.from({ length: 250_000 }, (_, at) => `{"${at}":[{}]}`).join()}]}`,
    ],
    ['brackets behind white space of all kinds', `\ufeff \u3000\u2028\n${'['.repeat(1_100_000)}`],
  ])('does not begin a JSON document of a million %s, which could not be stopped', async (_what, text) => {
    expect(await pool().parse(encode(text), null, options)).toEqual({
      ok: false,
      reason: 'the JSON document has more than 1,000,000 values',
    })
  })

  it('hands over no more text than the caller can take in one piece', async () => {
    const base = `http://agency.example/${'long/'.repeat(800)}`
    const item = `<item xml:base="${base}"><description><![CDATA[${'<img src=a>'.repeat(100)}]]></description></item>`
    const given = await pool({ timeoutMs: 60_000 }).parse(encode(`<rss><channel>${item.repeat(130)}`), null, options)
    expect(given).toEqual({
      ok: false,
      reason: 'the document yields more than 32 million characters: it is given up',
    })
  })

  it('says so of the one document that brings the parser down', async () => {
    const made = poolRunning(
      `${ready}; port.on('message', job => {
        if (job.bytes[0] === 33) throw new Error('a defect\\nof ours')
        port.postMessage({ ok: false, reason: 'read' })
      })`,
      { size: 1 },
    )
    const document = (first: string): Uint8Array => encode(first.repeat(9))
    const [bad, good] = await Promise.all([
      made.parse(document('!'), null, options),
      made.parse(document('a'), null, options),
    ])
    expect(bad).toEqual({ ok: false, reason: 'the parser failed on this document: a defect of ours' })
    expect(good).toEqual({ ok: false, reason: 'read' })
  })

  it('says so when a thread ends by itself or cannot start', async () => {
    const document = new Uint8Array(9)
    const ending = poolRunning(`${ready}; port.on('message', () => process.exit(3))`)
    expect(await ending.parse(document, null, options)).toMatchObject({
      ok: false,
      reason: 'the parser failed on this document: its thread ended',
    })
    const missing = pool({ module: new URL('file:///nowhere/parser-worker.js') })
    expect(await missing.parse(document, null, options)).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/^the parser failed on this document: Cannot find module/),
    })
  })

  it('keeps a document in its thread, answers about it, and parses it again where that thread ended for another', async () => {
    const made = poolRunning(
      `import { threadId } from 'node:worker_threads'
      ${ready}; port.on('message', task => {
        if (task.kind === 'drop') return
        if (task.kind === 'parse') throw new Error('a defect of ours')
        const value = task.kind === 'ask' ? { asked: task.question, of: task.document } : threadId
        port.postMessage({ ok: true, value: { ...(task.kind === 'ask' ? value : {}), thread: threadId } })
      })`,
      { size: 1 },
    )
    const [one, other] = await Promise.all(
      ['a', 'b'].map(name => made.keep(encode(name.repeat(9)), null, options, { name })),
    )
    if (!one?.ok || !other?.ok) throw new Error('not kept')
    const first = (one.value.summary as { thread: number }).thread
    expect(await one.value.ask('what')).toEqual({ ok: true, value: { asked: 'what', of: 1, thread: first } })
    const bad = made.parse(encode('!'.repeat(9)), null, options)
    const asked = other.value.ask('what else')
    expect(await bad).toEqual({ ok: false, reason: 'the parser failed on this document: a defect of ours' })
    const again = await asked
    expect(again).toMatchObject({ ok: true, value: { asked: 'what else', of: 2 } })
    expect(await one.value.ask('what')).toMatchObject({ ok: true, value: { of: 1 } })
    for (const document of [one, other]) document.value.drop()
  })

  it('ends a thread that has nothing to do, unless it keeps a document', async () => {
    const made = poolRunning(
      `import { threadId } from 'node:worker_threads'
      ${ready}; port.on('message', task => task.kind !== 'drop' && port.postMessage({ ok: true, value: threadId }))`,
      { size: 1, idleMs: 10 },
    )
    const document = encode('a'.repeat(9))
    const keep = async () => {
      const kept = await made.keep(document, null, options, null)
      if (!kept.ok) throw new Error(kept.reason)
      return kept.value
    }
    const first = await keep()
    const before = performance.now()
    await eventually('it would have ended', () => performance.now() > before + 50)
    expect(await first.ask('who')).toEqual({ ok: true, value: first.summary })
    first.drop()
    await eventually('another thread answers', async () => {
      const next = await keep()
      const ended = performance.now() + 20
      next.drop()
      await eventually('time has passed', () => performance.now() > ended)
      return next.summary !== first.summary
    })
  })

  it('reads 200 documents asked for at once', async () => {
    const made = pool()
    const names = Array.from({ length: 200 }, (_, at) => `Wire ${at}`)
    const read = await Promise.all(names.map(name => made.parse(encode(large(name, 40)), null, options)))
    expect(read.map(parsed => (parsed.ok ? parsed.value.title : parsed.reason))).toEqual(names)
    expect(read.every(parsed => parsed.ok && parsed.value.entries.length === 40)).toBe(true)
  })

  it('starts no more threads than its size, and only when they are needed', async () => {
    const made = poolRunning(
      `import { threadId } from 'node:worker_threads'
      ${ready}; port.on('message', () => setTimeout(() => port.postMessage({ ok: false, reason: String(threadId) }), 50))`,
      { size: 2 },
    )
    const ask = async (): Promise<string> => {
      const answer = await made.parse(encode('<rss/>'), null, options)
      return answer.ok ? '' : answer.reason
    }
    const first = await ask()
    expect(await ask()).toBe(first)
    const ids = new Set(await Promise.all(Array.from({ length: 10 }, ask)))
    expect(ids.size).toBe(2)
    expect(ids).toContain(first)
  })

  it('answers what is being read and what waits when it is closed, and what comes later', async () => {
    const made = pool({ size: 1 })
    const asked = [made.parse(slow, null, allOfIt), made.parse(slow, null, allOfIt)]
    await new Promise(resolve => setImmediate(resolve))
    const started = performance.now()
    await made.close()
    expect(performance.now() - started).toBeLessThan(5_000)
    const stopped = { ok: false, reason: 'stopped by Minwal before the document was parsed' }
    expect(await Promise.all(asked)).toEqual([stopped, stopped])
    expect(await made.parse(slow, null, allOfIt)).toEqual(stopped)
    await made.close()
  })
})

describe('a process with a parser pool', () => {
  const program = (lines: string): string => `
    import { createParserPool } from './src/collect/feed/pool.ts'
    const pool = createParserPool()
    const document = new TextEncoder().encode(${JSON.stringify(large('Wire'))})
    ${lines}`
  const read = 'const parsed = await pool.parse(document, null, { url: null, maxEntries: 10 }); console.log(parsed.ok)'

  it.each([
    ['ends by itself though the pool was not closed', read],
    ['waits for what is being read', `${read}; await pool.parse(document, null, { url: null, maxEntries: 1 })`],
    ['ends after close', `${read}; await pool.close()`],
  ])('%s', async (_what, lines) => {
    const ended = await run(program(lines))
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toMatch(/^true\n/)
  })
})

function run(code: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-'], { cwd: root, env: { PATH: '' } })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
  })
  child.stdin.end(code)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', status => resolve({ code: status, stdout, stderr }))
  })
}
