// Which words a page is in: those its address names, those the reader asks for, or those of the configuration.
import type { Config } from '../model/config.ts'
import { askedBy } from './asked.ts'
import type { Rendering } from './delivery.ts'
import { spokenTag } from './words/language.ts'

/** Which words a page is in. */
export interface Wording {
  language: string
  /** What the address said of languages, for links to keep. */
  keep: string
  /** The language that the address sets, which a cookie is to remember; null where it sets none. */
  set: string | null
  /** What renderings in other words do not share. */
  key: string
  /** Path below which the site lies. */
  path: string
}

/** A language tag in an address, short enough to be kept. */
const LANGUAGE = /^[a-z]{2,8}(?:-[a-z0-9]{1,8}){0,2}$/i
const YEAR_IN_SECONDS = 365 * 86_400

/** The rendering, with a cookie where its address chose the words. */
export function worded(rendering: Rendering, { set, path }: Wording): Rendering {
  if (set === null || rendering.status !== 200) return rendering
  const cookie = `hl=${set}; Path=${path === '' ? '/' : path}; Max-Age=${YEAR_IN_SECONDS}; SameSite=Lax`
  return { ...rendering, headers: { ...rendering.headers, 'Set-Cookie': cookie } }
}

/** Which words a page is in, and what its links keep of the address. */
export function wordingOf(request: Request, config: Pick<Config, 'language' | 'link'>): Wording {
  const { searchParams } = new URL(request.url)
  const set = spokenTag(searchParams.get('hl') ?? '')
  const lang = searchParams.get('lang') ?? ''
  const keep = [set === null ? '' : `hl=${set}`, LANGUAGE.test(lang) ? `lang=${lang.toLowerCase()}` : '']
    .filter(Boolean)
    .join('&')
  const language = set ?? askedBy(request).language ?? config.language
  return { language, keep, set, key: `${language} ${keep}`, path: basePath(config.link) }
}

/** The parameter that makes a feed speak a language: nothing where it does so anyway. */
export function wordsAsked(language: string, config: Pick<Config, 'language'>): string {
  const asked = spokenTag(language)
  return asked === null || asked === (spokenTag(config.language) ?? config.language) ? '' : `hl=${asked}`
}

/**
 * The language of the words in a feed: the one its address names, else that of the configuration; and `query`, its canonical
 * query, with that language where it is not the configured one.
 */
export function feedWording(request: Request, query: string, config: Pick<Config, 'language'>) {
  const language = spokenTag(new URL(request.url).searchParams.get('hl') ?? '') ?? config.language
  const asked = wordsAsked(language, config)
  if (asked === '') return { language, query }
  return { language, query: query === '' ? `?${asked}` : `${query}&${asked}` }
}

/** Path below which a proxy has the site: links carry it, whether or not the proxy takes it off. */
export function basePath(link: string): string {
  return URL.canParse(link) ? new URL(link).pathname.replace(/(?<!\/)\/+$/, '') : ''
}
