// Which language a text is written in: by its script, by letters that only one language has, and, where several share all
// their letters, by the n-grams of `eld`. Pure. "Unknown" is an answer: short or doubtful text gets null.
import { bestByGrams } from './grams.ts'

/** Characters of a text that are looked at. */
const SAMPLE = 600
/** Letters without which n-grams say nothing: names and brands are alike everywhere. */
const ENOUGH = 20
/**
 * Distance of the first two scores (0 to 1 each) below which two languages are both possible. On the 4,814 titles of
 * olympics-2021 it leaves 2% unknown; see docs/decisions.md.
 */
const CLEAR = 0.01
// Tagalog takes English sentences full of names, and who runs a Tagalog feed says so.
const SELDOM = new Set(['tl', 'yo', 'eu', 'sq', 'is', 'ca', 'et'])
const SELDOM_CLEAR = 0.1
/** What a text must have to contradict what its feed declares: a paragraph, and no doubt. */
const CONTRADICTS_LETTERS = 200
const CONTRADICTS_CLEAR = 0.03
// A headline of product names in a Russian feed is still Russian.
const FOREIGN_SCRIPT_LETTERS = 60

type Script = 'arabic' | 'cyrillic' | 'latin' | 'han' | 'kana' | 'hangul' | 'greek' | 'hebrew' | 'indic' | 'other'

function scriptOf(code: number): Script | null {
  if (code < 0x41) return null
  if (code < 0x250) return (code > 0x5a && code < 0x61) || (code > 0x7a && code < 0xc0) ? null : 'latin'
  if (code >= 0x370 && code < 0x400) return 'greek'
  if (code >= 0x400 && code < 0x530) return 'cyrillic'
  if (code >= 0x590 && code < 0x600) return 'hebrew'
  if ((code >= 0x620 && code < 0x700 && !(code >= 0x660 && code < 0x66e)) || (code >= 0xfb50 && code < 0xfeff))
    return 'arabic'
  if (code >= 0x750 && code < 0x780) return 'arabic'
  if (code >= 0x900 && code < 0xe00) return 'indic'
  if (code >= 0x1e00 && code < 0x1f00) return 'latin'
  if (code >= 0x3040 && code < 0x3100) return 'kana'
  if (code >= 0x3400 && code < 0xa000) return 'han'
  if (code >= 0xac00 && code < 0xd7b0) return 'hangul'
  if ((code >= 0x530 && code < 0x590) || (code >= 0xe00 && code < 0x1200)) return 'other'
  return null
}

/** The script of most letters, how many there are, and how many in all. */
function mainScript(text: string): { script: Script; letters: number; all: number } | null {
  const counts: Partial<Record<Script, number>> = {}
  let all = 0
  let last: Script | null = null
  let run = 0
  for (let at = 0; at < text.length; at++) {
    const script = scriptOf(text.charCodeAt(at))
    if (script === null) continue
    // A character of Han says as much as three letters.
    const letters = script === 'han' ? 3 : 1
    all += letters
    if (script !== last) {
      if (last !== null) counts[last] = (counts[last] ?? 0) + run
      last = script
      run = 0
    }
    run += letters
  }
  if (last !== null) counts[last] = (counts[last] ?? 0) + run
  // Japanese is a mixture: a few kana among Han are enough.
  const kana = counts.kana ?? 0
  const han = counts.han ?? 0
  if (kana > 0 && kana + han > all / 2) return { script: 'kana', letters: kana + han, all }
  let best: { script: Script; letters: number; all: number } | null = null
  for (const [script, letters] of Object.entries(counts) as [Script, number][]) {
    if (!best || letters > best.letters) best = { script, letters, all }
  }
  return best && best.letters >= 3 ? best : null
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0
}

