// How features stand in the store: one short line, for a restart reads a hundred thousand of them and JSON's many small
// strings take about twice as long. Pure.
import type { ThreadFeatures } from './features.ts'

// Weights are up to 10,000: three digits of 36.
const DIGITS = 3

/** Features as text: language, form, terms and weights of both kinds, the encoder's direction, by tabs. */
export function packed({ l, t, w, x, y, f, e }: ThreadFeatures): string {
  const digits = (weights: readonly number[]) =>
    weights.map(weight => weight.toString(36).padStart(DIGITS, '0')).join('')
  return [l, f.join(' '), t.join(' '), digits(w), x.join(' '), digits(y), e?.join(' ') ?? ''].join('\t')
}

/** Features from their text; throws for what `packed` never wrote. */
export function unpacked(text: string): ThreadFeatures {
  const [l, form, t, w, x, y, e, ...rest] = text.split('\t')
  const [shape, filling, dated, header] = numbers(form ?? '')
  if (l === undefined || header === undefined || y === undefined || e === undefined || rest.length > 0) {
    throw new Error(`not packed features: ${text.slice(0, 80)}`)
  }
  const features: ThreadFeatures = {
    l,
    t: names(t ?? ''),
    w: weights(w ?? ''),
    x: names(x ?? ''),
    y: weights(y),
    f: [shape ?? 0, filling ?? 0, dated ?? 0, header],
  }
  return e === '' ? features : { ...features, e: numbers(e) }
}

const names = (text: string) => (text === '' ? [] : text.split(' '))
const numbers = (text: string) => names(text).map(Number)

function weights(text: string): number[] {
  const found = new Array<number>(text.length / DIGITS)
  for (let at = 0; at < found.length; at++) {
    let value = 0
    for (let digit = DIGITS * at; digit < DIGITS * (at + 1); digit++) {
      const code = text.charCodeAt(digit)
      value = 36 * value + code - (code < 58 ? 48 : 87)
    }
    found[at] = value
  }
  return found
}
