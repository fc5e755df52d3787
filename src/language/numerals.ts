// Numbers written in words, in five languages, as far as tolls need them: one to ninety-nine. «عشرات» and "dozens" are no
// numbers.
import { foldWord } from './fold.ts'

interface NumberWord {
  value: number
  /** A ten that a unit may follow (`twenty-one`) or, in Arabic, precede («واحد وعشرون»). */
  ten: boolean
  arabic: boolean
}

const WORDS = new Map<string, NumberWord>()
// What the first three letters of such words can be, in any spelling: nearly all other words end here, unread.
const OPENINGS = new Set<number>()
function opening(text: string, at: number): number {
  return (text.charCodeAt(at) * 0x1000 + text.charCodeAt(at + 1)) * 0x1000 + text.charCodeAt(at + 2)
}
function teach(value: number, list: string): void {
  for (const word of list.split(' ')) {
    const folded = foldWord(word)
    const arabic = /^[\u0600-\u06ff]/.test(folded)
    WORDS.set(folded, { value, ten: value >= 20 && value % 10 === 0, arabic })
    for (const form of [word, folded, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)]) {
      OPENINGS.add(opening(form, 0))
      if (arabic) for (const letter of 'وفبل') OPENINGS.add(opening(letter + form, 0))
    }
  }
}
teach(1, 'one один одна واحد')
teach(2, 'two deux dos два две двое двух اثنان اثنين اثنتين zwei')
teach(3, 'three trois tres три трое трех ثلاثة ثلاث drei')
teach(4, 'four quatre cuatro четыре четверо четырех أربعة أربع vier')
teach(5, 'five cinq cinco пять пятеро пяти خمسة خمس fünf')
teach(6, 'six seis шесть шестеро шести ستة ست sechs')
teach(7, 'seven sept siete семь семеро семи سبعة سبع sieben')
teach(8, 'eight huit ocho восемь восьмеро восьми ثمانية ثماني ثمان')
teach(9, 'nine neuf nueve девять девяти تسعة تسع neun')
teach(10, 'ten dix diez десять десяти عشرة عشر zehn')
teach(11, 'eleven onze once одиннадцать')
teach(12, 'twelve douze doce двенадцать zwölf')
teach(13, 'thirteen treize trece тринадцать')
teach(14, 'fourteen quatorze catorce четырнадцать')
teach(15, 'fifteen quinze quince пятнадцать')
teach(16, 'sixteen seize dieciséis шестнадцать')
teach(17, 'seventeen diecisiete семнадцать')
teach(18, 'eighteen dieciocho восемнадцать')
teach(19, 'nineteen diecinueve девятнадцать')
teach(20, 'twenty vingt veinte двадцать عشرون عشرين zwanzig')
teach(21, 'veintiún veintiuno')
teach(22, 'veintidós')
teach(23, 'veintitrés')
teach(24, 'veinticuatro')
teach(25, 'veinticinco')
teach(30, 'thirty trente treinta тридцать ثلاثون ثلاثين dreißig')
teach(40, 'forty quarante cuarenta сорок أربعون أربعين vierzig')
teach(50, 'fifty cinquante cincuenta пятьдесят خمسون خمسين fünfzig')
teach(60, 'sixty soixante sesenta шестьдесят ستون ستين')
teach(70, 'seventy setenta семьдесят سبعون سبعين')
teach(80, 'eighty ochenta восемьдесят ثمانون ثمانين')
teach(90, 'ninety noventa девяносто تسعون تسعين')

// «شخصين», «طفلان»: the noun says that they are two. Plurals that look like a dual («مدنيين») are not among them.
teach(2, 'شخصين شخصان طفلين طفلان طفلتين طفلتان جنديين جنديان شرطيين شرطيان امرأتين امرأتان رجلين رجلان شابين شابان')

// Words that count people only before one of these: "once" is Spanish for eleven and English for formerly, "seize" French
// for sixteen, and "one of them" is no toll.
const ONLY_BEFORE: ReadonlyMap<string, RegExp> = new Map([
  ['once', /^(?:personas|muert|herid|fallecid|desaparecid|detenid|civiles|niñ|militares|policías)/iu],
  ['seize', /^(?:personnes|morts|blessés|autres|civils|disparus|policiers|soldats)/iu],
  [
    'one',
    /^(?:killed|dead|injured|wounded|missing|arrested|detained|person|man|woman|child|boy|girl|civilian|soldier|officer|policeman|protester|protestor|other)$/iu,
  ],
  ['один', /^(?:человек|погиб|ранен|убит|пострадавший|полицейский|военный|мирный|житель)/iu],
  ['одна', /^(?:женщина|погибла|пострадавшая)/iu],
])
const NOT_ONE = /^(?:no|any|every|some|not|ни|не)$/iu

export interface Written {
  start: number
  end: number
  value: number
}