// Letters that one language of a script has and its neighbours do not, the most telling first. Each must be met often
// enough that a foreign name does not decide.
const OWN_LETTERS: Readonly<Partial<Record<Script, readonly (readonly [string, RegExp])[]>>> = {
  arabic: [
    ['ug', /[ۈۋڭۇە]/g],
    ['ps', /[ښځڅډړڼۍې]/g],
    ['ckb', /[ڕڵۆێە]/g],
    ['ur', /[ٹڈڑںےہ]/g],
  ],
  cyrillic: [
    ['kk', /[әғқұһ]/gi],
    ['tg', /[ӣҷҳӯ]/gi],
    ['mk', /[ѓќѕ]/gi],
    ['sr', /[ђјљњћџ]/gi],
    ['uk', /[іїєґ]/gi],
    ['be', /ў/gi],
    ['ky', /[ңөү]/gi],
  ],
}

/** Code units below this are the letters above. */
const OWN_BELOW = 0x700
const owners = new Map<Script, Uint8Array>()

/** By code unit: a bit for each language of a script that has this letter for its own. */
function ownersOf(script: Script, own: readonly (readonly [string, RegExp])[]): Uint8Array {
  const known = owners.get(script)
  if (known) return known
  const made = new Uint8Array(OWN_BELOW)
  for (const [place, [, pattern]] of own.entries()) {
    for (let code = 0; code < OWN_BELOW; code++) {
      if (String.fromCharCode(code).search(pattern) === 0) made[code] = (made[code] as number) | (1 << place)
    }
  }
  owners.set(script, made)
  return made
}

function byLetters(text: string, script: Script, letters: number): string | null {
  const own = OWN_LETTERS[script]
  if (own === undefined) return null
  const owned = ownersOf(script, own)
  const counts = own.map(() => 0)
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const bits = code < OWN_BELOW ? (owned[code] as number) : 0
    if (bits === 0) continue
    for (let place = 0; place < counts.length; place++) {
      if (bits & (1 << place)) counts[place] = (counts[place] as number) + 1
    }
  }
  let best: { language: string; found: number } | null = null
  for (const [place, [language]] of own.entries()) {
    const found = counts[place] as number
    if (found > (best?.found ?? 0)) best = { language, found }
  }
  if (!best) return null
  // Belarusian has the і of Ukrainian and ў besides; Ukrainian has ї or є.
  if (best.language === 'uk' && /[ўыэ]/i.test(text) && !/[їє]/i.test(text)) best.language = 'be'
  return best.found * 50 >= letters ? best.language : null
}

// Malay and Indonesian are one language to n-grams; their press spells and chooses these words differently.
const INDONESIAN =
  /\b(?:karena|bahwa|bisa|polisi|warga|kota|tersebut|kepada|rabu|kamis|senin|selasa|usai|saat|mobil|pihak)\b/gi
const MALAY =
  /\b(?:kerana|bahawa|boleh|polis|beliau|ialah|berkata|kereta|isnin|selasa|khamis|awak|katanya|malaysia)\b/gi

function indonesian(text: string): string {
  return count(text, INDONESIAN) > count(text, MALAY) ? 'id' : 'ms'
}

interface Guess {
  language: string
  /** Distance to the next best, 0 to 1. */
  clear: number
}

// Neighbours that share a script: a guess of anything else is a mistake of the n-grams.
const SHARED: Readonly<Partial<Record<Script, ReadonlySet<string>>>> = {
  arabic: new Set(['ar', 'fa', 'ur', 'ku']),
  cyrillic: new Set(['ru', 'bg', 'uk', 'be', 'sr']),
  indic: new Set(['hi', 'mr', 'bn', 'gu', 'kn', 'ml', 'or', 'pa', 'ta', 'te']),
}

function byGrams(text: string, script: Script): Guess | null {
  const best = bestByGrams(text, language => SHARED[script]?.has(language) ?? true)
  if (!best) return null
  const { language: code, score, next } = best
  const clear = score - next
  if (clear < (SELDOM.has(code) ? SELDOM_CLEAR : CLEAR)) return null
  return { language: code === 'ku' ? 'ckb' : code === 'ms' ? indonesian(text) : code, clear }
}

