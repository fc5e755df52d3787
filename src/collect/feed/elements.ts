// Decides what an element of a feed means by where it stands. Keeps the stack of open elements, and fills the drafts of the
// feed and its entries.

import type { FeedFormat } from '../../model/collected.ts'
import { atomMode, Capture, type Mode, rssMode, textMode } from './capture.ts'
import {
  type Attributes,
  type Draft,
  type FeedDraft,
  type Gathered,
  isEmpty,
  keepCategory,
  keepEnclosure,
  keepEntryLink,
  keepFeedLink,
  keepInEntry,
  keepInFeed,
  keepMedia,
  newDraft,
  newFeedDraft,
  openEntry,
} from './draft.ts'
import { type Frame, inherit } from './frame.ts'
import { resolve, siteBase } from './links.ts'
import {
  AUTHOR_NAMES,
  BEGINS,
  CATEGORY_NAMES,
  CONTENT_RANK,
  ENDS,
  FEED_FIELDS,
  ID_NAMES,
  newScope,
  OTHER_FIELDS,
  PICTURE_NAMES,
  PUBLISHED_RANK,
  resolveName,
  SKIPPED,
  SUMMARY_RANK,
  TITLE_RANK,
  UPDATED_RANK,
} from './names.ts'
import type { Newest } from './newest.ts'

/** Elements nested deeper are flattened: their text stays, they themselves go. */
export const MAX_DEPTH = 256
/** Characters kept of one body before sanitising, and of any other field. */
const MAX_BODY = 1_000_000
const MAX_FIELD = 20_000

/** Reads one document element by element. Bounded in depth; no input makes it throw. */
export class Reading {
  format: FeedFormat | null = null
  version: string | null = null
  /** Name of the first element, as written. */
  rootName: string | null = null
  /** Feed that an HTML page links to. */
  alternate: string | null = null
  rootClosed = false
  readonly feed: FeedDraft = newFeedDraft()
  /** The entries, of which no more than are taken are kept for long. */
  readonly drafts: Newest<Draft>
  /** Counts: entries without a value, elements beyond the depth, fields cut. */
  empty = 0
  flattened = 0
  cut = 0

  /** Whether the base of relative links was found behind entries that were read with another. */
  lateSite = false

  private readonly url: string | null
  private readonly stack: Frame[] = []
  private readonly outer: Frame
  /** Elements open beyond the depth bound. */
  private tooDeep = 0
  private draft: Draft | null = null
  private capture: Capture | null = null
  /** The default namespace of the root, known to us or not. */
  private rootSpace: string | null = null

  /** @param site what relative links are relative to until the document names it, where that is known from an earlier reading */
  constructor(url: string | null, drafts: Newest<Draft>, site: string | null = null) {
    this.drafts = drafts
    this.url = url
    this.outer = {
      tag: '',
      kind: 'outside',
      name: '',
      scope: newScope(null),
      base: site ?? url,
      language: null,
      from: 0,
      emit: false,
    }
  }

  /** Whether text is of any use here. */
  get gathering(): boolean {
    return this.capture !== null
  }

  text(text: string): void {
    this.capture?.addText(text)
  }

  /** @param tag lower-cased qualified name @param attributes by lower-cased name, decoded */
  open(tag: string, attributes: Attributes, selfClosing: boolean): void {
    if (this.stack.length >= MAX_DEPTH) {
      if (this.draft === null || !BEGINS.test(tag)) {
        this.flattened++
        if (!selfClosing) this.tooDeep++
        return
      }
      this.closeEntry()
    }
    const parent = this.top
    const frame: Frame = {
      tag,
      kind: 'skip',
      name: '',
      scope: parent.scope,
      base: parent.base,
      language: parent.language,
      from: 0,
      emit: false,
    }
    if (attributes.size > 0) inherit(frame, parent, attributes)
    const name = resolveName(tag, frame.scope, this.format, this.stack.length < 2 ? null : this.rootSpace)
    frame.name = name ?? ''
    this.enter(frame, parent, name, attributes, selfClosing)
    this.stack.push(frame)
    if (selfClosing) this.pop()
  }

  /** Closes the innermost open element of that name and all left open in it; a name that is not open closes nothing. */
  close(tag: string): void {
    if (this.tooDeep > 0) {
      // What ends an entry or the feed ends all that was left open in it, however deep.
      if (!ENDS.test(tag)) {
        this.tooDeep--
        return
      }
      this.tooDeep = 0
    }
    for (let index = this.stack.length - 1; index >= 0; index--) {
      if (this.stack[index]?.tag !== tag) continue
      while (this.stack.length > index) this.pop()
      return
    }
  }

  /**
   * The document is over. An entry that was being read is kept only where it is the only one and none of its fields
   * was cut through.
   */
  finish(): { truncated: boolean; inEntry: boolean } {
    const truncated = !this.rootClosed && this.stack.some(frame => frame.kind === 'feed' || frame.kind === 'entry')
    const inEntry = this.draft !== null
    if (this.capture?.isCut === true) this.cut++
    if (this.capture === null && this.drafts.size === 0) this.endEntry()
    return { truncated, inEntry }
  }

