// How the words of the active window are kept: each once, as a number, with how many texts have it. Texts are then rows of
// numbers, compared without touching a string, and a word is rare or common by what is being reported just now.
import { fold, hash32, stem, terms } from '../../language/text.ts'

/** Below this many texts nothing is known of what is rare: counts are read as if there were so many more. */
const PRIOR_TEXTS = 1_000

/** What a word is apart from its meaning: in a form, days and numbers are what changes. */
type Kind = 'numbers' | 'days' | null

const NUMBER = /^\p{N}+$/u
const STARTS_WITH_NUMBER = /^\p{N}/u
const DAYS = new Set(
  fold(`
  السبت الاحد الاثنين الثلاثاء الاربعاء الخميس الجمعة
  monday tuesday wednesday thursday friday saturday sunday
  lundi mardi mercredi jeudi vendredi samedi dimanche
  lunes martes miercoles jueves viernes sabado domingo
  montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag
  понедельник вторник среда среду четверг пятница пятницу суббота субботу воскресенье
  понедельника вторника среды четверга пятницы субботы воскресенья
  pazartesi sali carsamba persembe cuma cumartesi pazar
  segunda terca quarta quinta sexta sabado domingo
  شنبه یکشنبه دوشنبه سه‌شنبه چهارشنبه پنجشنبه جمعه`)
    .trim()
    .split(/\s+/),
)

interface Word {
  text: string
  /** Of its letters: the same in every process, as its number is not. */
  hash: number
  kind: Kind
  /** Number of its stem, which is a word of its own. */
  stem: number
  /** Says what a report is about: no stop word. */
  content: boolean
  /** Texts that have this stem. */
  texts: number
  /** Rows and words that hold it: at none it is forgotten. */
  held: number
}

export class Vocabulary {
  readonly #numbers = new Map<string, number>()
  readonly #words: (Word | undefined)[] = []
  readonly #free: number[] = []
  #texts = 0

  /** Folded words as numbers; each is known until `release`. */
  hold(words: readonly string[]): Uint32Array {
    return Uint32Array.from(words, word => this.#hold(word))
  }

  release(row: Uint32Array): void {
    for (const number of row) this.#release(number)
  }

  #hold(text: string): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) {
      const word = this.#words[known]
      if (word) word.held++
      return known
    }
    const number = this.#free.pop() ?? this.#words.length
    // Whatever the language: a stem serves to find a word again, and the languages of two texts are compared apart.
    const root = stem(text, null)
    const kind = NUMBER.test(text) ? 'numbers' : DAYS.has(text) ? 'days' : null
    const word: Word = {
      text,
      hash: hash32(text),
      kind,
      stem: number,
      content: terms(text, null, 1).length > 0,
      texts: 0,
      held: 1,
    }
    this.#numbers.set(text, number)
    this.#words[number] = word
    if (root !== text) word.stem = this.#hold(root)
    return number
  }

  #release(number: number): void {
    const word = this.#words[number]
    if (!word || --word.held > 0) return
    this.#numbers.delete(word.text)
    this.#words[number] = undefined
    this.#free.push(number)
    if (word.stem !== number) this.#release(word.stem)
  }

  stems(row: Uint32Array): Uint32Array {
    const out = new Uint32Array(row.length)
    for (let at = 0; at < row.length; at++) out[at] = this.#words[row[at] ?? 0]?.stem ?? 0
    return out
  }

  stem(number: number): number {
    return this.#words[number]?.stem ?? number
  }

  text(number: number): string {
    return this.#words[number]?.text ?? ''
  }

  hash(number: number): number {
    return this.#words[number]?.hash ?? 0
  }

  content(number: number): boolean {
    return this.#words[number]?.content ?? false
  }

  kind(number: number): Kind {
    return this.#words[number]?.kind ?? null
  }

  /** Whether it is more than a number or a single letter. */
  isWord(number: number): boolean {
    const text = this.text(number)
    return text.length > 1 && !STARTS_WITH_NUMBER.test(text)
  }

  /** A text with these stems came (1) or went (-1). Each stem once. */
  count(stems: Iterable<number>, by: 1 | -1): void {
    this.#texts += by
    for (const stem of stems) {
      const word = this.#words[stem]
      if (word) word.texts += by
    }
  }

  /** From 1 for a stem that no text has, down to 0 for one that all have. */
  rarity(stem: number): number {
    const all = this.#texts + PRIOR_TEXTS
    return Math.log(all / ((this.#words[stem]?.texts ?? 0) + 1)) / Math.log(all)
  }
}
