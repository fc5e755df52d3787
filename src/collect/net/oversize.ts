// Decides which bodies are read beyond the limit on their size, and how far. A feed is: its beginning and its end are
// kept, for its newest entries stand at one of them. Anything else is refused at the limit.
import type { Gap } from '../../model/collected.ts'
import type { PollSettings } from '../../model/config.ts'

/** How many times the limit of a feed is read at most. The middle costs traffic and time, but no memory. */
export const FACTOR = 10
/** Bytes by which a feed is recognised. */
const SAMPLE = 16_384
/** Share of `poll.totalTimeout` after which a body beyond the limit is read no further. */
const SHARE = 0.5

const FEED = /<(?:[\w.-]{1,40}:)?(?:rss|rdf|feed|channel|entry)[\s>]/i
const JSON_FEED = /"items"\s*:\s*\[|jsonfeed\.org\/version/
const MARKS = /^[\u00ef\u00bb\u00bf\u00fe\u00ff]{1,3}/

/** Whether a body begins as a feed does: RSS, RDF, Atom, CDF or JSON Feed, in any charset that contains ASCII or in UTF-16. */
export function beginsAsFeed(beginning: Uint8Array): boolean {
  const { buffer, byteOffset, length } = beginning
  const text = Buffer.from(buffer, byteOffset, Math.min(length, SAMPLE)).toString('latin1').replaceAll('\0', '')
  return FEED.test(text) || (text.replace(MARKS, '').trimStart()[0] === '{' && JSON_FEED.test(text))
}

/** Decodes a body while it is read. */
export interface Unpacking {
  /** Whether reading on is in vain. */
  readonly full: boolean
  /** Whether more may be written at once; else `drained` is called when it may. */
  write(chunk: Uint8Array, drained: () => void): boolean
  /** What is kept of the decoded body. Throws a `Fault`, or the signal's reason. */
  finish(): Promise<Buffer>
}

/** What becomes of one body that is larger than allowed. */
export class Oversize {
  readonly sample = SAMPLE
  /** Whether the body is known to be larger before it was read so far: it is then judged by its first bytes. */
  expected = false
  /** Makes what decodes a body while it is read, once it has passed the limit on the wire; null where nothing does. */
  unpack: ((kept: Buffer) => Unpacking) | null = null
  /** Whether that was done. */
  unpacked = false
  /** Bytes that came over the wire. */
  received = 0
  /** What is missing of the body that was kept last; null where it is whole. */
  gap: Gap | null = null
  #hard: number
  readonly #setting: Gap['setting']
  readonly #until: number
  readonly #clock: () => number

  constructor(
    setting: Gap['setting'],
    settings: Pick<PollSettings, 'maxBodyBytes' | 'maxWireBytes' | 'totalTimeout'>,
    clock: () => number,
  ) {
    this.#hard = settings[setting === 'poll.maxBodyBytes' ? 'maxBodyBytes' : 'maxWireBytes'] * FACTOR
    this.#setting = setting
    this.#clock = clock
    this.#until = clock() + settings.totalTimeout * SHARE
  }

  /** @param length the body's length in bytes, as the server states it */
  expect(length: number): void {
    this.expected = true
    // Its end is out of reach.
    if (length > this.#hard) this.#hard = 0
  }

  accepts(beginning: Uint8Array): boolean {
    return beginsAsFeed(beginning)
  }

  /** Whether a body of so many bytes is read no further. */
  isOver(length: number): boolean {
    return length > this.#hard || this.#clock() > this.#until
  }

  found(gap: Omit<Gap, 'setting'>): void {
    this.gap = { ...gap, setting: this.#setting }
  }
}

/** What is missing of a file of `total` bytes, of which the first and the last half of `limit` were read. */
export function endsGap(total: number, limit: number): Gap {
  return { at: Math.ceil(limit / 2), total, ended: true, setting: 'poll.maxBodyBytes' }
}