// «ثلاثة عشر», «خمس عشرة».
const TEEN = new Set(['عشر', 'عشره'])
/** Characters of a text in which number words are looked for: tolls stand at its beginning. */
const LENGTH = 3_000
const LONGEST = 16

function look(word: string): NumberWord | null {
  if (word.length > LONGEST) return null
  return WORDS.get(foldWord(word)) ?? null
}

/** Whether a word is a number by itself: nothing before it counts what stands behind it. */
export function isNumberWord(word: string): boolean {
  return look(word) !== null
}

/** Whether a folded word is one, or may be with a letter before it: «وثلاثة». */
export function mayBeNumberWord(folded: string): boolean {
  return WORDS.has(folded) || (/^[وفبل]/.test(folded) && WORDS.has(folded.slice(1)))
}

// The article is a number behind a ten: "vingt et un", "treinta y una".
function unitOf(word: string): NumberWord | null {
  return /^(?:une?|uno|una)$/i.test(word) ? { value: 1, ten: false, arabic: false } : look(word)
}

interface Joined {
  number: NumberWord
  /** Letters before the number: «وثلاثة». */
  letters: number
}

function joined(word: string): Joined | null {
  const direct = look(word)
  if (direct) return { number: direct, letters: 0 }
  if (!/^[وفبل][\u0600-\u06ff]{2}/.test(word)) return null
  const rest = look(word.slice(1))
  return rest ? { number: rest, letters: 1 } : null
}

/** Letters and marks, roughly: what it takes for one too many is no number word anyway. */
function isLetter(code: number): boolean {
  if (code < 0x80) return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)
  if (code < 0x2000)
    return code >= 0xc0 && code !== 0x60c && code !== 0x61b && code !== 0x61f && !(code >= 0x660 && code < 0x66e)
  return code >= 0x3040
}

interface Token {
  word: string
  start: number
}

/** The next word of `text` from `at`, at most `far` characters away. */
function wordFrom(text: string, at: number, far: number): Token | null {
  let start = at
  while (start < text.length && start - at <= far && !isLetter(text.charCodeAt(start))) start++
  let end = start
  while (end < text.length && end - start <= LONGEST && isLetter(text.charCodeAt(end))) end++
  return end === start ? null : { word: text.slice(start, end), start }
}

function wordBefore(text: string, at: number): string {
  let end = at
  while (end > 0 && at - end < 2 && !isLetter(text.charCodeAt(end - 1))) end--
  let start = end
  while (start > 0 && end - start <= LONGEST && isLetter(text.charCodeAt(start - 1))) start--
  return text.slice(start, end)
}

/** Number words of `text` in order. */
export function numberWords(text: string): Written[] {
  const found: Written[] = []
  const length = Math.min(text.length, LENGTH)
  let at = 0
  while (at < length) {
    if (!isLetter(text.charCodeAt(at))) {
      at++
      continue
    }
    const start = at
    while (at < length && isLetter(text.charCodeAt(at))) at++
    // «ست» is the one of two letters.
    if (at - start > LONGEST || (at - start < 3 ? text.slice(start, at) !== 'ست' : !OPENINGS.has(opening(text, start))))
      continue
    const word = text.slice(start, at)
    const first = joined(word)
    if (!first) continue
    const read = numberAt(text, { word, start }, first)
    if (!read) continue
    found.push(read)
    at = read.end
  }
  return found
}

function numberAt(text: string, { word, start }: Token, { number, letters }: Joined): Written | null {
  const end = start + word.length
  const next = wordFrom(text, end, 1)
  const only = ONLY_BEFORE.get(word.toLowerCase())
  if (only && !only.test(next?.word ?? '')) return null
  if (number.value === 1 && NOT_ONE.test(wordBefore(text, start))) return null
  const from = start + letters
  const plain = { start: from, end, value: number.value }
  if (!next) return plain
  const gap = text.slice(end, next.start)
  const after = next.start + next.word.length
  if (number.arabic) {
    if (number.value >= 10 || gap !== ' ') return plain
    if (TEEN.has(foldWord(next.word))) return { start: from, end: after, value: number.value + 10 }
    const ten = joined(next.word)
    const and = ten?.letters === 1 && ten.number.ten && next.word.startsWith('و')
    return and ? { start: from, end: after, value: number.value + ten.number.value } : plain
  }
  if (!number.ten) return plain
  // "treinta y dos", "vingt et un"; "twenty-one", «двадцать один».
  const third = /^(?:y|et)$/i.test(next.word) && gap === ' ' ? wordFrom(text, after, 1) : null
  const last = third ?? next
  const unit = unitOf(last.word)
  if (!unit || unit.value >= 10 || unit.arabic || !/^[ -]$/.test(gap)) return plain
  return { start: from, end: last.start + last.word.length, value: number.value + unit.value }
}
