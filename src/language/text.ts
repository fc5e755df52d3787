// One folding for comparing, searching and hashing, Arabic and Latin alike; and what is made of folded text: tokens,
// stems, shingles. The raw text is never changed. Pure; the caches only remember, they never decide.
import snowball from 'snowball-stemmers'
import { arabicGuesses, arabicStem } from './arabic.ts'

// Letters that spell the same word in different hands, towns or keyboards.
const LETTERS: Readonly<Record<string, string>> = {
  أ: 'ا',
  إ: 'ا',
  آ: 'ا',
  ٱ: 'ا',
  ٲ: 'ا',
  ٳ: 'ا',
  ى: 'ي',
  ئ: 'ي',
  ؤ: 'و',
  ة: 'ه',
  ک: 'ك',
  ګ: 'ك',
  ڪ: 'ك',
  ی: 'ي',
  ې: 'ي',
  ێ: 'ي',
  ۍ: 'ي',
  ے: 'ي',
  ۓ: 'ي',
  ہ: 'ه',
  ھ: 'ه',
  ە: 'ه',
  ۀ: 'ه',
  ۂ: 'ه',
  ۃ: 'ه',
  ё: 'е',
  ı: 'i',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ς: 'σ',
  '“': '"',
  '”': '"',
  '„': '"',
  '‟': '"',
  '«': '"',
  '»': '"',
  '‹': '"',
  '›': '"',
  '‘': "'",
  '’': "'",
  '‚': "'",
  '‛': "'",
  ʼ: "'",
  ʻ: "'",
  '′': "'",
  '‐': '-',
  '‒': '-',
  '−': '-',
  '–': '-',
  '—': '-',
  '―': '-',
  '،': ',',
  '؛': ';',
  '؟': '?',
  '٪': '%',
  '٫': '.',
  '٬': ',',
}
for (let digit = 0; digit < 10; digit++) {
  const table = LETTERS as Record<string, string>
  table[String.fromCharCode(0x0660 + digit)] = String(digit)
  table[String.fromCharCode(0x06f0 + digit)] = String(digit)
  // Devanagari and Bengali: the feeds of South Asia mix them with ours.
  table[String.fromCharCode(0x0966 + digit)] = String(digit)
  table[String.fromCharCode(0x09e6 + digit)] = String(digit)
}
const MAPPED = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'gu')

// Vowel marks of Arabic and Hebrew, Quranic signs, tatweel, bidi and zero-width controls, soft hyphen: seen or unseen,
// never part of a word.
const UNSEEN =
  /[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u08d3-\u08e1\u08e3-\u08ff\u180e\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0640\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u061c\u00ad]|[\ufe00-\ufe0f]|\u034f/g
const LATIN_MARKS = /([\p{Script=Latin}\p{Script=Greek}])\p{M}+/gu
// Stress marks of dictionaries and schoolbooks. The marks of й, ї, ѓ and ќ make other letters, and stay.
const STRESS = /([аеиоуыэюяіє])[\u0300\u0301]+/g
const ASCII = /^[\x00-\x7f]*$/

/**
 * Text as it is compared: NFKC, lower case, without vowel marks, tatweel and unseen controls, with one form for each
 * letter that varies by hand (alef, yeh, teh marbuta, Persian and Urdu forms), ASCII digits and plain quotation marks.
 * Idempotent. Latin and Greek lose their diacritics, Cyrillic its stress marks; й stays what it is.
 */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase()
  return foldEach(text) ?? foldWhole(text)
}

/**
 * Marks on one letter that count. Putting marks into their order takes quadratic time in the length of their run (Unicode
 * annex 15): 20,000 of them hold the loop for half a second.
 */
const MAX_MARKS = 16
const MANY_MARKS = new RegExp(`(\\p{M}{${MAX_MARKS}})\\p{M}+`, 'gu')

/** Text that can be normalised in linear time: endless runs of combining marks are cut. */
export function boundMarks(text: string): string {
  return text.replace(MANY_MARKS, '$1')
}

/** Ligatures of eighteen and eight letters, and how many of them are spelled out in one text. */
const LIGATURES = /[\ufdfa\ufdfb]/g
const MAX_LIGATURES = 200

function boundLigatures(text: string): string {
  let count = 0
  return text.replace(LIGATURES, found => (++count > MAX_LIGATURES ? '' : found))
}

function foldWhole(text: string): string {
  return (
    // Twice: what is unseen may have kept two runs apart.
    boundMarks(boundMarks(boundLigatures(text)).normalize('NFKC').toLowerCase().replace(UNSEEN, ''))
      .normalize('NFD')
      .replace(LATIN_MARKS, '$1')
      // ё is folded to е below; one that carries its dots twice must not keep a pair.
      .replace(/е[\u0300\u0301\u0308]+/g, 'е')
      .replace(STRESS, '$1')
      .normalize('NFC')
      .replace(UNSEEN, '')
      .replace(MAPPED, letter => LETTERS[letter] ?? letter)
  )
}

