// One key for a name in any alphabet: «توكاييف», "Tokayev" and «Токаев» have the consonants t-k-f in common, in this
// order. Vowels are what transliterations disagree on, and Arabic does not write them. Pure.

// Sounds that one alphabet keeps apart and another writes alike share a letter here: p is ب in Arabic, v is ف or و.
const ARABIC: Readonly<Record<string, string>> = {
  ب: 'b',
  پ: 'b',
  ت: 't',
  ط: 't',
  ث: 't',
  ج: 'g',
  چ: 'c',
  ح: 'h',
  خ: 'h',
  د: 'd',
  ذ: 'd',
  ض: 'd',
  ر: 'r',
  ز: 's',
  ظ: 's',
  ژ: 'c',
  س: 's',
  ص: 's',
  ش: 'c',
  غ: 'g',
  گ: 'g',
  ڨ: 'g',
  ف: 'f',
  ڤ: 'f',
  ق: 'k',
  ك: 'k',
  ل: 'l',
  م: 'm',
  ن: 'n',
  ه: 'h',
}
const CYRILLIC: Readonly<Record<string, string>> = {
  б: 'b',
  п: 'b',
  в: 'f',
  ф: 'f',
  г: 'g',
  ґ: 'g',
  д: 'd',
  т: 't',
  ж: 'c',
  ч: 'c',
  ш: 'c',
  щ: 'c',
  з: 's',
  с: 's',
  ц: 's',
  к: 'k',
  л: 'l',
  м: 'm',
  н: 'n',
  р: 'r',
  х: 'h',
}
const GREEK: Readonly<Record<string, string>> = {
  β: 'f',
  φ: 'f',
  π: 'b',
  γ: 'g',
  δ: 'd',
  τ: 't',
  θ: 't',
  ζ: 's',
  σ: 's',
  ς: 's',
  ξ: 'ks',
  ψ: 'bs',
  κ: 'k',
  χ: 'h',
  λ: 'l',
  μ: 'm',
  ν: 'n',
  ρ: 'r',
}
const LATIN: Readonly<Record<string, string>> = {
  b: 'b',
  p: 'b',
  f: 'f',
  v: 'f',
  d: 'd',
  t: 't',
  k: 'k',
  q: 'k',
  g: 'g',
  j: 'g',
  s: 's',
  z: 's',
  x: 'ks',
  l: 'l',
  m: 'm',
  n: 'n',
  r: 'r',
  h: 'h',
}
const OTHERS: Readonly<Record<string, string>> = { ...ARABIC, ...CYRILLIC, ...GREEK }
const FRONT = new Set(['e', 'i', 'y'])
const OPENING_VOWEL = /^[aeiouاأإآعаеиоуыэюяіїєαεηιουω]/u

/**
 * The consonants of a folded word or stem, as all alphabets can write them; an opening vowel counts as `a`, doubled
 * letters once, h not at all but in the beginning. Empty for scripts without letters and for numbers.
 */
export function soundKey(word: string): string {
  let key = OPENING_VOWEL.test(word) ? 'a' : ''
  let last = ''
  for (let at = 0; at < word.length; at++) {
    const letter = word[at] as string
    const next = word[at + 1] ?? ''
    let sound = ''
    if (letter === 'c') {
      if (next === 'h') {
        sound = 'c'
        at++
      } else sound = FRONT.has(next) ? 's' : 'k'
    } else if (letter === 's' && (next === 'h' || (next === 'c' && word[at + 2] === 'h'))) {
      sound = 'c'
      at += next === 'h' ? 1 : 2
    } else if (letter === 'p' && next === 'h') {
      sound = 'f'
      at++
    } else if ((letter === 'k' || letter === 'z') && next === 'h') {
      sound = letter === 'k' ? 'h' : 'c'
      at++
    } else if ((letter === 't' || letter === 'g' || letter === 'd') && next === 'h') {
      sound = letter
      at++
    } else if (letter === 't' && next === 'z') {
      sound = 's'
      at++
    } else sound = LATIN[letter] ?? OTHERS[letter] ?? ''
    if (sound === '') {
      last = ''
      continue
    }
    if (sound === 'h' && key !== '') continue
    if (sound !== last) key += sound
    last = sound
  }
  return key
}
