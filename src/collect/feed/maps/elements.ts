// Decides what an element of a sitemap (sitemaps.org, with Google's news extension) means by where it stands, under whatever
// prefix and namespace, and fills the drafts of its pages.
import type { Attributes } from '../draft.ts'
import type { MarkupSink } from '../plain-markup.ts'

/** Elements nested deeper are passed over. */
const MAX_DEPTH = 64
/** Characters kept of one field. */
const MAX_FIELD = 20_000
/** Pictures of one page, and namespaces in force. */
const MAX_LIST = 50
/** Documents of an index that are kept: the protocol's bound. */
const MAX_CHILDREN = 50_000

/** One page of a map as read, all values still text. */
export interface MapDraft {
  loc: string | null
  lastmod: string | null
  /** Whether it is marked as news. */
  isNews: boolean
  title: string | null
  date: string | null
  name: string | null
  language: string | null
  keywords: string | null
  genres: string | null
  images: string[]
}

/** A document that an index names. */
export interface ChildDraft {
  loc: string
  lastmod: string | null
}

const newDraft = (): MapDraft => ({
  loc: null,
  lastmod: null,
  isNews: false,
  title: null,
  date: null,
  name: null,
  language: null,
  keywords: null,
  genres: null,
  images: [],
})

type Space = 'map' | 'news' | 'image' | 'video' | 'xhtml' | 'other'
type Kind = 'outside' | 'root' | 'url' | 'child' | 'news' | 'publication' | 'image' | 'field' | 'inside' | 'skip'

interface Frame {
  tag: string
  kind: Kind
  /** Namespaces declared here and around, by prefix. */
  prefixes: ReadonlyMap<string, string>
}

/** Spaces by prefix where a document declares none. */
const USUAL: Readonly<Record<string, Space>> = {
  '': 'map',
  news: 'news',
  n: 'news',
  image: 'image',
  video: 'video',
  xhtml: 'xhtml',
}

/** The vocabulary of a namespace, also of its wrong spellings: https, a slash at the end, an old version. */
function spaceOf(uri: string, prefix: string): Space {
  const text = uri.trim().slice(0, 200).toLowerCase()
  if (text.includes('sitemap-news') || text.includes('news_sitemap')) return 'news'
  if (text.includes('sitemap-image')) return 'image'
  if (text.includes('sitemap-video')) return 'video'
  if (text.includes('xhtml')) return 'xhtml'
  if (text.includes('sitemap')) return 'map'
  return USUAL[prefix] ?? 'other'
}

const NEWS_FIELDS = {
  title: 'title',
  publication_date: 'date',
  publicationdate: 'date',
  keywords: 'keywords',
  genres: 'genres',
} as const satisfies Record<string, keyof MapDraft>
type NewsField = keyof typeof NEWS_FIELDS
const isNewsField = (name: string): name is NewsField => Object.hasOwn(NEWS_FIELDS, name)

/** Elements of a map that end a field which was left open. */
const STRUCTURE = new Set([
  'url',
  'loc',
  'lastmod',
  'changefreq',
  'priority',
  'sitemap',
  'urlset',
  'sitemapindex',
  'news',
  'publication',
  'publication_date',
  'keywords',
  'genres',
  'access',
  'stock_tickers',
])

/** Reads a map or an index element by element. Bounded in depth; no input makes it throw. */
export class MapReading implements MarkupSink {
  /** Null until the root was met. */
  root: 'urlset' | 'sitemapindex' | null = null
  rootClosed = false
  readonly children: ChildDraft[] = []
  /** Counts: pages, elements beyond the depth, fields cut, documents of an index beyond the bound. */
  pages = 0
  tooDeep = 0
  cut = 0
  childrenLeft = 0
  /** Whether a prefix was met that no namespace was declared for. */
  undeclared = false

  readonly #push: (draft: MapDraft) => void
  readonly #stack: Frame[] = []
  #deeper = 0
  #draft: MapDraft | null = null
  #child: { loc: string | null; lastmod: string | null } | null = null
  #field: { frame: Frame; keep: (text: string) => void; text: string; cut: boolean } | null = null

  /** @param push takes each page that was read to its end */
  constructor(push: (draft: MapDraft) => void) {
    this.#push = push
  }

  get gathering(): boolean {
    return this.#field !== null
  }

  /** Whether the document ended within a page. */
  get inPage(): boolean {
    return this.#draft !== null || this.#child !== null
  }

  text(text: string): void {
    const field = this.#field
    if (field === null) return
    const room = MAX_FIELD - field.text.length
    if (text.length > room && !field.cut) {
      field.cut = true
      this.cut++
    }
    if (room > 0) field.text += text.slice(0, room)
  }

