// How the words of the active window are kept: each once, as a number, with how many texts have it. Texts are then rows of
// numbers, compared without touching a string, and a word is rare or common by what is being reported just now.
import { fold } from '../../language/fold.ts'
import { hasContent, rootOf, stemmerOf } from '../../language/terms.ts'
import { wordOf } from '../../language/words.ts'
import { Table } from '../table.ts'

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

const FIRST_WORDS = 1_024
const ANY_STEMMER = stemmerOf(null)
// What is known of a word, as bits.
const IS_NUMBER = 1
const IS_DAY = 2
const IS_CONTENT = 4
const IS_WORD = 8

export class Vocabulary {
  /** By both halves of a word's hash: its number plus one. */
  readonly #table = new Table({ wide: true })
  readonly #names: string[] = []
  /** Hash of the letters: the same in every process, as a word's number is not. */
  #hashes = new Uint32Array(FIRST_WORDS)
  /** Number of a word's stem, which is a word of its own. */
  #stems = new Uint32Array(FIRST_WORDS)
  #bits = new Uint8Array(FIRST_WORDS)
  /** Texts that have this stem. */
  #texts = new Int32Array(FIRST_WORDS)
  /** Rows and words that hold a word: at none it is forgotten. */
  #held = new Int32Array(FIRST_WORDS)
  /** The last count in which a stem was met. */
  #met = new Int32Array(FIRST_WORDS)
  #counts = 0
  readonly #free: number[] = []
  #all = 0
  /** Of the words that are looked up: both halves of the hash, and where the word begins and ends. */
  #places = new Int32Array(4 * FIRST_WORDS)

  /** Folded words, a space between, as numbers; each is known until `release`. */
  hold(joined: string): Uint32Array {
    const { length } = joined
    let count = length === 0 ? 0 : 1
    for (let at = 0; at < length; at++) if (joined.charCodeAt(at) === SPACE) count++
    const row = new Uint32Array(count)
    if (this.#places.length < 4 * count) this.#places = new Int32Array(8 * count)
    const places = this.#places
    let from = 0
    for (let word = 0; word < count; word++) {
      let first = FIRST_SEED
      let second = SECOND_SEED
      let end = from
      for (; end < length; end++) {
        const code = joined.charCodeAt(end)
        if (code === SPACE) break
        first = Math.imul(first ^ code, 0x01000193)
        second = Math.imul(second + code, 0x9e3779b1)
        second ^= second >>> 15
      }
      places[4 * word] = finished(first)
      places[4 * word + 1] = second
      places[4 * word + 2] = from
      places[4 * word + 3] = end
      from = end + 1
    }
    // The table is read apart from the words, for its places to be fetched side by side.
    for (let word = 0; word < count; word++) {
      const at = 4 * word
      const first = places[at] as number
      const second = places[at + 1] as number
      const known = this.#numberOf(first, second)
      if (known >= 0) this.#held[known] = (this.#held[known] as number) + 1
      row[word] = known >= 0 ? known : this.#make(joined.slice(places[at + 2], places[at + 3]), first, second)
    }
    return row
  }

  /** Hold the words of a row once more. */
  retain(row: Uint32Array): void {
    for (let at = 0; at < row.length; at++)
      this.#held[row[at] as number] = (this.#held[row[at] as number] as number) + 1
  }

  release(row: Uint32Array): void {
    for (let at = 0; at < row.length; at++) this.#release(row[at] as number)
  }

  /** The number of the word with these hashes; -1 for none. */
  #numberOf(first: number, second: number): number {
    return this.#table.find(first, second) - 1
  }

