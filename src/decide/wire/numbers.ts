// Numbers written in words, in five languages, as far as tolls need them: one to ninety-nine. «عشرات» and "dozens" are no
// numbers.
import { foldWord } from './memory.ts'

interface NumberWord {
  value: number
  /** A ten that a unit may follow (`twenty-one`) or, in Arabic, precede («واحد وعشرون»). */
  ten: boolean
  arabic: boolean
}

const WORDS = new Map<string, NumberWord>()
function teach(value: number, list: string): void {
  for (const word of list.split(' ')) {
    const folded = foldWord(word)
    WORDS.set(folded, { value, ten: value >= 20 && value % 10 === 0, arabic: /^[\u0600-\u06ff]/.test(folded) })
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
const LETTERS = /[\p{L}\p{M}]+/gu
/** Characters of a text in which number words are looked for: tolls stand at its beginning. */
const LENGTH = 6_000
const LONGEST = 16

function look(word: string): NumberWord | null {
  if (word.length > LONGEST) return null
  return WORDS.get(foldWord(word)) ?? null
}

/** Whether a word is a number by itself: nothing before it counts what stands behind it. */
export function isNumberWord(word: string): boolean {
  return look(word) !== null
}

// The article is a number behind a ten: "vingt et un", "treinta y una".
function unitOf(word: string): NumberWord | null {
  return /^(?:une?|uno|una)$/i.test(word) ? { value: 1, ten: false, arabic: false } : look(word)
}

/** With the letter that joins it: «وثلاثة», «بخمسة», «لأربعة». */
function joined(word: string): { number: NumberWord; letters: number } | null {
  const direct = look(word)
  if (direct) return { number: direct, letters: 0 }
  if (!/^[وفبل][\u0600-\u06ff]{2}/.test(word)) return null
  const rest = look(word.slice(1))
  return rest ? { number: rest, letters: 1 } : null
}

/** Number words of `text` in order. */
export function numberWords(text: string): Written[] {
  const found: Written[] = []
  const opening = text.length > LENGTH ? text.slice(0, LENGTH) : text
  LETTERS.lastIndex = 0
  const tokens: { word: string; start: number }[] = []
  for (const match of opening.matchAll(LETTERS)) tokens.push({ word: match[0], start: match.index })
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]
    const first = token && joined(token.word)
    if (!token || !first) continue
    const only = ONLY_BEFORE.get(token.word.toLowerCase())
    if (only && !only.test(tokens[at + 1]?.word ?? '')) continue
    if (first.number.value === 1 && NOT_ONE.test(tokens[at - 1]?.word ?? '')) continue
    const start = token.start + first.letters
    let end = token.start + token.word.length
    let { value } = first.number
    const next = tokens[at + 1]
    const gap = next ? opening.slice(end, next.start) : ''
    if (next && first.number.arabic && value < 10 && gap === ' ') {
      const second = joined(next.word)
      if (TEEN.has(foldWord(next.word))) value += 10
      else if (second?.letters === 1 && second.number.ten && next.word.startsWith('و')) value += second.number.value
      if (value !== first.number.value) {
        end = next.start + next.word.length
        at++
      }
    } else if (next && first.number.ten && !first.number.arabic) {
      let unit = unitOf(next.word)
      let last = next
      // "treinta y dos", "vingt et un".
      const third = tokens[at + 2]
      if (/^(?:y|et)$/i.test(next.word) && third && gap === ' ') {
        unit = unitOf(third.word)
        last = third
      }
      if (unit && unit.value < 10 && !unit.arabic && /^[ -]$/.test(gap)) {
        value += unit.value
        end = last.start + last.word.length
        at += last === third ? 2 : 1
      }
    }
    found.push({ start, end, value })
  }
  return found
}
