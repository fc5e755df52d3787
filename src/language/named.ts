// Languages as templates name them: codes of three letters, underscores, capitals, names in English and in the language itself.
import { primaryLanguage } from './tag.ts'

/** Languages whose names are known. */
const NAMED =
  `ar az be bg bn ca ckb cs da de el en es et eu fa fi fr gl gu he hi hr hu hy id is it ja ka kk km kn ko ky lo lt lv mk ml
  mn mr ms my ne nl no or pa pl ps pt ro ru sd si sk sl so sq sr sv sw ta te tg th tk tl tr ug uk ur uz vi zh`.split(
    /\s+/,
  )

/** Tags of no language (ISO 639: mul, und, zxx, mis). */
const NONE = new Set(['mul', 'und', 'zxx', 'mis', 'xx'])

const TAG = /^[a-z]{2,3}(?:[-_][a-z0-9]{1,8}){0,4}$/i

let names: ReadonlyMap<string, string> | null = null
let english: Intl.DisplayNames | null = null

const plain = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()

function namesOfLanguages(): ReadonlyMap<string, string> {
  const made = new Map<string, string>()
  for (const language of NAMED) {
    for (const tongue of ['en', 'fr', language]) {
      const name = new Intl.DisplayNames([tongue], { type: 'language', fallback: 'none' }).of(language)
      if (name !== undefined) made.set(plain(name), language)
    }
  }
  for (const [name, language] of [
    ['farsi', 'fa'],
    ['castellano', 'es'],
    ['mandarin', 'zh'],
    ['kurdi', 'ckb'],
  ] as const) {
    made.set(name, language)
  }
  return made
}

/** The language of a name, in English, French or the language itself: `ar` of `Arabic` and of «العربية». */
export function languageOfName(name: string): string | null {
  if (name.length < 3 || name.length > 40) return null
  names ??= namesOfLanguages()
  return names.get(plain(name.trim())) ?? null
}

/**
 * BCP 47 of what a template wrote for a language: `ar` of `ara`, `AR` and `Arabic`, `ar-SA` of `ar_SA`. Null for what names
 * none.
 */
export function readLanguage(written: string | null): string | null {
  const text = written?.trim() ?? ''
  if (!TAG.test(text)) return languageOfName(text)
  const named = text.length > 3 ? languageOfName(text) : null
  if (named !== null) return named
  let tag: string
  try {
    tag = Intl.getCanonicalLocales(text.replaceAll('_', '-'))[0] ?? ''
  } catch {
    return null
  }
  const primary = primaryLanguage(tag)
  if (primary === null || NONE.has(primary)) return null
  english ??= new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' })
  return english.of(primary) === undefined ? null : tag
}
