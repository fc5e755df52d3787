// Reads and writes subscription lists in OPML (http://opml.org/spec2.opml). What feed readers export deviates from it in
// many ways; reading takes what is meant.
import { cleanLine, escapeMarkup } from '../language/markup.ts'
import type { Outcome } from '../model/units.ts'

// ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** An outline that names a feed. Texts are one line; nothing else has been checked. */
export interface OpmlFeed {
  /** The address as written. */
  url: string
  title: string | null
  /** Names of the folders around it, outermost first. */
  folders: string[]
  homepage: string | null
  language: string | null
  category: string | null
  /** Attributes that Minwal's own export adds, by name without `minwal:`. */
  own: ReadonlyMap<string, string>
}

/** An outline without a feed. */
export interface LeftOut {
  /** Its text, or its address; one line. */
  name: string
  /** `a link, not a feed` */
  why: string
}

export interface OpmlList {
  title: string | null
  feeds: OpmlFeed[]
  /** Outlines that are neither feeds nor folders that hold something: how many, and the first {@link MAX_NAMED} of them. */
  leftOut: { number: number; named: LeftOut[] }
  /** What was left out or cut, in sentences. */
  warnings: string[]
}

/** Attributes of an element, names in lower case. */
export type Attributes = ReadonlyMap<string, string>

/** What is called with the elements of a document, in its order. */
export interface MarkupSink {
  /** Whether text is of any use at this point. */
  readonly gathering: boolean
  text(text: string): void
  /** `attributes` are reused for the next element. */
  open(tag: string, attributes: Attributes, selfClosing: boolean): void
  close(tag: string): void
}

/** Decodes a document in any charset and passes its elements on, well-formed or not. Gives warnings. */
export type MarkupScan = (bytes: Uint8Array, sink: MarkupSink) => readonly string[]

/** Largest list, in bytes: some hundred thousand outlines. */
const MAX_BYTES = 20_971_520
const MAX_FEEDS = 20_000
/** Levels of folders that are kept apart; deeper ones are taken into the last. */
export const MAX_FOLDERS = 32
/** Characters of a folder's name, of any other text, and of an attribute in Minwal's own namespace. */
const MAX_FOLDER = 200
const MAX_TEXT = 1_000
const MAX_OWN = 20_000
/** Characters of an address. */
const MAX_ADDRESS = 4_096
/** Outlines without a feed that are named one by one. */
const MAX_NAMED = 100

/** Types of outlines whose `url` is a feed's, as some write it for `xmlUrl`. */
const FEED_TYPE = /^(?:rss|atom|rdf|feed|json|xml|podcast|application\/(?:rss|atom|rdf|feed)\+(?:xml|json))[\d.]*$/
/** Other names that readers have given to `xmlUrl`. */
const FEED_ADDRESSES = ['xmlurl', 'xml_url', 'feedurl', 'feed_url', 'rssurl', 'jsonurl', 'atomurl']
const ADDRESSES = ['url', 'href']

/** One line without control characters, of at most `longest` characters. */
function line(text: string | undefined, longest: number): string | null {
  const clean = (text ?? '')
    .slice(0, longest * 4)
    .toWellFormed()
    .replace(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff\u202a-\u202e\u2066-\u2069]/g,
      '',
    )
    .replace(/\s+/g, ' ')
    .trim()
  return clean.slice(0, longest).toWellFormed() || null
}

/** The first of these attributes that is not blank. */
function first(attributes: Attributes, names: readonly string[]): string | null {
  for (const name of names) {
    const value = attributes.get(name)?.trim() ?? ''
    if (value !== '') return value
  }
  return null
}

/** An outline that is open. */
interface Open {
  /** Its name as a folder; null for a feed, a link, or a folder without a name. */
  folder: string | null
  isFolder: boolean
  title: string | null
  empty: boolean
}

