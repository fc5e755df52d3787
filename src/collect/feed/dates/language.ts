// Which language the dates of a document are read by.

import { primaryOf } from './names.ts'

/** Scripts that name a language, with the languages that are also written in them. */
const SCRIPTS: readonly [RegExp, string, ReadonlySet<string>][] = [
  [/\p{Script=Arabic}/gu, 'ar', new Set('ar fa ps ur ckb ku sd ug pa ks az uz kk ky tk ms ha tr'.split(' '))],
  [/\p{Script=Hebrew}/gu, 'he', new Set(['he', 'yi'])],
  [/\p{Script=Hangul}/gu, 'ko', new Set(['ko'])],
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/gu, 'ja', new Set(['ja'])],
  [/\p{Script=Han}/gu, 'zh', new Set(['zh', 'yue', 'ja', 'ko'])],
  [/\p{Script=Thai}/gu, 'th', new Set(['th'])],
  [/\p{Script=Lao}/gu, 'lo', new Set(['lo'])],
  [/\p{Script=Khmer}/gu, 'km', new Set(['km'])],
  [/\p{Script=Myanmar}/gu, 'my', new Set(['my'])],
  [/\p{Script=Bengali}/gu, 'bn', new Set(['bn', 'as'])],
  [/\p{Script=Devanagari}/gu, 'hi', new Set(['hi', 'mr', 'ne', 'kok', 'sa', 'mai', 'ks', 'sd'])],
  [/\p{Script=Tamil}/gu, 'ta', new Set(['ta'])],
  [/\p{Script=Telugu}/gu, 'te', new Set(['te'])],
  [/\p{Script=Greek}/gu, 'el', new Set(['el'])],
  [/\p{Script=Armenian}/gu, 'hy', new Set(['hy'])],
  [/\p{Script=Georgian}/gu, 'ka', new Set(['ka'])],
  [/\p{Script=Ethiopic}/gu, 'am', new Set(['am', 'ti'])],
]

/** Letters of Arabic script that Arabic lacks, and whose they are. */
const NOT_ARABIC: readonly [RegExp, string][] = [
  [/[ٹڈڑں]/, 'ur'],
  [/[ەێۆڵڕ]/, 'ckb'],
  [/[ښډځړټ]/, 'ps'],
  [/[پچژگ]/, 'fa'],
]

/** Characters of titles looked at. */
const SAMPLE = 2_000

/** A tag as feeds write it, `en_US` too; null for what is none. */
const tagOf = (written: string | null | undefined): string | null => {
  const tag = written?.trim().replaceAll('_', '-') ?? ''
  return primaryOf(tag) === '' ? null : tag
}

/**
 * The language that the configuration names, else the document's own; but not where the titles are in a script that is
 * not that language's: templates leave `en-us` on feeds of every language. Null where nothing tells.
 */
export function languageOfDates(
  configured: string | null | undefined,
  declared: string | null,
  titles: readonly string[],
): string | null {
  const tag = tagOf(configured) ?? tagOf(declared)
  let text = ''
  for (const title of titles) {
    if (text.length >= SAMPLE) break
    text += ` ${title.slice(0, SAMPLE)}`
  }
  text = text.slice(0, SAMPLE)
  // No script of the table begins before Greek: nothing tells in Latin letters.
  if (!/[\u0370-\uffff]/.test(text)) return tag
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  for (const [pattern, language, writers] of SCRIPTS) {
    const share = (text.match(pattern)?.length ?? 0) / Math.max(1, letters)
    // Japanese is mostly Han, and told by its kana.
    if (share < (language === 'ja' ? 0.1 : 0.5)) continue
    if (tag !== null && writers.has(primaryOf(tag))) return tag
    return language === 'ar' ? (NOT_ARABIC.find(([own]) => own.test(text))?.[1] ?? 'ar') : language
  }
  return tag
}
