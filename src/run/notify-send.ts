// Sends one notice: to a webhook, by the local sendmail, or to a program. A failure is a sentence.
import { spawn } from 'node:child_process'
import { createJsonClient } from '../collect/net/json.ts'
import type { PollSettings } from '../model/config.ts'
import type { Notice, NotifyRule, NotifyTarget } from '../model/notify.ts'
import type { Millis } from '../model/units.ts'

/** For a whole answer, and for a program to end. */
const PATIENCE: Millis = 30_000
const LONGEST_ANSWER = 65_536
/** Characters of what a program complains of. */
const COMPLAINT = 200

export interface Sender {
  /** Null when it was taken; else why not, in one line. Never rejects. */
  send(rule: NotifyRule, notice: Notice): Promise<string | null>
  close(): Promise<void>
}

/** Webhooks are asked as servers that the configuration names are: they may be private, what they redirect to may not. */
export function createSender(poll: PollSettings): Sender {
  const client = createJsonClient(poll, { patience: PATIENCE, maxBytes: LONGEST_ANSWER })
  const running = new AbortController()
  return {
    send: async (rule, notice) => {
      const { to } = rule
      if (to.kind === 'command') return runProgram(to.command, JSON.stringify(plain(rule, notice)), running.signal)
      if (to.kind === 'mail') return runProgram(['sendmail', '-t', '-i'], mailOf(to.to, notice), running.signal)
      const { url, json } = posted(to, rule, notice)
      const headers = to.key === null ? {} : { authorization: `Bearer ${to.key}` }
      const got = await client.ask({ url, json, headers, signal: running.signal })
      if (got.kind === 'failed') return got.failure.message
      return got.status >= 200 && got.status < 300 ? null : `${new URL(to.url).host} answered ${got.status}`
    },
    close: async () => {
      running.abort()
      await client.close()
    },
  }
}

/** The notice as programs read it. */
function plain({ name }: NotifyRule, { at, ...notice }: Notice) {
  return { rule: name, ...notice, at: new Date(at).toISOString() }
}

function posted(
  { url, shape }: Extract<NotifyTarget, { kind: 'webhook' }>,
  rule: NotifyRule,
  notice: Notice,
): { url: string; json: unknown } {
  const { kind, title, text, url: link } = notice
  if (shape === 'json') return { url, json: plain(rule, notice) }
  if (shape === 'slack') {
    // https://api.slack.com/reference/surfaces/formatting#escaping
    const escaped = (said: string): string =>
      said.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    const lines = [link === null ? `*${escaped(title)}*` : `*<${link}|${escaped(title)}>*`, escaped(text)]
    return { url, json: { text: lines.filter(line => line !== '').join('\n') } }
  }
  // https://docs.ntfy.sh/publish/#publish-as-json: the topic stands in the message, and the message goes to the server.
  const server = new URL(url)
  const path = server.pathname.replace(/(?<!\/)\/+$/, '')
  const topic = decodeURIComponent(path.slice(path.lastIndexOf('/') + 1))
  server.pathname = path.slice(0, path.lastIndexOf('/') + 1)
  const priority = kind === 'failure' ? 5 : 3
  const click = link === null ? {} : { click: link }
  return { url: server.href, json: { topic, title, message: text === '' ? title : text, priority, ...click } }
}

/** A message as RFC 5322 has it, the subject as RFC 2047 does. */
function mailOf(to: string, { title, text, url, at }: Notice): string {
  const words = Buffer.from(title.slice(0, 200))
  const pieces: string[] = []
  // An encoded word has 75 characters at most, and parts no character.
  for (let from = 0; from < words.length; ) {
    let end = Math.min(words.length, from + 39)
    while (end < words.length && ((words[end] ?? 0) & 0xc0) === 0x80) end--
    pieces.push(`=?utf-8?B?${words.subarray(from, end).toString('base64')}?=`)
    from = end
  }
  const body = Buffer.from([title, text, url ?? ''].filter(line => line !== '').join('\n\n')).toString('base64')
  const headers = [
    `To: ${to}`,
    `Subject: ${pieces.join('\n ')}`,
    `Date: ${new Date(at).toUTCString().replace('GMT', '+0000')}`,
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
  ]
  return `${headers.join('\n')}\n\n${body.replace(/.{76}/g, '$&\n')}\n`
}

function runProgram(
  [program = '', ...given]: readonly string[],
  input: string,
  signal: AbortSignal,
): Promise<string | null> {
  return new Promise(resolve => {
    let complaint = ''
    // Where Debian has sendmail is on no user's path.
    const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/lib` }
    const child = spawn(program, given, { env, signal, timeout: PATIENCE, stdio: ['pipe', 'ignore', 'pipe'] })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (complaint.length < COMPLAINT) complaint += text
    })
    child.on('error', error => resolve(`${program} could not be run: ${error.message}`))
    child.on('close', (code, killed) => {
      const said = complaint.trim().split('\n')[0]?.slice(0, COMPLAINT) ?? ''
      resolve(code === 0 ? null : `${program} ended with ${killed ?? code}${said === '' ? '' : `: ${said}`}`)
    })
    child.stdin.on('error', () => {
      // It has ended without reading: its code says whether that is well.
    })
    child.stdin.end(input)
  })
}