  #make(text: string, first: number, second: number): number {
    const number = this.#free.pop() ?? this.#names.length
    if (number >= this.#held.length) this.#grow()
    this.#table.insert(first, second, number + 1)
    const word = wordOf(text)
    this.#names[number] = text
    this.#hashes[number] = word.hash
    this.#bits[number] =
      (NUMBER.test(text) ? IS_NUMBER : DAYS.has(text) ? IS_DAY : 0) |
      (hasContent(word) ? IS_CONTENT : 0) |
      (text.length > 1 && !STARTS_WITH_NUMBER.test(text) ? IS_WORD : 0)
    this.#texts[number] = 0
    this.#held[number] = 1
    this.#met[number] = 0
    this.#stems[number] = number
    // Whatever the language: a stem serves to find a word again, and the languages of two texts are compared apart.
    const root = rootOf(word, ANY_STEMMER).text
    if (root !== text) {
      const [one, other] = hashesOf(root)
      const known = this.#numberOf(one, other)
      if (known >= 0) this.#held[known] = (this.#held[known] as number) + 1
      this.#stems[number] = known >= 0 ? known : this.#make(root, one, other)
    }
    return number
  }

  #grow(): void {
    const room = 2 * this.#held.length
    const wider = <T extends Int32Array | Uint32Array | Uint8Array>(made: T, before: T): T => {
      made.set(before)
      return made
    }
    this.#hashes = wider(new Uint32Array(room), this.#hashes)
    this.#stems = wider(new Uint32Array(room), this.#stems)
    this.#bits = wider(new Uint8Array(room), this.#bits)
    this.#texts = wider(new Int32Array(room), this.#texts)
    this.#held = wider(new Int32Array(room), this.#held)
    this.#met = wider(new Int32Array(room), this.#met)
  }

  #release(number: number): void {
    const left = (this.#held[number] as number) - 1
    this.#held[number] = left
    if (left > 0) return
    const [first, second] = hashesOf(this.#names[number] as string)
    this.#table.remove(first, second)
    this.#names[number] = ''
    this.#free.push(number)
    const root = this.#stems[number] as number
    if (root !== number) this.#release(root)
  }

  stems(row: Uint32Array): Uint32Array {
    const out = new Uint32Array(row.length)
    const stems = this.#stems
    for (let at = 0; at < row.length; at++) out[at] = stems[row[at] as number] as number
    return out
  }

  stem(number: number): number {
    return this.#stems[number] ?? number
  }

  text(number: number): string {
    return this.#names[number] ?? ''
  }

  hash(number: number): number {
    return this.#hashes[number] ?? 0
  }

  content(number: number): boolean {
    return ((this.#bits[number] ?? 0) & IS_CONTENT) !== 0
  }

  kind(number: number): Kind {
    const bits = this.#bits[number] ?? 0
    return bits & IS_NUMBER ? 'numbers' : bits & IS_DAY ? 'days' : null
  }

  /** Whether it is more than a number or a single letter. */
  isWord(number: number): boolean {
    return ((this.#bits[number] ?? 0) & IS_WORD) !== 0
  }

  /** A text with these rows of stems came (1) or went (-1): each stem counts once. */
  count(rows: readonly Uint32Array[], by: 1 | -1): void {
    this.#all += by
    this.#counts++
    for (const row of rows) {
      for (let at = 0; at < row.length; at++) {
        const stem = row[at] as number
        if (this.#met[stem] === this.#counts) continue
        this.#met[stem] = this.#counts
        this.#texts[stem] = (this.#texts[stem] as number) + by
      }
    }
  }

  /** From 1 for a stem that no text has, down to 0 for one that all have. */
  rarity(stem: number): number {
    const all = this.#all + PRIOR_TEXTS
    return Math.log(all / ((this.#texts[stem] ?? 0) + 1)) / Math.log(all)
  }
}

const SPACE = 0x20
const FIRST_SEED = 0x2545f491
const SECOND_SEED = 0x6a09e667

/** The last mixing of a first hash, to 31 bits. */
function finished(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
  return (mixed ^ (mixed >>> 13)) & 0x7fffffff
}

function hashesOf(word: string): readonly [first: number, second: number] {
  let first = FIRST_SEED
  let second = SECOND_SEED
  for (let at = 0; at < word.length; at++) {
    const code = word.charCodeAt(at)
    first = Math.imul(first ^ code, 0x01000193)
    second = Math.imul(second + code, 0x9e3779b1)
    second ^= second >>> 15
  }
  return [finished(first), second]
}