// What each letter of the common scripts folds to by itself. Nearly all text is made of letters that fold the same
// whatever stands beside them, and is folded ten times faster by this table than by the six passes that made it.
const TABLE_SIZE = 0x2070
const DEPENDS = 0xffff
const NOTHING = 0xfffe
const EACH = new Uint16Array(TABLE_SIZE).fill(DEPENDS)
for (let code = 0; code < TABLE_SIZE; code++) {
  // Latin to Arabic, and punctuation. Between them lie letters that join into one (Hangul, Indic vowels).
  if (code >= 0x700 && code < 0x2000) continue
  const letter = String.fromCharCode(code)
  const folded = foldWhole(letter)
  // Sigma is folded by its place in the word; marks may join the letter before, but for Arabic vowels, which are dropped.
  if (letter.normalize('NFKC') === 'Σ' || folded.length > 1 || /\p{M}/u.test(folded)) continue
  if (/\p{M}/u.test(letter) && !/[\u064b-\u0652]/.test(letter)) continue
  EACH[code] = folded === '' ? NOTHING : folded.charCodeAt(0)
}

/** Text folded letter by letter; null where a letter's neighbours matter. */
function foldEach(text: string): string | null {
  const bytes = Buffer.allocUnsafe(text.length * 2)
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const folded = EACH[text.charCodeAt(at)] ?? DEPENDS
    if (folded === DEPENDS) return null
    if (folded === NOTHING) continue
    bytes[length++] = folded & 0xff
    bytes[length++] = folded >> 8
  }
  return bytes.toString('utf16le', 0, length)
}

// A word starts with a letter or digit and keeps its marks: [^\p{L}\p{N}] alone would cut Arabic at every vowel.
const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu
// Scripts written without spaces are read in overlapping pairs of characters.
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u

/** Characters of the longest words in dictionaries, twice over. What is longer is a key, a hash, or packed data. */
const MAX_WORD = 80
const PIECE = new RegExp(`.{1,${MAX_WORD}}`, 'gsu')

/** Endless words in pieces: stemmers take quadratic time in the length of a word. */
function inPieces(found: string[]): string[] {
  if (!found.some(word => word.length > MAX_WORD && !UNSPACED.test(word))) return found
  return found.flatMap(word => (word.length <= MAX_WORD || UNSPACED.test(word) ? [word] : (word.match(PIECE) ?? [])))
}

/** Words of already folded text, in order. */
export function words(folded: string): string[] {
  const found = inPieces(folded.match(WORD) ?? [])
  if (!UNSPACED.test(folded)) return found
  const out: string[] = []
  for (const word of found) {
    if (!UNSPACED.test(word) || word.length <= 2) {
      out.push(word)
      continue
    }
    const characters = [...word]
    for (let at = 0; at + 1 < characters.length; at++) out.push(`${characters[at]}${characters[at + 1]}`)
  }
  return out
}

// Words that say nothing of what a report is about. Folded forms. What is missing here is rare or weighs little by idf.
const STOP = new Set(
  fold(`
  the a an of to in and for on with at by from as is are was were be been has have had it its this that he she they his her
  their them we our you your not but or if than then over after before into out up down about against between will would
  can could may might says said say new more who what when where why how all no amid during off first two one also just
  do does did get gets us i me my so any some only other such there here while which still now
  le la les de des du un une et en au aux dans pour par sur avec est sont que qui ne pas ce cette ces son sa ses leur plus
  apres avant entre comme mais ou se il elle ils elles d l s c qu n j a
  ont ete etait etaient fait faire tout tous toute aussi encore selon lors depuis contre sous dont meme peut
  el los las del al una y por con para como es son su sus lo mas pero tras sobre entre sin desde hasta segun ya este esta
  der die das und den dem des ein eine einer eines einem einen im in zu zum zur mit von vom auf fur ist sind nach bei aus an
  als auch nicht wird werden wurde sich es er sie wie uber hat haben
  и в во на не что с со по из за к ко о об от до для при как это он она они его ее их был была было были а но же или у бы
  также после более уже того этого этом тому том тем чем ей им них будет будут который которая которые которых еще только так
  ve bir bu da de ile icin en gibi olarak olan daha cok ne ki mi sonra kadar
  o os as um uma e do da dos das em no na nos nas com por para que se mais ao
  في من على الى عن ان أن إن كان كانت قد بعد قبل خلال حيث كما لكن و او ثم هذا هذه ذلك تلك التي الذي الذين ما لا لم لن هو
  هي هم مع بين عند عبر كل اي اذا اكثر غير منذ حتى ضد نحو يوم اليوم امس به بها له لها فيه فيها انه انها وقد وكان عليه
  عليها منه منها الى وفي ومن وعلى ولا وان فان بان بعض احد احدى دون سوي ايضا قال قالت وقال واضاف اكد واكد ذكر
  از به با را که این آن در است برای یک تا هم می شد شده کرد
  `).match(WORD) ?? [],
)

const ARABIC = /^[\u0600-\u06ff]/
const CYRILLIC = /^[\u0400-\u04ff]/
const LATIN = /^[a-z]/
const NUMBER = /^\d+$/

