import { eld } from 'eld/extrasmall'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bestByGrams } from '../../src/language/grams.ts'

/** What the package itself answers. */
function byPackage(text: string): ReturnType<typeof bestByGrams> {
  const [first, second] = Object.entries(eld.detect(text).getScores())
  return first
    ? { language: first[0], score: first[1] as number, next: (second?.[1] as number | undefined) ?? 0 }
    : null
}

describe('scores by n-grams', () => {
  it.each([
    'The government said on Thursday that the coastal road would open again, and that repairs had cost 12 million.',
    'عاد المحتجون إلى الساحة بعد ساعات من الهدوء، وقال المسؤول إن الطريق سيفتح غدا',
    'رئیس جمهور گفت که کشور برای گفتگو آماده است',
    'Снегопад накрыл города на юге страны, сообщили в министерстве',
    '中国人民银行 announces nothing',
    "L'été dernier, on n'a pas vu l’île d’aujourd'hui",
    'a',
    '',
    '12 345 …',
    'x'.repeat(500),
    'ярмарка '.repeat(80),
    // Words of more than 70 bytes.
    `${'a'.repeat(66)}tion`,
    `${'a'.repeat(66)}tion ${'a'.repeat(66)}tional ${'b'.repeat(66)}tional`,
    'รัฐบาลประกาศเมื่อวันพฤหัสบดีว่าถนนเลียบชายฝั่งจะเปิดอีกครั้งและการซ่อมแซมมีค่าใช้จ่ายสิบสองล้าน',
  ])('are those of eld: %s', text => {
    expect(bestByGrams(text, () => true)).toEqual(byPackage(text))
  })

  it('are those of eld for any text', () => {
    const letter = fc.constantFrom(..."abcdefghij zyx éüñ ابتجد وهي абвгд Ελ अआ 中文 \u2019'`😀")
    fc.assert(
      fc.property(
        fc.array(fc.oneof(letter, fc.string({ unit: 'binary', maxLength: 2 })), { maxLength: 500 }),
        parts => {
          const text = parts.join('')
          expect(bestByGrams(text, () => true)).toEqual(byPackage(text))
        },
      ),
      { seed: 20_220_105, numRuns: 200 },
    )
  })
})
