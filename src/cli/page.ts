// The command that shows what would be taken from the page of a report, and why.
import { existsSync, readFileSync } from 'node:fs'
import { unpackFile } from '../collect/net/coding.ts'
import { createFetcher } from '../collect/net/fetch.ts'
import { createPageReader } from '../collect/page/reader.ts'
import { pollSettings } from '../config/load.ts'
import type { PollSettings } from '../model/config.ts'
import type { PageQuestion, PageReading } from '../model/page.ts'
import { fetchPage, robotQuestion } from '../run/page.ts'
import { pageJson } from './json.ts'
import { configuredToRead, Failed, json, out } from './shared.ts'

interface PageOptions {
  config: string
  title?: string
  summary?: string
  url?: string
  finalUrl?: string
  status?: number
  contentType?: string
  allowPrivate?: boolean
  json?: boolean
}

/** Bytes to which a compressed file is unpacked at most. */
const MOST_UNPACKED = 64 * 1_048_576

export async function page(given: string, options: PageOptions): Promise<void> {
  const { bytes, question } = /^https?:\/\//i.test(given) ? await fetched(given, options) : await filed(given, options)
  const reader = createPageReader()
  try {
    const read = await reader.read(bytes, question)
    if (!read.ok) throw new Failed(`${given}: ${read.reason.replace('parsing', 'reading the page')}`)
    if (options.json) json(pageJson(read.value))
    else out(lines(read.value).join('\n'))
  } finally {
    await reader.close()
  }
}

const questionOf = ({ title = '', summary = '' }: PageOptions): Pick<PageQuestion, 'title' | 'summary'> => ({
  title,
  summary,
})

interface Given {
  bytes: Uint8Array
  question: PageQuestion
}

async function filed(file: string, options: PageOptions): Promise<Given> {
  let raw: Uint8Array
  try {
    raw = file === '-' ? readFileSync(0) : readFileSync(file)
  } catch (error) {
    throw new Failed(`${file}: cannot read it (${error instanceof Error ? error.message : String(error)})`)
  }
  const unpacked = await unpackFile(raw, MOST_UNPACKED)
  if (!unpacked.ok) throw new Failed(`${file}: ${unpacked.reason}`)
  const { url = null, finalUrl = url, status = 200, contentType = null } = options
  const robots = robotQuestion([], pollOf(options).userAgent, Date.now())
  return { bytes: unpacked.value, question: { ...questionOf(options), url, finalUrl, status, contentType, robots } }
}

const pollOf = (options: PageOptions): PollSettings =>
  existsSync(options.config) ? configuredToRead(options).poll : pollSettings()

async function fetched(url: string, options: PageOptions): Promise<Given> {
  const poll = pollOf(options)
  const fetcher = createFetcher(poll)
  try {
    const got = await fetchPage(fetcher, { url, allowPrivate: options.allowPrivate === true, now: Date.now() })
    if (got.kind === 'failed') throw new Failed(`${url}: ${got.failure.message}`)
    const { bytes, finalUrl, status, contentType, robotsTag } = got
    const robots = robotQuestion(robotsTag, poll.userAgent, Date.now())
    return { bytes, question: { ...questionOf(options), url, finalUrl, status, contentType, robots } }
  } finally {
    await fetcher.close()
  }
}

function lines(read: PageReading): string[] {
  const facts = [
    ['title', read.title],
    ['published', read.published],
    ['modified', read.modified],
    ['language', read.language],
    ['publisher', read.publisher],
    ['canonical', read.canonical],
    ['free', read.free === null ? null : read.free ? 'yes' : 'no'],
  ] as const
  return [
    `${read.verdict}: ${read.because}`,
    ...(read.unshown === undefined ? [] : [`not shown to readers: ${read.unshown}`]),
    ...facts.filter(([, value]) => value !== null).map(([name, value]) => `  ${name.padEnd(9)}  ${value}`),
    ...(read.text === null ? [] : ['', read.text]),
  ]
}
