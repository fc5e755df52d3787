// Names the charset under which bytes read most like a language. Every candidate is decoded and weighed as a likelihood:
// how common its letters are in a language of that script, and whether they stand in words as letters do.

/** What is known beside the bytes: it decides where they are few, and yields where they are plainly something else. */
export interface Hints {
  /** Declared charset (WHATWG name), or null. */
  declared: string | null
  /** Primary subtag of the language that the document names, or null. */
  language: string | null
  /** Text of the document that needs no guess: its script is likely the script of the rest. */
  beside: string
}

/** Letters of a language in falling frequency, lower case, and whether its script is Latin: among ASCII letters, that is. */
interface Language {
  tags: string
  latin: boolean
  weights: ReadonlyMap<string, number>
}

/** The first letter of an alphabet is taken to be this many e-folds likelier than the last. */
const SPREAD = 3

function language(tags: string, letters: string, latin = false): Language {
  const alphabet = [...letters]
  const steps = alphabet.map((_, rank) => Math.exp((-SPREAD * rank) / alphabet.length))
  const sum = steps.reduce((total, step) => total + step, 0)
  return { tags, latin, weights: new Map(alphabet.map((letter, rank) => [letter, Math.log((steps[rank] ?? 0) / sum)])) }
}

const LANGUAGES: readonly Language[] = [
  language('ar', 'اليمونرتبةعدسفهكقأحجشطصخىضذثإغزئءظؤآ'),
  language('fa ps ku ckb', 'ايیرندهموتبسشلكکزفگخعقحجپآچطصغضئثظذژ'),
  language('ur', 'اىيیکكرنوےمہهسلتبدپجںئھٹگعقخشحفزچڑصضطآغذظثڈ'),
  language('ru be', 'оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё'),
  language('uk', 'оанивітерскдлумпязбгьйчхцжїєюшщфґ'),
  language('bg mk', 'аиоетнрсвлдкпмзугябъчжцшщхфюйь'),
  language('sr', 'аиоенсрјтудквлмпгзбшчцжхњљћђфџ'),
  language('el', 'αοιετσνηυρπκλμςωόίάήέγδθχφβύώξζψϊ'),
  language('he iw yi', 'יוהלארתבמנשעםדחקפטגסכןזצךףץ'),
  language('th', 'านรอกเงมัยล่วดทตีส้ปิบค์ะจพห็แขใไชืุูโณศธถผำซฟภญฐ'),
  language('fr en', 'éèàêçùîâôûïëœæ', true),
  language('de en', 'üäößéà', true),
  language('es en', 'óíáéñúü', true),
  language('pt en', 'ãçéáóíõêúâàô', true),
  language('it en', 'èàùòìé', true),
  language('sv da no nb nn fi is nl', 'äåöøæéëïíáðþó', true),
  language('tr az', 'ışğüöçİâî', true),
  language('pl', 'łąęóśżćńź', true),
  language('cs', 'áíéěřýčšžůúťďňó', true),
  language('sk', 'áíéčýžšúľťôňäďó', true),
  language('hu', 'áéőöíóúüű', true),
  language('ro', 'ăîâşţșț', true),
  language('hr sl bs sr', 'čšžćđ', true),
  language('lt', 'ėšųįąžūęč', true),
  language('lv', 'āīēšņūļģķžč', true),
  language('et fi', 'äõöüšž', true),
]

/** Single-byte charsets that feeds are written in; the likelier of two that read alike stands first. */
const SINGLE = [
  'windows-1252',
  'windows-1256',
  'windows-1251',
  'windows-1250',
  'windows-1254',
  'windows-1253',
  'windows-1255',
  'windows-1257',
  'windows-874',
  'koi8-r',
  'koi8-u',
  'iso-8859-2',
  'iso-8859-5',
  'iso-8859-6',
  'iso-8859-7',
  'ibm866',
]
const MULTIPLE = ['gb18030', 'big5', 'shift_jis', 'euc-jp', 'euc-kr']

const UNKNOWN_LETTER = -7
const SPACE = -2
const PUNCTUATION = -4.5
const SYMBOL = -8
const IMPOSSIBLE = -14
/** Punctuation that people write; no-break space and the joiners of Persian among it. */
const USUAL = new Set('“”‘’„«»–—…،؛؟·•№°€£™©®§¿¡\u00a0\u200c\u200d\u200e\u200f、。，：；！？（）「」『』《》・')
/** Costs of letters that stand where no letter of their kind does: beside ASCII letters, three in a row, in mixed case. */
const BESIDE_ASCII = 4
const IN_A_ROW = 3
const ALONE = 3
const MIXED_CASE = 4
const SYMBOL_IN_WORD = 4

