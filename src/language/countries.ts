// Countries in any language as one term: «كازاخستان», "Kazakhstan" and «Казахстан» are `@KZ`. The names come with the
// runtime (CLDR through Intl.DisplayNames), so no list is kept here; demonyms and cases are the beginning they share with the
// name and an ending of their language. Pure; the cache only remembers.
import { fold } from './fold.ts'
import { primaryLanguage } from './tag.ts'
import { terms } from './terms.ts'
import { words } from './words.ts'

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
  /** A name in one word, folded, to its code. */
  whole: Map<string, string>
  /** First word of a name in several, to the rest and its code. */
  phrases: Map<string, { rest: string[]; code: string }[]>
  /** Names of one word by their first letters: what adjectives and cases begin with. */
  openings: Map<string, Beginning[]>
  known: Map<string, string | null>
}

const OPENING = 3
const gazetteers = new Map<string, Gazetteer | null>()
const REMEMBERED = 20_000

// What may follow the beginning of a name in a word that means the country or its people. Anything else is another word:
// «البحر» is not Bahrain, "children" is not Chile, "Francis" is not France.
const ARABIC = /^(?:[وا]|او)?ي(?:ه|ا|ان|ون|ين|ات|تان|تين)?$/u
const CYRILLIC = new RegExp(
  `^(?:${[
    '[аеиоуыюяйь]{0,3}',
    '[аоеия]?[мх]',
    '[ая]ми',
    // «японский», «российских», «украинскую».
    '(?:[иеаяь]?й?|[иья]?н|а?н|уз)(?:ск|цк)(?:ий|ой|ая|ое|ие|их|им|ими|ого|ому|ом|ую|и)',
    '[иая]?(?:ец|ц(?:ы|ев|ам|ами|ах|а|у))',
    '[иь]?[яа]н(?:е|ин|ина|ам|ами|ах|к[аиуе]|кой|ок)?',
    '[еиоь]?н?к(?:а|и|у|е|ой|ам|ами)',
    '[оеь]?н?ок',
    'уз(?:ы|ов|а|ам|ами)?',
  ].join('|')})$`,
  'u',
)
const ENGLISH = /^(?:an|ian|ean|ese|ish|egian)s?$/
const LATIN =
  /^(?:(?:i?an|ien|ain|in|en|es|ais|ois|ol|and|iot)(?:o|a|e|i|os|as|es|ne|nes|s)?|es[ie]|i(?:o|a|os|as|ta|tas)|(?:ian|ien)?isch(?:e[nrsm]?)?|(?:ien|i)?er(?:n|in|innen|s)?)$/
const VOWELS = /^(?:os?|as?|i)$/

interface Beginning {
  base: string
  /** The name it begins, folded. */
  name: string
  code: string
}

/** The languages whose endings are known. In others any short one may be a case: «কলম্বিয়ায়» is in Colombia. */
const KNOWN = new Set(['ar', 'ru', 'uk', 'be', 'bg', 'en', 'fr', 'es', 'pt', 'it', 'de', 'nl'])
const SHORT = 5

function mayEnd(ending: string, { base, name }: Beginning, language: string): boolean {
  if (!KNOWN.has(language)) return base.length > OPENING && ending.length <= SHORT
  if (language === 'ar') return ARABIC.test(ending)
  if (/^[\u0400-\u04ff]/.test(base)) return CYRILLIC.test(ending)
  // "Iraqi", "Somali"; "Kenyan".
  if (/^is?$/.test(ending)) return base === name || name === `${base}ia`
  if (/^n(?:e|es|s)?$/.test(ending)) return base === name && name.endsWith('a')
  // "Serb" and "Turks", but "Roman" is none of Romania.
  if (/^s?$/.test(ending)) return language === 'en' && /(?:[^n]ia|e?y)$/.test(name) && base !== name
  if (language === 'en') return ENGLISH.test(ending)
  if (language === 'fr' && /^es?$/.test(ending)) return name === `${base}ie`
  return LATIN.test(ending) || (base.length > 5 && VOWELS.test(ending))
}

/** «ال» and final vowels go: what is left is what a demonym begins with. */
const baseOf = (name: string, article: boolean) =>
  (article ? name.replace(/^ال(?=...)/, '') : name).replace(
    /(?<![aeiouyاهيаяиыеойь])(?:[aeiouyاهيаяиыеойь]|(?<=ie)n)+$/u,
    '',
  )

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
  const plain = name.replace(/(?<!\s)\s*[(（].*$/su, '')
  const parts = words(fold(plain))
  const first = parts[0]
  if (first === undefined) return
  if (parts.length === 1) {
    // «того» is Togo, and "of that" in every second sentence.
    if (terms(first, language).length > 0) into.whole.set(first, code)
    // «ألمانيا» begins with the letters of the article, and has none.
    const base = baseOf(first, plain.startsWith('ال'))
    addBase(into, { base, name: first, code })
    if (/^[a-z]/.test(first) && base !== first) addBase(into, { base: first, name: first, code })
    // Who lives in a land is named without it: "Kazakh", «казахский».
    const people = base.replace(/(?:i?stan|стан)$/u, '')
    if (people !== base && people.length > OPENING) {
      into.whole.set(people, code)
      addBase(into, { base: people, name: people, code })
    }
    return
  }
  const same = into.phrases.get(first) ?? []
  same.push({ rest: parts.slice(1), code })
  same.sort((a, b) => b.rest.length - a.rest.length || (a.code < b.code ? -1 : 1))
  into.phrases.set(first, same)
}