  /** What relative links are relative to where no nearer element has a base. */
  get base(): string | null {
    return this.outer.base
  }

  /** A channel's own links, the site's among them, are relative to the document unless there is an xml:base. */
  private channelBase(base: string | null): string | null {
    return this.format !== 'atom' && base === this.outer.base ? (this.url ?? base) : base
  }

  private get top(): Frame {
    return this.stack[this.stack.length - 1] ?? this.outer
  }

  /** Decides what an element is by where it stands. */
  private enter(frame: Frame, parent: Frame, name: string | null, attributes: Attributes, selfClosing: boolean): void {
    if (this.format === null) {
      this.enterRoot(frame, name, attributes)
    } else if (name === 'item' || name === 'entry' || (name === 'atom:entry' && this.format !== 'atom')) {
      // «<item/>» inside an item (seen in FeedBurner's output) is empty and must not end it.
      if (this.draft === null || !selfClosing) this.enterEntry(frame, attributes)
    } else if (this.capture !== null) {
      this.capture.openChild(frame, parent === this.capture.frame, name, attributes)
    } else if (parent.kind === 'outside' || name === 'channel' || name === 'feed' || name === 'rss') {
      if (parent.kind !== 'skip') frame.kind = 'feed'
    } else if (name !== null && parent.kind !== 'skip') {
      if (this.draft !== null) this.enterEntryChild(this.draft, frame, name, attributes)
      else this.enterFeedChild(frame, name, attributes)
    }
  }

  /** Looks for the element that makes the document a feed; some wrap it in others. */
  private enterRoot(frame: Frame, name: string | null, attributes: Attributes): void {
    frame.kind = 'outside'
    this.rootName ??= frame.tag
    const version = attributes.get('version')?.trim().slice(0, 20) || null
    const spaces = [...frame.scope.prefixes.values()].join(' ')
    if (name === 'rss') {
      this.format = 'rss'
      this.version = version
    } else if (name === 'channel' && this.stack.length === 0) {
      this.format = 'rss'
      this.version = 'cdf'
      const link = resolve(attributes.get('href') ?? '', frame.base)
      if (link !== null) this.feed.link = { rank: 1, text: link }
    } else if (name === 'rdf:rdf' || name === 'rdf') {
      this.format = 'rdf'
      this.version = spaces.includes('my.netscape.com') ? '0.90' : '1.0'
    } else if (name === 'feed') {
      this.format = 'atom'
      this.version = version ?? (spaces.includes('purl.org/atom') ? '0.3' : '1.0')
    } else if (name === 'entry' && this.stack.length === 0) {
      // RFC 4287 section 2 allows a lone entry as a document.
      this.format = 'atom'
      this.version = '1.0'
      this.enterEntry(frame, attributes)
      return
    } else {
      if (name === 'link') this.noteAlternate(attributes)
      return
    }
    frame.kind = 'feed'
    this.rootSpace = frame.scope.prefixes.get('') ?? null
    // Names were worked out before the format was known.
    frame.scope.names.clear()
    this.outer.scope.names.clear()
    this.feed.language = frame.language
    // The feed's language is not each entry's own.
    frame.language = null
  }

  private noteAlternate(attributes: Attributes): void {
    const relations = attributes.get('rel')?.toLowerCase().split(/\s+/) ?? []
    const href = attributes.get('href')
    if (href === undefined || !relations.includes('alternate')) return
    if (/(?:rss|atom|rdf)\+xml|feed\+json/i.test(attributes.get('type') ?? '')) {
      this.alternate ??= resolve(href, this.outer.base) ?? href.slice(0, 500)
    }
  }

  /** An entry never stands inside another: whatever was left open before it ends here. */
  private enterEntry(frame: Frame, attributes: Attributes): void {
    if (this.draft !== null) {
      this.closeEntry()
      if (!attributes.has('xml:base')) frame.base = this.top.base
    }
    frame.kind = 'entry'
    this.draft = newDraft(frame.language)
    openEntry(this.draft, attributes, frame.base)
  }

  private enterFeedChild(frame: Frame, name: string, attributes: Attributes): void {
    if (SKIPPED.has(this.top.name)) {
      if (name === SKIPPED.get(this.top.name)) this.begin(frame, 'field', 'text', attributes)
    } else if (name === 'items' || name === 'rdf:seq' || name === 'rdf:li' || SKIPPED.has(name)) {
      frame.kind = 'open'
    } else if ((name === 'link' || name === 'atom:link') && attributes.has('href')) {
      // An RSS channel's atom:link without a relation is its own address, not the site's.
      if (name === 'link' || attributes.has('rel'))
        keepFeedLink(this.feed, name, attributes, this.channelBase(frame.base))
      this.adoptBase()
    } else if (this.format === 'atom' && name === 'author') {
      this.begin(frame, 'person', 'text', attributes)
    } else if (this.format === 'atom' && name === 'title') {
      this.begin(frame, 'body', textMode(attributes), attributes)
    } else if (FEED_FIELDS.has(name)) {
      this.begin(frame, name.endsWith('title') ? 'body' : 'field', 'html', attributes)
    }
  }

