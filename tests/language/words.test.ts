import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold } from '../../src/language/fold.ts'
import { cut, hash32, wordOf, words, wordsBetween } from '../../src/language/words.ts'

const LAW = { seed: 20_220_105, numRuns: 3_000 }
const letters = fc.constantFrom(
  ...'abcde  é ßأحمدية نов0123٤…€™½ºﬁﻻ«»',
  ...'\u064b\u0640\u00ad\u200c\ufe0f\u0301',
  ...['😀', '𝐀', '中文', 'ไทย', '한', 'ㅏ', 'ﷺ', 'e\u0301', 'x'.repeat(90)],
)
const anyText = fc
  .array(fc.oneof(letters, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 40 })
  .map(parts => parts.join(''))
const textOf = (found: readonly { text: string }[]) => found.map(({ text }) => text)

describe('a text that is cut', () => {
  it('has the words of its folded text', () => {
    fc.assert(
      fc.property(anyText, text => {
        const found = cut(text)
        expect(found.folded).toBe(fold(text))
        expect(textOf(found.words)).toEqual(words(fold(text)))
        for (const word of found.words) expect(word.hash).toBe(hash32(word.text))
      }),
      LAW,
    )
  })

  it('gives of any part the words that the part by itself has', () => {
    fc.assert(
      fc.property(anyText, fc.nat(60), fc.nat(60), (text, one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)]
        expect(textOf(wordsBetween(cut(text), from, to))).toEqual(words(fold(text.slice(from, to))))
      }),
      LAW,
    )
  })

  it('is folded the same letter by letter and as a whole', () => {
    // A lone mark at the end has the whole text normalised.
    const tail = ' \u0301'
    fc.assert(
      fc.property(anyText, text => {
        expect(fold(text) + fold(tail)).toBe(fold(text + tail))
      }),
      LAW,
    )
  })

  it('shares one object between equal words, however many share a place in memory', () => {
    const [one, other] = cut('bridge over the bridge').words.filter(({ text }) => text === 'bridge')
    expect(one).toBe(other)
    const many = Array.from({ length: 70_000 }, (_, at) => `w${at}`)
    const found = cut(many.join(' ')).words
    expect(textOf(found)).toEqual(many)
    expect(found.every(word => wordOf(word.text) === word)).toBe(true)
  })
})
