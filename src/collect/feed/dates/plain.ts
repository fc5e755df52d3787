// Makes the text of a date comparable: one kind of digits, plain spaces and marks; and, folded, one spelling of a letter.

/** First digits of the scripts that write decimal digits of their own. */
const ZEROS = [
  0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20,
  0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0,
  0xa900, 0xa9d0, 0xaa50, 0xabf0, 0xff10,
]
const DIGITS = new Map(
  ZEROS.flatMap(zero =>
    Array.from({ length: 10 }, (_, digit): [string, string] => [String.fromCharCode(zero + digit), String(digit)]),
  ),
)

/** Joiners, and marks that only steer text direction or line breaks. */
const INVISIBLE = /[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\u061c\ufeff\u00ad]/g

/** Digits of any script as ASCII, dashes, colons and spaces plain, marks that only steer text direction removed. */
export function plain(text: string): string {
  const ascii = /^[\x20-\x7e]*$/.test(text)
    ? text
    : text
        .replace(/\p{Nd}/gu, digit => DIGITS.get(digit) ?? digit)
        .replace(INVISIBLE, '')
        .replace(/[\u2010-\u2015\u2212\uff0d]/g, '-')
        .replace(/[\uff1a\u2236\ua789\u05c3]/g, ':')
        .replace(/\uff0f/g, '/')
        .replace(/[\uff0e\u066b]/g, '.')
        .replace(/\uff0b/g, '+')
        .replace(/[\uff08]/g, '(')
        .replace(/[\uff09]/g, ')')
        .replace(/[\u060c\uff0c\u3001\u1363\u055d]/g, ',')
  return (
    ascii
      // A decimal comma (ISO 8601) is told from one that parts words by what follows the fraction.
      .replace(
        /(\d:\d\d:\d\d|[Tt]\d{6}),(\d{1,9})(?=$|[Zz[]| ?[+-]\d| [Zz]$)|(\d:\d\d:\d\d),(\d{3})(?=\s)/g,
        '$1$3.$2$4',
      )
      .replace(/,/g, ' , ')
      .replace(/\s+/g, ' ')
      .replace(/^[ "'«»“”‘’]+|(?<![ "'«»“”‘’])[ "'«»“”‘’]+$/g, '')
  )
}

const LETTERS: Readonly<Record<string, string>> = {
  أ: 'ا',
  إ: 'ا',
  آ: 'ا',
  ٱ: 'ا',
  ى: 'ي',
  ی: 'ي',
  ې: 'ي',
  ۍ: 'ي',
  ئ: 'ي',
  ؤ: 'و',
  ک: 'ك',
  ڪ: 'ك',
  ة: 'ه',
  ہ: 'ه',
  ھ: 'ه',
  ە: 'ه',
  ۀ: 'ه',
  ـ: '',
  ς: 'σ',
  ı: 'i',
  ł: 'l',
  đ: 'd',
  ø: 'o',
  ħ: 'h',
  ß: 'ss',
  ё: 'е',
}
const VARIANTS = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g')
// Accents of Latin, Greek and Cyrillic, vowel points of Arabic and Hebrew, nuktas. The marks of other scripts are letters.
const MARKS = /[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u093c\u09bc\u0a3c\u0abc\u0b3c]/g

/** Case, accents and the letter variants that spelling varies freely, taken off. */
export function fold(text: string): string {
  const lower = text.toLowerCase()
  if (/^[\x20-\x7e]*$/.test(lower)) return lower
  return lower
    .replace(INVISIBLE, '')
    .normalize('NFD')
    .replace(MARKS, '')
    .normalize('NFC')
    .replace(VARIANTS, letter => LETTERS[letter] ?? letter)
}

/** Numbers and words of a folded text, in order; what stands between them is dropped. */
export const tokensOf = (folded: string): string[] => folded.match(/\d+|[\p{L}\p{M}]+/gu) ?? []