type Stem = (word: string) => string
const engines = new Map<string, Stem>()
function engine(language: string): Stem {
  let stem = engines.get(language)
  if (!stem) {
    const stemmer = snowball.newStemmer(language)
    stem = word => stemmer.stem(word)
    engines.set(language, stem)
  }
  return stem
}
const SNOWBALL: Readonly<Record<string, string>> = {
  en: 'english',
  fr: 'french',
  es: 'spanish',
  de: 'german',
  tr: 'turkish',
  pt: 'portuguese',
  it: 'italian',
  nl: 'dutch',
}

/** Primary subtag of a language tag (BCP 47): `ckb` of `ckb-IQ`, `pt` of `pt_BR`. Null where no language is given. */
export function primaryLanguage(language: string | null): string | null {
  return language?.toLowerCase().split(/[-_]/, 1)[0] || null
}

const REMEMBERED = 200_000
const remembered = new Map<string, Map<string, string>>()

/**
 * Stem of one folded word. Latin script follows `language` (English where it is unknown), Cyrillic is read as Russian,
 * Arabic script by light stemming.
 */
export function stem(word: string, language: string | null): string {
  if (NUMBER.test(word)) return word
  const arabic = ARABIC.test(word)
  const tongue = arabic ? 'ar' : CYRILLIC.test(word) ? 'ru' : (primaryLanguage(language) ?? 'en')
  let stems = remembered.get(tongue)
  if (!stems) {
    stems = new Map()
    remembered.set(tongue, stems)
  }
  const known = stems.get(word)
  if (known !== undefined) return known
  let result = word
  if (arabic) result = arabicStem(word)
  else if (tongue === 'ru') result = engine('russian')(word)
  else if (LATIN.test(word)) result = engine(SNOWBALL[tongue] ?? 'english')(word)
  if (stems.size >= REMEMBERED) stems.clear()
  stems.set(word, result)
  return result
}

/**
 * Folded text as it is indexed for searching: the folded words, and behind them each stem that is not itself one of the
 * words, so that «الاحتجاجات» is found by «احتجاج» and by «احتجاجات».
 */
export function searchable(text: string, language: string | null): string {
  const folded = fold(text)
  const plain = new Set(words(folded))
  const extra = new Set<string>()
  const unspaced = UNSPACED.test(folded)
  for (const word of plain) {
    const root = stem(word, language)
    if (!plain.has(root)) extra.add(root)
    if (ARABIC.test(word)) for (const guess of arabicGuesses(word)) if (!plain.has(guess)) extra.add(guess)
    // The tokenizer takes a run without spaces for one word; its pairs must stand by themselves to be found.
    if (unspaced) extra.add(word)
  }
  return extra.size === 0 ? folded : `${folded}\n${[...extra].join(' ')}`
}

/**
 * FTS5 expression for words as a person types them: all must occur, each as itself or by its stem in any language we
 * know. Null when nothing searchable was typed. Quoted throughout: typed operators are words.
 */
export function searchExpression(typed: string): string | null {
  const asked = words(fold(typed.slice(0, 500))).slice(0, 20)
  if (asked.length === 0) return null
  const groups = asked.map(word => {
    const forms = new Set([word, ...[null, ...Object.keys(SNOWBALL)].map(language => stem(word, language))])
    if (ARABIC.test(word)) for (const guess of arabicGuesses(word)) forms.add(guess)
    return `(${[...forms].map(form => `"${form}"`).join(' OR ')})`
  })
  return `folded : (${groups.join(' AND ')})`
}

/** The first `limit` stems that carry meaning, in order: no stop words, no single letters. */
export function terms(text: string, language: string | null, limit = Number.POSITIVE_INFINITY): string[] {
  const out: string[] = []
  for (const word of words(fold(text))) {
    if (out.length >= limit) break
    if (STOP.has(word)) continue
    if (word.length < 2 && !NUMBER.test(word) && !UNSPACED.test(word)) continue
    out.push(stem(word, language))
  }
  return out
}

/** 32-bit FNV-1a with a final mix: spreads short strings well and is the same on every machine. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) {
    hash ^= text.charCodeAt(at)
    hash = Math.imul(hash, 0x01000193)
  }
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Hashes of the overlapping runs of three words, each once, in order of first appearance. */
export function shingles(tokens: readonly string[], size = 3): number[] {
  const seen = new Set<number>()
  if (tokens.length > 0 && tokens.length < size) seen.add(hash32(tokens.join(' ')))
  for (let at = 0; at + size <= tokens.length; at++) {
    let run = tokens[at] ?? ''
    for (let next = 1; next < size; next++) run += ` ${tokens[at + next]}`
    seen.add(hash32(run))
  }
  return [...seen]
}

const RTL = /^(ar|arc|ckb|dv|fa|he|iw|ku-arab|ps|sd|ug|ur|yi)(-|$)/i

/** Direction in which a language is written. */
export function direction(language: string | null): 'rtl' | 'ltr' | 'auto' {
  if (!language) return 'auto'
  return RTL.test(language) ? 'rtl' : 'ltr'
}
