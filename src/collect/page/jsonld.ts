// Reads JSON-LD as templates write it: with raw newlines in strings, comments, commas too many, single quotes, values that are
// missing, and text after the end. What it yields is bounded in depth and number of values.

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

const MAX_DEPTH = 32
const MAX_VALUES = 5_000

class BoundsError extends Error {}

const SIMPLE: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['b', ' '],
  ['f', ' '],
])
const LITERALS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['undefined', null],
])
const BARE = /[^\s,:{}[\]"'/]+/y
const NUMBER = /^-?\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?$/

class Reader {
  private readonly text: string
  private at = 0
  private values = 0

  constructor(text: string) {
    this.text = text
  }

  /** The values that stand one after another, with or without commas. */
  all(): Json[] {
    const found: Json[] = []
    for (;;) {
      this.blank()
      const mark = this.text[this.at]
      if (mark === undefined) return found
      if (mark === '{' || mark === '[') found.push(this.value(0))
      // Text around a document is passed over to the next one that may begin.
      else {
        const next = this.text.slice(this.at + 1).search(/[{[]/)
        if (next < 0 || found.length > 0) return found
        this.at += 1 + next
      }
    }
  }

  private blank(): void {
    const { text } = this
    for (; this.at < text.length; ) {
      const code = text.charCodeAt(this.at)
      if (code <= 0x20 || code === 0xa0 || code === 0xfeff) this.at++
      else if (code === 0x2f && text[this.at + 1] === '/') this.pass('\n')
      else if (code === 0x2f && text[this.at + 1] === '*') this.pass('*/')
      else if (text.startsWith('<!--', this.at)) this.at += 4
      else return
    }
  }

  private pass(mark: string): void {
    const end = this.text.indexOf(mark, this.at + 2)
    this.at = end < 0 ? this.text.length : end + mark.length
  }

  private value(depth: number): Json {
    if (++this.values > MAX_VALUES || depth > MAX_DEPTH) throw new BoundsError()
    this.blank()
    switch (this.text[this.at]) {
      case '{':
        return this.object(depth)
      case '[':
        return this.list(depth)
      case '"':
      case "'":
        return this.string()
      default:
        return this.bare()
    }
  }

  private object(depth: number): Json {
    const made: { [key: string]: Json } = Object.create(null)
    this.at++
    for (;;) {
      this.blank()
      const mark = this.text[this.at]
      if (mark === undefined) return made
      if (mark === '}') {
        this.at++
        return made
      }
      const before = this.at
      const key = mark === '"' || mark === "'" ? this.string() : String(this.bare() ?? '')
      this.blank()
      if (this.text[this.at] === ':') {
        this.at++
        this.blank()
        // A value that is missing.
        const next = this.text[this.at]
        const value = next === ',' || next === '}' || next === undefined ? null : this.value(depth + 1)
        if (key !== '' && !Object.hasOwn(made, key)) made[key] = value
      }
      // A comma, or something that cannot stand here.
      if (this.at === before) this.at++
    }
  }

  private list(depth: number): Json {
    const made: Json[] = []
    this.at++
    for (;;) {
      this.blank()
      const mark = this.text[this.at]
      if (mark === undefined) return made
      if (mark === ']') {
        this.at++
        return made
      }
      const before = this.at
      if (mark !== ',' && mark !== '}' && mark !== ':') made.push(this.value(depth + 1))
      if (this.at === before) this.at++
    }
  }

  private string(): string {
    const { text } = this
    const quote = text[this.at++]
    let made = ''
    let from = this.at
    for (; this.at < text.length; this.at++) {
      const mark = text[this.at]
      if (mark === quote) break
      if (mark !== '\\') continue
      made += text.slice(from, this.at)
      const escaped = text[++this.at] ?? ''
      const code = escaped === 'u' ? /^[0-9a-fA-F]{4}/.exec(text.slice(this.at + 1, this.at + 5))?.[0] : undefined
      if (code !== undefined) {
        made += String.fromCharCode(Number.parseInt(code, 16))
        this.at += 4
      } else made += SIMPLE.get(escaped) ?? escaped
      from = this.at + 1
    }
    made += text.slice(from, this.at)
    this.at++
    return made
  }

  private bare(): Json {
    BARE.lastIndex = this.at
    const word = BARE.exec(this.text)?.[0]
    if (word === undefined) return null
    this.at += word.length
    const literal = LITERALS.get(word.toLowerCase())
    return literal !== undefined ? literal : NUMBER.test(word) ? Number(word) : word
  }
}

/** Whether a value that was parsed keeps the bounds. */
function isBounded(value: unknown): boolean {
  let values = 0
  const ahead: { value: unknown; depth: number }[] = [{ value, depth: 0 }]
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    if (++values > MAX_VALUES || next.depth > MAX_DEPTH) return false
    if (typeof next.value !== 'object' || next.value === null) continue
    for (const inner of Object.values(next.value)) ahead.push({ value: inner, depth: next.depth + 1 })
  }
  return true
}

/** The values of one script; none where it passes the bounds. */
export function readJsonLd(text: string): Json[] {
  try {
    const value = JSON.parse(text) as Json
    return isBounded(value) ? [value] : []
  } catch {
    // Repaired below.
  }
  try {
    return new Reader(text.replace(/^\s*<!\[CDATA\[/, '')).all()
  } catch (error) {
    if (error instanceof BoundsError) return []
    throw error
  }
}

export type Thing = { [key: string]: Json }

const isThing = (value: Json | undefined): value is Thing =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** All things of the scripts, each before what it holds. */
export function thingsOf(scripts: readonly string[]): Thing[] {
  const found: Thing[] = []
  const ahead: Json[] = scripts.flatMap(readJsonLd).reverse()
  for (let next = ahead.pop(); next !== undefined && found.length < MAX_VALUES; next = ahead.pop()) {
    if (isThing(next)) found.push(next)
    const inner = Array.isArray(next) ? next : isThing(next) ? Object.values(next) : []
    for (const value of inner.toReversed()) if (typeof value === 'object' && value !== null) ahead.push(value)
  }
  return found
}

/** The types of a thing, without their vocabulary. */
export function typesOf(thing: Thing): string[] {
  const type = thing['@type']
  const names = Array.isArray(type) ? type : [type]
  return names.filter(name => typeof name === 'string').map(name => name.replace(/^.*[/#:]/, ''))
}

/** A text, the first of several, or the name of a thing, which may be named elsewhere by its `@id`. */
export function textOf(value: Json | undefined, things: readonly Thing[]): string | null {
  if (typeof value === 'string') return value.trim() === '' ? null : value
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) {
    for (const one of value) {
      const text = textOf(Array.isArray(one) ? undefined : one, things)
      if (text !== null) return text
    }
    return null
  }
  if (!isThing(value)) return null
  const own = value['name'] ?? value['@value']
  if (typeof own === 'string' && own.trim() !== '') return own
  const id = value['@id']
  if (typeof id !== 'string') return null
  const named = things.find(thing => thing['@id'] === id && typeof thing['name'] === 'string')?.['name']
  return typeof named === 'string' ? named : null
}
