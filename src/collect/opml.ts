// Hides OPML in the wild (http://opml.org/spec2.opml and what readers make of it): a subscription list in, feeds out.
import type { Outcome } from '../model.ts'
import { type MarkupSink, scanMarkup } from './canonical.ts'
import { decodeText } from './decode.ts'
import type { Attributes } from './draft.ts'

/** An outline that names a feed. All text is one line; nothing is proven. */
export interface OpmlFeed {
  /** As written. */
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

export interface OpmlList {
  title: string | null
  feeds: OpmlFeed[]
  /** What was left out or cut, in sentences. */
  warnings: string[]
}

/** Bytes of a list: some thousand times what a newsroom follows. */
const MAX_BYTES = 20_971_520
const MAX_FEEDS = 20_000
const MAX_FOLDERS = 32
const MAX_FOLDER = 200
const MAX_TEXT = 1_000
const MAX_OWN = 20_000

/** One line without control characters; cut where it is absurd. */
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

/** Gathers the feeds of a list. Memory grows with what is kept, whatever the depth. */
class Gathering implements MarkupSink {
  rootName: string | null = null
  ended = false
  title: string | null = null
  readonly feeds: OpmlFeed[] = []
  leftOut = 0
  flattened = 0
  /** The folder each open outline is; null for one that is none. */
  private readonly stack: (string | null)[] = []
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
    const url = attributes.get('xmlurl')?.trim() ?? ''
    const title = line(attributes.get('text'), MAX_TEXT) ?? line(attributes.get('title'), MAX_TEXT)
    if (url !== '') this.keep(url, title, attributes)
    if (selfClosing) return
    if (this.stack.length < MAX_FOLDERS) this.stack.push(url === '' ? line(title ?? '', MAX_FOLDER) : null)
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
    if (this.deeper > 0) this.deeper--
    else this.stack.pop()
  }

  private keep(url: string, title: string | null, attributes: Attributes): void {
    if (this.feeds.length >= MAX_FEEDS) {
      this.leftOut++
      return
    }
    const own = new Map<string, string>()
    for (const [name, value] of attributes) {
      if (name.startsWith('minwal:')) own.set(name.slice('minwal:'.length), line(value, MAX_OWN) ?? '')
    }
    this.feeds.push({
      url: url.slice(0, 4096),
      title,
      folders: this.stack.filter(folder => folder !== null),
      homepage: attributes.get('htmlurl')?.trim() || null,
      language: attributes.get('language')?.trim() || null,
      category: line(attributes.get('category'), MAX_TEXT),
      own,
    })
  }
}

/**
 * Reads a subscription list: OPML 1.0 to 2.0, well-formed or not, in any charset. Feeds are in the order of the
 * document, one for each outline with an `xmlUrl`. Time is linear; depth, entities and the number of feeds are bounded.
 */
export function readOpml(bytes: Uint8Array): Outcome<OpmlList> {
  if (bytes.length === 0) return { ok: false, reason: 'the file is empty' }
  if (bytes.length > MAX_BYTES) return { ok: false, reason: `the file is larger than ${MAX_BYTES / 1_048_576} MB` }
  const decoded = decodeText(bytes, null)
  const list = new Gathering()
  scanMarkup(decoded.text, 'xml', list)
  if (list.rootName === null) return { ok: false, reason: 'not OPML: the file has no XML element' }
  if (list.rootName !== 'opml')
    return { ok: false, reason: `not OPML: root element is <${list.rootName.slice(0, 60)}>` }
  const warnings = [...decoded.warnings]
  if (!list.ended) warnings.push('the file has no proper end: it may be cut off')
  if (list.leftOut > 0) warnings.push(`the file names more than ${MAX_FEEDS} feeds: ${list.leftOut} are left out`)
  if (list.flattened > 0) warnings.push(`folders nested deeper than ${MAX_FOLDERS} levels were flattened`)
  return { ok: true, value: { title: list.title, feeds: list.feeds, warnings } }
}

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
