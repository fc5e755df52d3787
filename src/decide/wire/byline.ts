// A first line that only names who wrote: "By Jane Doe", «بقلم: …», «Автор: …». A sentence that begins alike stays.
import { lineEnd } from './edges.ts'

const LONGEST = 90
const NAME = String.raw`\p{Lu}[\p{L}\p{M}.'’-]*`
const SMALL = `(?:and|et|y|und|и|e|de|del|von|van|der|al|el|bin|ben|la|le|da|dos|in|à|en|с)`
// Two to seven capitalised words, joined by commas and small words: "By Jane Doe and John Roe in Larkfield".
const LATIN = new RegExp(
  `^(?:(?:Story |Text |Photos )?By|BY|Par|PAR|Por|POR|Von|VON|De notre correspondant(?:e)?,?)\\s+${NAME}(?:,?\\s+(?:${SMALL}\\s+){0,2}${NAME}){1,6}(?:,\\s*${NAME}(?:\\s+${NAME}){0,3})?\\s*[:.|]?$`,
  'u',
)
const CYRILLIC = new RegExp(
  `^(?:Автор|Авторы|Текст|Корреспондент)\\s*:\\s*${NAME}(?:[,\\s]+(?:и\\s)?${NAME}){0,5}\\.?$`,
  'u',
)
const TURKISH = new RegExp(`^(?:Haber|Yazan|Muhabir|Yazar)\\s*:\\s*${NAME}(?:[,\\s/]+(?:ve\\s)?${NAME}){0,5}\\.?$`, 'u')
// Without case, the sign behind the word is what tells «كتب - فلان» from «كتب الوزير إلى».
const ARABIC =
  /^(?:بقلم|كتب|كتبت|كتبه|كتبها|إعداد|اعداد|أعده|تقرير|حوار|ترجمة|متابعة|تصوير)(?:\s?[:：ـ–—-]\s?|\s?\/\s?)[\p{L}\p{M}.'’ -]{3,50}(?:[:：.]?|\s?[–—-])$/u
const ARABIC_PEN = /^بقلم\s[\p{L}\p{M}]+(?:\s[\p{L}\p{M}]+){1,3}$/u

/** Index of the end of a byline that is all the first line of [from, to) says, with more text after it; null else. */
export function readByline(text: string, from: number, to: number): number | null {
  const stop = lineEnd(text, from, Math.min(to, from + LONGEST))
  if (stop >= to || stop === from + LONGEST) return null
  const line = text.slice(from, stop).trim()
  return [LATIN, CYRILLIC, TURKISH, ARABIC, ARABIC_PEN].some(form => form.test(line)) ? stop : null
}