  private enterEntryChild(draft: Draft, frame: Frame, name: string, attributes: Attributes): void {
    const { base } = frame
    if (name === 'media:group' || name === 'media:content') {
      frame.kind = 'open'
      if (name === 'media:content') keepMedia(draft, attributes, base)
    } else if (name === 'enclosure') {
      const href = attributes.get('url') ?? attributes.get('href')
      keepEnclosure(draft.enclosures, href, base, attributes.get('type'), attributes.get('length'))
    } else if (name === 'media:thumbnail') {
      keepEnclosure(draft.thumbnails, attributes.get('url'), base, 'image/*', undefined)
    } else if (PICTURE_NAMES.has(name)) {
      const href = attributes.get('href') ?? attributes.get('url') ?? attributes.get('src')
      if (href === undefined) this.begin(frame, 'image', 'text', attributes)
      else keepEnclosure(draft.thumbnails, href, base, 'image/*', undefined)
    } else if ((name === 'link' || name === 'atom:link') && attributes.has('href')) {
      keepEntryLink(draft, name, attributes, base)
    } else if (name === 'author' || name === 'atom:author') {
      this.begin(frame, 'person', 'text', attributes)
    } else if (name === 'source' || name === 'atom:source') {
      this.begin(frame, 'source', 'text', attributes)
    } else if (CATEGORY_NAMES.has(name)) {
      if (keepCategory(draft, attributes)) frame.kind = 'open'
      else this.begin(frame, 'field', 'text', attributes)
    } else if (TITLE_RANK.has(name)) {
      this.begin(frame, 'body', this.isAtom(name) ? textMode(attributes) : rssMode(name, attributes), attributes)
    } else if (SUMMARY_RANK.has(name) || CONTENT_RANK.has(name)) {
      this.enterBody(draft, frame, name, attributes)
    } else if (
      PUBLISHED_RANK.has(name) ||
      UPDATED_RANK.has(name) ||
      ID_NAMES.has(name) ||
      AUTHOR_NAMES.has(name) ||
      OTHER_FIELDS.has(name)
    ) {
      this.begin(frame, 'field', 'text', attributes)
    }
  }

  private isAtom(name: string): boolean {
    return name.startsWith('atom:') || (this.format === 'atom' && !name.includes(':'))
  }

  private enterBody(draft: Draft, frame: Frame, name: string, attributes: Attributes): void {
    if (!this.isAtom(name)) {
      const mode = name.startsWith('xhtml:') ? 'xhtml' : rssMode(name, attributes)
      this.begin(frame, 'body', mode, attributes, MAX_BODY)
      return
    }
    this.begin(
      frame,
      'body',
      SUMMARY_RANK.has(name) ? textMode(attributes) : atomMode(attributes),
      attributes,
      MAX_BODY,
    )
    // RFC 4287 section 4.1.3.2: content that lives elsewhere.
    const link = resolve(attributes.get('src') ?? '', frame.base)
    if (link !== null && draft.link === null) draft.link = { rank: 4, text: link }
  }

  private begin(
    frame: Frame,
    kind: Gathered['kind'],
    mode: Mode,
    attributes: Attributes,
    limit: number = MAX_FIELD,
  ): void {
    frame.kind = kind
    this.capture = new Capture(frame, kind, mode, attributes, limit)
  }

  private closeEntry(): void {
    this.tooDeep = 0
    while (this.draft !== null && this.stack.length > 0) this.pop()
  }

  private pop(): void {
    const frame = this.stack.pop()
    if (frame === undefined) return
    const capture = this.capture
    if (capture !== null && capture.frame === frame) {
      this.capture = null
      this.keep(capture)
    } else if (capture !== null && frame.kind === 'inside') {
      capture.closeChild(frame)
    } else if (frame.kind === 'entry') {
      this.endEntry()
    } else if (frame.kind === 'feed' && this.stack.every(outer => outer.kind === 'outside')) {
      this.rootClosed = true
    }
  }

  private endEntry(): void {
    const { draft } = this
    this.draft = null
    if (draft === null) return
    if (isEmpty(draft)) this.empty++
    else this.drafts.push(draft)
  }

  private keep(capture: Capture): void {
    const { base } = capture.frame
    const gathered = capture.gathered(this.draft === null ? this.channelBase(base) : base)
    if (capture.isCut) this.cut++
    if (this.draft !== null) {
      keepInEntry(this.draft, gathered)
    } else {
      keepInFeed(this.feed, gathered)
      this.adoptBase()
    }
  }

  /**
   * RSS names no base: relative links are relative to the site that the channel names. Atom does (RFC 4287, section 2);
   * of a document read without its address, the site is the best known base.
   */
  private adoptBase(): void {
    const link = this.feed.link?.text ?? null
    const before = this.outer.base
    const base = this.format === 'atom' ? (before ?? link) : siteBase(link, this.url)
    if (base === null || base === before) return
    this.outer.base = base
    // What declares a base of its own keeps it.
    for (const frame of this.stack) if (frame.base === before) frame.base = base
    this.lateSite ||= this.drafts.size > 0
  }
}