/**
 * Language of a text that does not say: a BCP 47 primary tag, or null where the text is too short or two languages are
 * equally likely. Looks at 600 characters.
 */
export function detectLanguage(text: string): string | null {
  const sample = text.slice(0, SAMPLE)
  const main = mainScript(sample)
  return main ? (guess(sample, main)?.language ?? null) : null
}

const CERTAIN = 1

function guess(sample: string, { script, letters }: { script: Script; letters: number }): Guess | null {
  const sure = (language: string): Guess => ({ language, clear: CERTAIN })
  switch (script) {
    case 'kana':
      return sure('ja')
    case 'han':
      return sure('zh')
    case 'hangul':
      return sure('ko')
    case 'greek':
      return sure('el')
    case 'hebrew':
      return sure('he')
    default:
  }
  const own = byLetters(sample, script, letters)
  if (own) return sure(own)
  const grams = letters >= ENOUGH ? byGrams(sample, script) : null
  // Of what has no letter of its own, Arabic and Russian are by far the most: they need no proof, the others do.
  if (script === 'arabic') {
    if (grams && grams.language !== 'ur') return grams
    return sure(/[پچژگ]/.test(sample) && /[یک]/.test(sample) ? 'fa' : 'ar')
  }
  if (script === 'cyrillic') return grams && /^(?:bg|ru)$/.test(grams.language) ? grams : sure('ru')
  return grams
}

// ── headlines ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** Distance of the first two scores from which a headline alone decides. */
export const CLEAR_HEADLINE = 0.03
/** A claim whose score lies so far below the best is contradicted, and one of a near relative. */
export const CONTRADICTED = 0.06
export const CONTRADICTED_RELATIVE = 0.02

export interface HeadlineEvidence {
  script: Script
  /** What the headline reads as; null where nothing tells. */
  language: string | null
  /** Distance to the next best, 0 to 1. */
  clear: number
  /** How far the score of another language lies below the best one, 0 to 1. */
  below(language: string): number
}

/** What a headline says of its own language; null where it has no letters. */
export function headlineEvidence(headline: string): HeadlineEvidence | null {
  const sample = headline.slice(0, SAMPLE)
  const main = mainScript(sample)
  if (main === null) return null
  const { script, letters } = main
  if (script !== 'latin') {
    const found = guess(sample, main)
    return {
      script,
      language: found?.language ?? null,
      clear: found?.clear ?? 0,
      below: language => (found === null || found.language === language ? 0 : found.clear),
    }
  }
  const best = letters < LEAST_OF_HEADLINE ? null : bestByGrams(sample, language => !SELDOM.has(language))
  return {
    script,
    language: best?.language ?? null,
    clear: best === null ? 0 : best.score - best.next,
    below: language => {
      const own = best === null ? null : bestByGrams(sample, one => one === language)
      return best === null || own === null ? 0 : best.score - own.score
    },
  }
}

/** Letters of a headline without which n-grams say nothing. */
const LEAST_OF_HEADLINE = 12

/** Whether a language is written in a script, as far as is known. */
export function fitsScript(language: string, script: Script): boolean {
  const scripts = language === 'zh' || language === 'ja' ? HAN : WRITTEN.get(language)
  return scripts === undefined || scripts.includes(script)
}

/** Whether two languages are so near to each other that n-grams do not overrule what is claimed. */
export function isRelated(one: string, other: string): boolean {
  return RELATIVES.some(group => group.has(one) && group.has(other))
}

const LATIN =
  'en fr es de it pt nl sv no nb nn da fi pl cs sk sl hr hu ro tr id ms vi et lv lt sq ca eu gl is ga af sw tl'