/** Characters that make up about half of running text in Chinese of either writing, and syllables of Korean. */
const COMMON_HAN = new Set(
  '的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长這來國個說們為時會過學對裡後麼還發當無開見經頭從動兩長月部新市政府民',
)
const COMMON_HANGUL = new Set(
  '이다의는을에가한고하지로은사도를대인서기자나해정일시과부으만전니국리원보어있수그장제공들성',
)

/** Log-likelihood of decoded East Asian text: two bytes a character, so that it compares with two letters. */
function weighWide(text: string): number {
  let score = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code < 0x80) continue
    if (code === 0xfffd || (code >= 0x80 && code < 0xa0) || (code >= 0xe000 && code < 0xf900)) score += 2 * IMPOSSIBLE
    else if (code >= 0x3041 && code <= 0x3096) score += -4.2
    else if (code >= 0x30a1 && code <= 0x30fc) score += -5
    else if (code >= 0xff61 && code <= 0xff9f) score += 2 * SYMBOL
    else if (USUAL.has(character)) score += -4
    else if (code >= 0xac00 && code <= 0xd7a3) score += COMMON_HANGUL.has(character) ? -4.5 : -7.5
    else if (code >= 0x4e00 && code <= 0x9fff) score += COMMON_HAN.has(character) ? -5.5 : -9
    else score += 2 * SYMBOL
  }
  return score
}

/** Counts over decoded text that hold for every language of its script. */
interface Reading {
  /** How often each letter occurs, in lower case. */
  letters: Map<string, number>
  capitals: number
  /** Log-likelihood of all that is no letter, and of mixed case. */
  common: number
  /** Letters beside ASCII letters, letters beyond the second in a row, and letters that stand alone. */
  besideAscii: number
  inARow: number
  alone: number
}

/** What is known of a character, in bits. */
const IS_LETTER = 1
const IS_CAPITAL = 2
const HAS_CAPITAL = 4
const IS_LOOKED_UP = 8
/** By UTF-16 unit, filled in as characters are met: a few hundred in a document, each thousands of times. */
const kinds = new Uint8Array(0x1_0000)
const lowerCase: string[] = []

function kindOf(code: number): number {
  const known = kinds[code] ?? 0
  if (known !== 0) return known
  const character = String.fromCharCode(code)
  const lower = character.toLowerCase()
  const kind =
    IS_LOOKED_UP |
    (/[\p{L}\p{M}]/u.test(character) ? IS_LETTER : 0) |
    (lower === character ? 0 : IS_CAPITAL) |
    (character.toUpperCase() === character ? 0 : HAS_CAPITAL)
  kinds[code] = kind
  lowerCase[code] = lower
  return kind
}

const isAsciiLetter = (code: number): boolean => (code | 32) >= 97 && (code | 32) <= 122

const isLetterAt = (text: string, at: number): boolean =>
  at < text.length && (kindOf(text.charCodeAt(at)) & IS_LETTER) !== 0

function read(text: string): Reading {
  const reading: Reading = { letters: new Map(), capitals: 0, common: 0, besideAscii: 0, inARow: 0, alone: 0 }
  let before = 0
  let row = 0
  let wasLower = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const isAscii = isAsciiLetter(code)
    if (code < 0x80) {
      if (isAscii && row > 0) reading.besideAscii++
      if (isAscii && code < 97 && wasLower && row > 0) reading.common -= MIXED_CASE
      wasLower = isAscii && code >= 97
      row = 0
      before = code
      continue
    }
    const kind = kindOf(code)
    if ((kind & IS_LETTER) !== 0) {
      const lower = lowerCase[code] ?? ''
      const isCapital = (kind & IS_CAPITAL) !== 0
      if (isCapital) reading.capitals++
      if (isCapital && wasLower) reading.common -= MIXED_CASE
      wasLower = !isCapital && (kind & HAS_CAPITAL) !== 0
      reading.letters.set(lower, (reading.letters.get(lower) ?? 0) + 1)
      if (isAsciiLetter(before)) reading.besideAscii++
      row++
      if (row > 2) reading.inARow++
      if (row === 1 && !isAsciiLetter(before) && !isLetterAt(text, at + 1)) reading.alone++
    } else {
      const character = text.charAt(at)
      if (code === 0xfffd || code < 0xa0 || (code >= 0xe000 && code < 0xf900)) reading.common += IMPOSSIBLE
      else if (code === 0xa0) reading.common += SPACE
      else reading.common += USUAL.has(character) ? PUNCTUATION : SYMBOL
      const next = text.charCodeAt(at + 1)
      const inWord = (row > 0 || isAsciiLetter(before)) && isAsciiLetter(next)
      if (inWord && !/[’·\u00a0\u200c\u200d]/.test(character)) reading.common -= SYMBOL_IN_WORD
      row = 0
      wasLower = false
    }
    before = code
  }
  return reading
}