/** Collects the feeds of a list. Memory is bounded by what is kept, whatever the depth. */
class Gathering implements MarkupSink {
  rootName: string | null = null
  ended = false
  title: string | null = null
  readonly feeds: OpmlFeed[] = []
  readonly leftOut = { number: 0, named: [] as LeftOut[] }
  tooMany = 0
  flattened = 0
  private readonly stack: Open[] = []
  /** Outlines open within one that is commented out, and itself. */
  private commented = 0
  /** Outlines open beyond the depth bound. */
  private deeper = 0
  private inTitle = false
  private head = ''

  get gathering(): boolean {
    return this.inTitle
  }

  text(text: string): void {
    if (this.head.length < MAX_TEXT) this.head += text
  }

  open(tag: string, attributes: Attributes, selfClosing: boolean): void {
    this.rootName ??= tag
    if (tag === 'title' && this.feeds.length === 0) this.inTitle = !selfClosing
    if (tag !== 'outline') return
    const parent = this.stack.at(-1)
    if (parent !== undefined) parent.empty = false
    const title = line(attributes.get('text'), MAX_TEXT) ?? line(attributes.get('title'), MAX_TEXT)
    if (this.commented > 0 || attributes.get('iscomment')?.trim().toLowerCase() === 'true') {
      if (this.commented === 0) this.leave(title, attributes, 'commented out')
      if (!selfClosing) this.commented++
      return
    }
    const type = attributes.get('type')?.trim().toLowerCase() ?? ''
    const [given, other] = [first(attributes, FEED_ADDRESSES), first(attributes, ADDRESSES)]
    const url = given ?? (FEED_TYPE.test(type) || attributes.has('minwal:page') ? other : null)
    if (url !== null) this.keep(url, title, attributes)
    else if (other !== null) {
      const isList = type === 'include' || (type === 'link' && /\.opml(?:[?#]|$)/i.test(other))
      this.leave(title, attributes, isList ? 'another list, to be imported by itself' : 'a link, not a feed')
    } else if (FEED_TYPE.test(type)) this.leave(title, attributes, 'a feed without an address')
    else if (selfClosing) this.leave(title, attributes, 'no feed in it')
    if (selfClosing) return
    // An outline with an address of any kind is no folder.
    const isFolder = url === null && other === null && !FEED_TYPE.test(type)
    const open: Open = { folder: isFolder ? line(title ?? '', MAX_FOLDER) : null, isFolder, title, empty: true }
    if (this.stack.length < MAX_FOLDERS) this.stack.push(open)
    else {
      this.deeper++
      this.flattened++
    }
  }

  close(tag: string): void {
    if (tag === 'opml') this.ended = true
    if (tag === 'title' && this.inTitle) {
      this.inTitle = false
      this.title ??= line(this.head, MAX_TEXT)
    }
    if (tag !== 'outline') return
    if (this.commented > 0) this.commented--
    else if (this.deeper > 0) this.deeper--
    else {
      const closed = this.stack.pop()
      if (closed?.isFolder && closed.empty) this.leave(closed.title, null, 'no feed in it')
    }
  }

  private leave(title: string | null, attributes: Attributes | null, why: string): void {
    this.leftOut.number++
    if (this.leftOut.named.length >= MAX_NAMED) return
    const address = attributes === null ? null : (first(attributes, FEED_ADDRESSES) ?? first(attributes, ADDRESSES))
    this.leftOut.named.push({ name: title ?? line(address ?? '', MAX_TEXT) ?? '', why })
  }

  private keep(url: string, title: string | null, attributes: Attributes): void {
    if (this.feeds.length >= MAX_FEEDS) {
      this.tooMany++
      return
    }
    const own = new Map<string, string>()
    for (const [name, value] of attributes) {
      if (name.startsWith('minwal:')) own.set(name.slice('minwal:'.length), line(value, MAX_OWN) ?? '')
    }
    this.feeds.push({
      url: url.slice(0, MAX_ADDRESS),
      title,
      folders: this.stack.flatMap(({ folder }) => folder ?? []),
      homepage: first(attributes, ['htmlurl', 'html_url', 'siteurl', 'weburl'])?.slice(0, MAX_ADDRESS) ?? null,
      language: first(attributes, ['language', 'xml:lang']),
      category: line(attributes.get('category'), MAX_TEXT),
      own,
    })
  }
}

/**
 * Reads a subscription list: OPML 1.0 to 2.0, well-formed or not. Feeds are in the order of the document, one for each
 * outline with an `xmlUrl` or what other readers write for it. Time is linear in the size; depth and the number of feeds are
 * bounded.
 */
export function readOpml(bytes: Uint8Array, scan: MarkupScan): Outcome<OpmlList> {
  if (bytes.length === 0) return { ok: false, reason: 'the file is empty' }
  if (bytes.length > MAX_BYTES) return { ok: false, reason: `the file is larger than ${MAX_BYTES / 1_048_576} MB` }
  const list = new Gathering()
  const warnings = [...scan(bytes, list)]
  if (list.rootName === null) return { ok: false, reason: 'not OPML: the file has no XML element' }
  if (list.rootName !== 'opml')
    return { ok: false, reason: `not OPML: root element is <${list.rootName.slice(0, 60)}>` }
  if (!list.ended) warnings.push('the file has no proper end: it may be cut off')
  if (list.tooMany > 0) warnings.push(`the file names more than ${MAX_FEEDS} feeds: ${list.tooMany} are left out`)
  if (list.flattened > 0) warnings.push(`folders nested deeper than ${MAX_FOLDERS} levels were flattened`)
  return { ok: true, value: { title: list.title, feeds: list.feeds, leftOut: list.leftOut, warnings } }
}

// ── folders and categories ──────────────────────────────────────────────────────────────────────────────────────────

/**
 * Folders as one category, and back: `World/Asia`. A `/` in a folder's name is written `\/`, as OPML's own slash-delimited
 * categories have no way to write it.
 */
export function categoryOf(folders: readonly string[]): string | null {
  return folders.length === 0 ? null : folders.map(name => name.replace(/[\\/]/g, '\\$&')).join('/')
}

/** The folders of {@link categoryOf}. */
export function foldersOf(category: string | null): string[] {
  if (category === null) return []
  return [...category.matchAll(/(?:\\[\\/]|[^/])+/g)]
    .map(([name]) => name.replace(/\\([\\/])/g, '$1').trim())
    .filter(name => name !== '')
}

// ── writing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Namespace of the attributes that OPML does not define (OPML 2.0, section on extending). Other readers ignore them. */
export const OPML_NAMESPACE = 'urn:x-minwal:opml'

export interface Outline {
  text: string
  /** Further attributes, in order. Those that are null are left out. */
  attributes?: Readonly<Record<string, string | null>>
  outlines?: readonly Outline[]
}

/** An OPML 2.0 document. Texts become one line without characters that XML forbids. */
export function writeOpml(title: string, outlines: readonly Outline[]): string {
  const own = outlines.some(usesNamespace) ? ` xmlns:minwal="${OPML_NAMESPACE}"` : ''
  return `<?xml version="1.0" encoding="utf-8"?>
<opml version="2.0"${own}>
  <head>
    <title>${oneLine(title)}</title>
  </head>
  <body>
${outlines.map(outline => write(outline, '    ')).join('')}  </body>
</opml>
`
}

function usesNamespace({ attributes = {}, outlines = [] }: Outline): boolean {
  return Object.keys(attributes).some(name => name.startsWith('minwal:')) || outlines.some(usesNamespace)
}

function oneLine(text: string): string {
  return escapeMarkup(cleanLine(text))
}

function write({ text, attributes = {}, outlines }: Outline, indent: string): string {
  const given = Object.entries(attributes).flatMap(([name, value]) =>
    value === null ? [] : [[name, oneLine(value)] as const],
  )
  // `type` comes first, as other programs write it.
  const [type, rest] = [given.filter(([name]) => name === 'type'), given.filter(([name]) => name !== 'type')]
  const written = [...type, ['text', oneLine(text)] as const, ...rest]
    .map(([name, value]) => ` ${name}="${value}"`)
    .join('')
  if (outlines === undefined) return `${indent}<outline${written}/>\n`
  return `${indent}<outline${written}>\n${outlines.map(inner => write(inner, `${indent}  `)).join('')}${indent}</outline>\n`
}