function addBase(into: Gazetteer, beginning: Beginning): void {
  const { base, name } = beginning
  // Three letters begin too many words, except in Arabic, where «مالي» is still any word of money, and before "-ia".
  const short =
    base.length === OPENING && (name === `${base}ia` || (/^[\u0600-\u06ff]/.test(base) && name !== `${base}ي`))
  if (base.length <= OPENING && !short) return
  const key = base.slice(0, OPENING)
  const same = into.openings.get(key) ?? []
  same.push(beginning)
  same.sort((a, b) => b.base.length - a.base.length || (a.code < b.code ? -1 : 1))
  into.openings.set(key, same)
}

/**
 * «المملكة العربية السعودية» is «السعودية» in the news: the adjective that only one country's name ends in. Of islands and
 * regions, «جزر فيرجن البريطانية», it is somebody else's, and that of a name in two words is any word: «الغربية».
 */
function addAdjectives(list: Gazetteer): void {
  const found = new Map<string, string | null>()
  for (const [first, same] of list.phrases) {
    for (const { rest, code } of first.startsWith('ال') ? same : []) {
      const last = rest.at(-1)
      if (rest.length < 2 || !last?.endsWith('يه') || last.length < 6 || ofWord(list, last) !== null) continue
      found.set(last, found.has(last) ? null : code)
    }
  }
  list.known.clear()
  for (const [word, code] of found) {
    if (code === null) continue
    list.whole.set(word, code)
    addBase(list, { base: baseOf(word, true), name: word, code })
  }
}

/** A word as the names it may be: «وبمصر», «لليمن», "Japan's". */
function formsOf(word: string): string[] {
  if (/^[a-z]/.test(word)) return word.length > 4 && word.endsWith('s') ? [word, word.slice(0, -1)] : [word]
  if (!/^[\u0600-\u06ff]/.test(word)) return [word]
  return [word, word.replace(/^لل/, 'ال'), word.replace(/^[وفبكل](?=...)/, '')]
}

function ofWord(list: Gazetteer, word: string, language = 'ar'): string | null {
  const known = list.known.get(word)
  if (known !== undefined) return known
  const forms = formsOf(word)
  let code: string | null = null
  for (const form of forms) code ??= list.whole.get(form) ?? null
  for (const form of forms.flatMap(one => (one.startsWith('ال') ? [one, one.slice(2)] : [one]))) {
    const found = list.openings
      .get(form.slice(0, OPENING))
      ?.find(one => form.startsWith(one.base) && mayEnd(form.slice(one.base.length), one, language))
    code ??= found?.code ?? null
  }
  if (list.known.size >= REMEMBERED) list.known.clear()
  list.known.set(word, code)
  return code
}

/** A name of several words behind its first. */
export interface Phrase {
  rest: readonly string[]
  code: string
}

/** The country that a folded word names, as ISO 3166 code; null for none, and where the runtime does not know the language. */
export function countryOf(word: string, language: string | null): string | null {
  const tongue = primaryLanguage(language) ?? 'en'
  const list = gazetteer(tongue)
  return list && ofWord(list, word, tongue)
}

/** Names of countries of several words that begin with this one, the longest first. */
export function phrasesOf(word: string, language: string | null): readonly Phrase[] {
  return gazetteer(primaryLanguage(language) ?? 'en')?.phrases.get(word) ?? []
}

/**
 * The countries a text names, as ISO 3166 codes, with the place of the word that names it. `tokens` are folded words in
 * order. Empty for a language whose names the runtime does not know.
 */
export function countries(
  tokens: readonly string[],
  language: string | null,
): { code: string; at: number; length: number }[] {
  const found: { code: string; at: number; length: number }[] = []
  for (let at = 0; at < tokens.length; at++) {
    const word = tokens[at] as string
    const phrase = phrasesOf(word, language).find(({ rest }) =>
      rest.every((part, next) => tokens[at + 1 + next] === part),
    )
    if (phrase) {
      found.push({ code: phrase.code, at, length: phrase.rest.length + 1 })
      at += phrase.rest.length
      continue
    }
    const code = countryOf(word, language)
    if (code !== null) found.push({ code, at, length: 1 })
  }
  return found
}