  open(tag: string, attributes: Attributes, selfClosing: boolean): void {
    if (this.#stack.length >= MAX_DEPTH) {
      const begins = /(?:^|:)(url|sitemap)$/.exec(tag)?.[1]
      if (begins === undefined) {
        this.tooDeep++
        if (!selfClosing) this.#deeper++
        return
      }
      this.#leaveTo(begins === 'url' ? 'url' : 'child')
      if (this.#stack.length >= MAX_DEPTH) return
      this.#deeper = 0
    }
    const prefixes = declared(attributes, this.#top?.prefixes ?? NO_PREFIXES)
    const colon = tag.indexOf(':')
    const prefix = colon < 0 ? '' : tag.slice(0, colon)
    const name = tag.slice(colon + 1)
    const uri = prefixes.get(prefix)
    if (uri === undefined && (prefix !== '' || name === 'urlset' || name === 'sitemapindex')) this.undeclared = true
    const space = uri === undefined ? (USUAL[prefix] ?? 'other') : spaceOf(uri, prefix)
    // A field that was never closed ends where the next begins.
    if (this.#field !== null && STRUCTURE.has(name) && (space === 'map' || space === 'news')) {
      const { frame } = this.#field
      while (this.#field?.frame === frame) this.#pop()
    }
    if (name === 'url' && space === 'map') this.#leaveTo('url')
    else if (name === 'sitemap' && space === 'map') this.#leaveTo('child')
    const frame: Frame = { tag, kind: 'skip', prefixes }
    this.#enter(frame, this.#top?.kind ?? 'outside', name, space)
    this.#stack.push(frame)
    if (selfClosing) this.#pop()
  }

  close(tag: string): void {
    if (this.#deeper > 0) {
      if (!/(?:^|:)(?:url|sitemap|urlset|sitemapindex)$/.test(tag)) {
        this.#deeper--
        return
      }
      this.#deeper = 0
    }
    for (let index = this.#stack.length - 1; index >= 0; index--) {
      if (this.#stack[index]?.tag !== tag) continue
      while (this.#stack.length > index) this.#pop()
      return
    }
  }

  get #top(): Frame | undefined {
    return this.#stack.at(-1)
  }

  /** A page never stands inside another: whatever was left open before it ends here. */
  #leaveTo(kind: 'url' | 'child'): void {
    const at = this.#stack.findLastIndex(frame => frame.kind === kind)
    while (at >= 0 && this.#stack.length > at) this.#pop()
  }

  #enter(frame: Frame, parent: Kind, name: string, space: Space): void {
    if (this.#field !== null) {
      frame.kind = 'inside'
      // Words on either side of a line break are two.
      if (/^(?:br|p|div|li)$/.test(name)) this.text(' ')
    } else if (parent === 'outside') this.#enterRoot(frame, name)
    else if (parent === 'root') this.#enterTop(frame, name, space)
    else if (parent === 'url') this.#enterPage(frame, name, space)
    else if (parent === 'child') this.#enterChild(frame, name, space)
    else if (parent === 'news' || parent === 'publication') this.#enterNews(frame, parent, name, space)
    else if (parent === 'image' && name === 'loc') {
      const draft = this.#draft
      this.#begin(frame, text => {
        if (draft !== null && draft.images.length < MAX_LIST) draft.images.push(text)
      })
    }
  }

  #enterRoot(frame: Frame, name: string): void {
    frame.kind = 'outside'
    if (this.root !== null || (name !== 'urlset' && name !== 'sitemapindex')) return
    this.root = name
    frame.kind = 'root'
  }

  #enterTop(frame: Frame, name: string, space: Space): void {
    if (space !== 'map' && space !== 'other') return
    if (name === 'url') {
      frame.kind = 'url'
      this.pages++
      this.#draft = newDraft()
    } else if (name === 'sitemap') {
      frame.kind = 'child'
      this.#child = { loc: null, lastmod: null }
    }
  }

  #enterPage(frame: Frame, name: string, space: Space): void {
    const draft = this.#draft
    if (draft === null) return
    if (space === 'image') {
      if (name === 'image') frame.kind = 'image'
    } else if (space === 'xhtml' || space === 'video') return
    else if (name === 'news') {
      frame.kind = 'news'
      draft.isNews = true
    } else if (space === 'news') {
      // News fields without the element around them.
      draft.isNews = true
      this.#enterNews(frame, 'news', name, space)
    } else if (name === 'loc' || name === 'lastmod') {
      this.#begin(frame, text => {
        if (text !== '') draft[name] ??= text
      })
    }
  }

  #enterNews(frame: Frame, parent: 'news' | 'publication', name: string, space: Space): void {
    const draft = this.#draft
    if (draft === null || space === 'image' || space === 'video' || space === 'xhtml') return
    if (name === 'publication') frame.kind = 'publication'
    else if (name === 'language' || (name === 'name' && parent === 'publication')) {
      this.#begin(frame, text => {
        if (text !== '') draft[name] ??= text
      })
    } else if (isNewsField(name)) {
      const field = NEWS_FIELDS[name]
      this.#begin(frame, text => {
        if (text !== '') draft[field] ??= text
      })
    }
  }

  #enterChild(frame: Frame, name: string, space: Space): void {
    const child = this.#child
    if (child === null || (space !== 'map' && space !== 'other') || (name !== 'loc' && name !== 'lastmod')) return
    this.#begin(frame, text => {
      if (text !== '') child[name] ??= text
    })
  }

  #begin(frame: Frame, keep: (text: string) => void): void {
    frame.kind = 'field'
    this.#field = { frame, keep, text: '', cut: false }
  }

  #pop(): void {
    const frame = this.#stack.pop()
    if (frame === undefined) return
    const field = this.#field
    if (field?.frame === frame) {
      this.#field = null
      field.keep(field.text.trim())
    } else if (frame.kind === 'url') {
      if (this.#draft !== null) this.#push(this.#draft)
      this.#draft = null
    } else if (frame.kind === 'child') {
      const child = this.#child
      this.#child = null
      if (child === null || child.loc === null) return
      if (this.children.length < MAX_CHILDREN) this.children.push({ loc: child.loc, lastmod: child.lastmod })
      else this.childrenLeft++
    } else if (frame.kind === 'root') this.rootClosed = true
  }
}

const NO_PREFIXES: ReadonlyMap<string, string> = new Map()

function declared(attributes: Attributes, around: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  let own: Map<string, string> | null = null
  for (const [name, value] of attributes) {
    if (!name.startsWith('xmlns') || (name.length > 5 && name[5] !== ':')) continue
    own ??= new Map(around)
    if (own.size < MAX_LIST) own.set(name.slice(6), value)
  }
  return own ?? around
}
