// A first line that only names who wrote: "By Jane Doe", «بقلم: …», «Автор: …». A sentence that begins alike stays.
import { alternatives, PACKS } from '../../language/phrases/index.ts'
import { lineEnd } from './edges.ts'

const LONGEST = 90
const NAME = String.raw`\p{Lu}[\p{L}\p{M}.'’-]*`
const SMALL = `(?:and|et|y|und|и|e|de|del|von|van|der|al|el|bin|ben|la|le|da|dos|in|à|en|с)`
// Two to seven capitalised words, joined by commas and small words: "By Jane Doe and John Roe in Larkfield".
const NAMED = new RegExp(
  `^(?:${alternatives(({ authors }) => authors)})\\s+${NAME}(?:,?\\s+(?:${SMALL}\\s+){0,2}${NAME}){1,6}(?:,\\s*${NAME}(?:\\s+${NAME}){0,3})?\\s*[:.|]?$`,
  'u',
)
const LABELS = alternatives(({ authorLabels }) => authorLabels)
const LABELLED = new RegExp(`^(?:${LABELS})\\s*:\\s*${NAME}(?:[,\\s/]+(?:(?:и|ve)\\s)?${NAME}){0,5}\\.?$`, 'u')
// Without case, the sign behind the word is what tells «كتب - فلان» from «كتب الوزير إلى».
const UNCASED_LABELS = PACKS.find(({ language }) => language === 'ar')?.authorLabels
const ARABIC = new RegExp(
  `^(?:${UNCASED_LABELS})(?:\\s?[:：ـ–—-]\\s?|\\s?\\/\\s?)[\\p{L}\\p{M}.'’ -]{3,50}(?:[:：.]?|\\s?[–—-])$`,
  'u',
)
const ARABIC_PEN = /^بقلم\s[\p{L}\p{M}]+(?:\s[\p{L}\p{M}]+){1,3}$/u

/** Index of the end of a byline that is all the first line of [from, to) says, with more text after it; null else. */
export function readByline(text: string, from: number, to: number): number | null {
  const stop = lineEnd(text, from, Math.min(to, from + LONGEST))
  if (stop >= to || stop === from + LONGEST) return null
  const line = text.slice(from, stop).trim()
  return [NAMED, LABELLED, ARABIC, ARABIC_PEN].some(form => form.test(line)) ? stop : null
}
