// Countries in any language as one term: «كازاخستان», "Kazakhstan" and «Казахстан» are `@KZ`. The names come with the
// runtime (CLDR through Intl.DisplayNames), so no list is kept here; demonyms are found by the beginning they share
// with the name. Pure; the cache only remembers.
import { fold, stem, words } from '../text.ts'

// ISO 3166-1 and Kosovo. The runtime knows the names of codes, not which codes there are: it is asked for all 676.
const CODES: string[] = []
for (let first = 65; first <= 90; first++) {
  for (let second = 65; second <= 90; second++) {
    const code = String.fromCharCode(first, second)
    // Exceptional and obsolete codes name a country a second time, or the whole world.
    if (
      !/^(Q[M-Z]|X[A-JL-Z]|ZZ|A[AC]|CP|CQ|D[DGY]|E[AUZ]|FX|FQ|IC|JT|MI|N[HTQ]|P[CUZ]|RH|S[U]|TA|TP|U[KN]|V[D]|WK|Y[DU]|BU|CS|AN|CT|HV|NQ|PU|PZ|VD)$/.test(
        code,
      )
    )
      CODES.push(code)
  }
}

interface Gazetteer {
  /** Stem of a name in one word, to its code. */
  whole: Map<string, string>
  /** First word of a name in several, to the rest and its code. */
  phrases: Map<string, { rest: string[]; code: string }[]>
  /** Names of one word by their first four letters, for demonyms. */
  openings: Map<string, { base: string; code: string }[]>
  known: Map<string, string | null>
}

const OPENING = 4
const gazetteers = new Map<string, Gazetteer | null>()
const REMEMBERED = 20_000

/** «ال» and final vowels go: what is left is what a demonym begins with. */
const baseOf = (word: string, language: string) =>
  (language === 'ar' ? word.replace(/^ال(?=...)/, '') : word).replace(/(?:[aeiouyاهيаяиыео]|ia|ien|ия)+$/u, '')

function gazetteer(language: string): Gazetteer | null {
  const before = gazetteers.get(language)
  if (before !== undefined) return before
  let made: Gazetteer | null = null
  try {
    const names = new Intl.DisplayNames([language], { type: 'region', fallback: 'none' })
    if (names.resolvedOptions().locale.startsWith(language)) {
      made = { whole: new Map(), phrases: new Map(), openings: new Map(), known: new Map() }
      for (const code of CODES) addName(made, names.of(code), code, language)
      if (language === 'ar') addAdjectives(made)
    }
  } catch {
    // Not a language tag: no names.
  }
  gazetteers.set(language, made)
  return made
}

function addName(into: Gazetteer, name: string | undefined, code: string, language: string): void {
  if (name === undefined) return
  // "Myanmar (Burma)", "Congo - Kinshasa": the first name is the one in the news.
  const plain = name.replace(/\s*[(（].*$/u, '')
  const parts = words(fold(plain))
  const first = parts[0]
  if (first === undefined) return
  if (parts.length === 1) {
    into.whole.set(stem(first, language), code)
    const base = baseOf(first, language)
    if (base.length < OPENING) return
    const key = base.slice(0, OPENING)
    const same = into.openings.get(key) ?? []
    same.push({ base, code })
    same.sort((a, b) => b.base.length - a.base.length || (a.code < b.code ? -1 : 1))
    into.openings.set(key, same)
    return
  }
  const same = into.phrases.get(first) ?? []
  same.push({ rest: parts.slice(1), code })
  same.sort((a, b) => b.rest.length - a.rest.length || (a.code < b.code ? -1 : 1))
  into.phrases.set(first, same)
}

/** «المملكة العربية السعودية» is «السعودية» in the news: the adjective that only one country's name ends in. */
function addAdjectives(list: Gazetteer): void {
  const found = new Map<string, string | null>()
  for (const { rest, code } of [...list.phrases.values()].flat()) {
    const last = rest.at(-1)
    if (last?.endsWith('يه') && last.length >= 6) found.set(last, found.has(last) ? null : code)
  }
  for (const [word, code] of found) if (code !== null) list.whole.set(stem(word, 'ar'), code)
}

function ofWord(list: Gazetteer, word: string, language: string): string | null {
  const known = list.known.get(word)
  if (known !== undefined) return known
  let code = list.whole.get(stem(word, language)) ?? null
  if (code === null) {
    const plain = language === 'ar' ? word.replace(/^[وفبكل]?ال(?=....)/, '') : word
    // "Kazakh" begins as "Kazakhstan" does; "Brazilian" goes on where "Brazil" ends.
    for (const { base, code: candidate } of list.openings.get(plain.slice(0, OPENING)) ?? []) {
      if (plain.startsWith(base) && plain.length <= base.length + 5) {
        code = candidate
        break
      }
    }
  }
  if (list.known.size >= REMEMBERED) list.known.clear()
  list.known.set(word, code)
  return code
}

/**
 * The countries a text names, as ISO 3166 codes, with the place of the word that names it. `tokens` are folded words in
 * order. Empty for a language whose names the runtime does not know.
 */
export function countries(
  tokens: readonly string[],
  language: string | null,
): { code: string; at: number; length: number }[] {
  const tongue = language?.slice(0, 2).toLowerCase() ?? 'en'
  const list = gazetteer(tongue)
  if (list === null) return []
  const found: { code: string; at: number; length: number }[] = []
  for (let at = 0; at < tokens.length; at++) {
    const word = tokens[at] as string
    const phrase = list.phrases
      .get(word)
      ?.find(({ rest }) => rest.every((part, next) => tokens[at + 1 + next] === part))
    if (phrase) {
      found.push({ code: phrase.code, at, length: phrase.rest.length + 1 })
      at += phrase.rest.length
      continue
    }
    const code = ofWord(list, word, tongue)
    if (code !== null) found.push({ code, at, length: 1 })
  }
  return found
}