// Scripts a language is written in. One that is not here is taken to be written in anything.
const WRITTEN: ReadonlyMap<string, readonly Script[]> = new Map(
  (
    [
      ['arabic', 'ar arz fa ur ps ckb ug sd'],
      ['cyrillic', 'ru uk be bg mk kk ky tg mn'],
      ['latin', LATIN],
      ['greek', 'el'],
      ['hebrew', 'he iw yi'],
      ['hangul', 'ko'],
      ['indic', 'hi mr ne bn gu kn ml or pa ta te si'],
    ] as const
  ).flatMap(([script, list]) => list.split(' ').map((language): [string, Script[]] => [language, [script]])),
)
const HAN: readonly Script[] = ['han', 'kana']

// Languages so near to each other that n-grams do not overrule what the feed says.
const RELATIVES = [
  'no nb nn da sv',
  'hr sr bs sl',
  'cs sk',
  'id ms',
  'es gl ca pt',
  'fa ar ur ckb ps',
  'ru uk be bg',
].map(line => new Set(line.split(' ')))

// What templates declare by default in these scripts; who declares Mongolian or Sindhi knows why.
const COMMON_IN_SCRIPT = new Set(['ar', 'fa', 'ur', 'ru', 'uk', 'bg'])

const TAG = /^([a-z]{2,3})(?:[-_][a-z0-9]{1,8})*$/i

/**
 * The declared language, unless the text is plainly in another: templates often leave `en-us` on Arabic and French
 * feeds. Another script decides soon; within one script only a paragraph that leaves no doubt does, and never between
 * near relatives. Null when nothing was declared and the text does not tell.
 */
export function languageOf(declared: string | null, text: string): string | null {
  const tag = declared ? TAG.exec(declared.trim()) : null
  if (!declared || !tag) return detectLanguage(text)
  const sample = text.slice(0, SAMPLE)
  const main = mainScript(sample)
  if (!main) return declared
  const language = (tag[1] ?? '').toLowerCase()
  const scripts = language === 'zh' || language === 'ja' ? HAN : WRITTEN.get(language)
  if (scripts && !scripts.includes(main.script)) {
    if (main.script === 'latin' && main.letters < FOREIGN_SCRIPT_LETTERS) return declared
    const read = guess(sample, main)?.language ?? language
    return read === language ? declared : read
  }
  if (main.letters < CONTRADICTS_LETTERS) return declared
  if (main.script !== 'latin') {
    // Neighbours in one script are told apart by letters of their own, or not at all.
    const own = COMMON_IN_SCRIPT.has(language) ? byLetters(sample, main.script, main.letters) : null
    return own === null || own === language ? declared : own
  }
  if (agrees(language, sample)) return declared
  const found = guess(sample, main)
  if (!found || found.clear < CONTRADICTS_CLEAR || found.language === language) return declared
  if (RELATIVES.some(group => group.has(language) && group.has(found.language))) return declared
  return found.language
}

// The commonest words, by which a text shows that it is what its feed says: cheaper than n-grams, and nearly always so.
const COMMON: ReadonlyMap<string, RegExp> = new Map(
  Object.entries({
    en: 'the|of|and|to|in|is|that|for|was|with|said|has',
    fr: 'le|la|les|des|et|du|une|dans|est|pour|que|qui|sur',
    es: 'el|la|los|las|del|una|que|por|con|para|como|más',
    de: 'der|die|das|und|den|dem|ist|mit|auf|für|nicht|ein|eine',
    it: 'il|che|della|di|gli|per|una|sono|nel|con|alla|dei',
    pt: 'o|os|que|do|da|uma|não|em|com|para|dos|na',
    nl: 'de|het|een|van|en|dat|niet|voor|met|zijn|op',
    tr: 've|bir|bu|için|ile|olarak|da|de|olan|daha',
  }).map(([language, words]) => [language, new RegExp(`(?<![\\p{L}\\p{M}])(?:${words})(?![\\p{L}\\p{M}])`, 'giu')]),
)

/** At least one word in seven is among the commonest of `language`. */
function agrees(language: string, sample: string): boolean {
  const common = COMMON.get(language)
  return common !== undefined && count(sample, common) * 7 >= count(sample, /\s+/g)
}