/** Log-likelihood of what was read in a language. A text without letters fits each. */
function weigh(reading: Reading, { weights, latin }: Language): number {
  let score = reading.common - reading.capitals * 1.5
  for (const [letter, times] of reading.letters) score += times * (weights.get(letter) ?? UNKNOWN_LETTER)
  return score - (latin ? reading.inARow * IN_A_ROW : reading.besideAscii * BESIDE_ASCII + reading.alone * ALONE)
}

const SCRIPTS: readonly [RegExp, string][] = [
  [/\p{Script=Arabic}/u, 'ar'],
  [/\p{Script=Cyrillic}/u, 'ru'],
  [/\p{Script=Greek}/u, 'el'],
  [/\p{Script=Hebrew}/u, 'he'],
  [/\p{Script=Thai}/u, 'th'],
]
const WIDE_LANGUAGES: Readonly<Record<string, string>> = {
  gb18030: 'zh',
  big5: 'zh',
  shift_jis: 'ja',
  'euc-jp': 'ja',
  'euc-kr': 'ko',
}

/** What rare charsets must read better than the common ones, in nats. ISO-8859-2 has a letter for each Western symbol. */
const RARE: Readonly<Record<string, number>> = {
  'iso-8859-2': 15,
  'iso-8859-5': 2,
  'iso-8859-6': 2,
  'iso-8859-7': 2,
  'koi8-u': 1,
  ibm866: 4,
}

/** What a hint is worth, in nats. A declaration is worth more; ISO-8859-1 is what templates say without looking. */
const LANGUAGE_HINT = 10
const SCRIPT_HINT = 8
const DECLARED = 12
const DECLARED_LATIN = 4
/** How much better another charset must read, in nats a letter, before a declaration yields. */
const MARGIN = 0.5
const MARGIN_LATIN = 0.15

function score(charset: string, bytes: Uint8Array, hints: Hints, scripts: readonly string[]): number {
  const text = new TextDecoder(charset).decode(bytes)
  const wide = WIDE_LANGUAGES[charset]
  if (wide !== undefined) return weighWide(text) + (hints.language === wide ? LANGUAGE_HINT : 0)
  const reading = read(text)
  let best = Number.NEGATIVE_INFINITY
  for (const candidate of LANGUAGES) {
    const tags = candidate.tags.split(' ')
    let value = weigh(reading, candidate)
    if (hints.language !== null && tags.includes(hints.language)) value += LANGUAGE_HINT
    if (scripts.some(script => tags.includes(script))) value += SCRIPT_HINT
    best = Math.max(best, value)
  }
  return best
}

/**
 * The charset (WHATWG name) under which these bytes read most like a language. A declared one stays unless another reads
 * plainly better; where the bytes are too few to tell, what is declared and named decides, and windows-1252 without it.
 *
 * @param bytes text that is not UTF-8, with the ASCII around it; at most some ten thousand bytes are worth giving
 */
export function likeliestCharset(bytes: Uint8Array, hints: Hints): string {
  const scripts = SCRIPTS.filter(([script]) => script.test(hints.beside)).map(([, tag]) => tag)
  const { declared } = hints
  const isLatin = declared === 'windows-1252'
  let high = 0
  for (const byte of bytes) if (byte > 127) high++
  let best = declared ?? 'windows-1252'
  let bestScore =
    score(best, bytes, hints, scripts) +
    (declared === null ? 1 : isLatin ? DECLARED_LATIN + high * MARGIN_LATIN : DECLARED + high * MARGIN)
  for (const candidate of [...SINGLE, ...MULTIPLE]) {
    if (candidate === declared) continue
    const value = score(candidate, bytes, hints, scripts) - (RARE[candidate] ?? 0)
    if (value > bestScore) {
      best = candidate
      bestScore = value
    }
  }
  return best
}
