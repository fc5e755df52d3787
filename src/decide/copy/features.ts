// What a report's text is known by in the index of copies. Pure.
import { wordsOf } from '../../language/words.ts'

// Copies differ in headline, dateline, credit and where they are cut, so the opening of the body is compared.
const LEAD_WORDS = 120
/** Characters of a body that hold so many words of any language. */
export const OPENING_CHARACTERS = LEAD_WORDS * 14
const TITLE_WORDS = 40
// Below this a body says too little to be known by: then headline and body are compared as one.
const SHORT_BODY = 12
// Two words are a label ("Live updates"), not a text that one could recognise.
export const LEAST_WORDS = 4

/** What is stored with each report, and the index is made from. Folded words, a space between. */
export interface CopyFeatures {
  /** Primary subtag; null where the language is unknown. */
  language: string | null
  title: string
  lead: string
  /** How many words of the lead are the headline, where the two are one: 0 or absent where none is. */
  head?: number
  /** How many words the headline has before its first mark and behind its last one; absent where it has no mark. */
  frame?: readonly [before: number, behind: number]
  /** Number of the part where the report is one of several: another part is another text, whatever it repeats. */
  part?: number
  /** A bare headline of a map; absent where not. */
  bare?: true
}

/** `title` and `body` without wire furniture. Null for a text that says too little to be recognised. */
export function copyFeatures(
  title: string,
  body: string,
  language: string | null,
  part: number | null = null,
): CopyFeatures | null {
  return featuresOfWords(title, textsOf(wordsOf(body.slice(0, OPENING_CHARACTERS))), language, part)
}

/** {@link copyFeatures}, where the words of the first {@link OPENING_CHARACTERS} characters of the body are known. */
export function featuresOfWords(
  title: string,
  opening: readonly string[],
  language: string | null,
  part: number | null = null,
): CopyFeatures | null {
  const head = textsOf(wordsOf(title.slice(0, TITLE_WORDS * 14))).slice(0, TITLE_WORDS)
  const lead = opening.slice(0, LEAD_WORDS)
  const tongue = language === null ? null : (language.toLowerCase().split('-', 1)[0] ?? null)
  const more = { ...frameOf(title, head.length), ...(part === null ? {} : { part }) }
  if (lead.length >= SHORT_BODY) return { language: tongue, title: head.join(' '), lead: lead.join(' '), ...more }
  const whole = [...head, ...lead]
  if (whole.length < LEAST_WORDS) return null
  // A headline alone, or a body alone, is what it says.
  const headed = head.length > 0 && lead.length > 0 ? { head: head.length } : {}
  return { language: tongue, title: '', lead: whole.join(' '), ...headed, ...more }
}

// "Ep. 12 - ", "The Latest:", " | Northern Post", "(Hour 2)".
const MARK = /[|:–—()[\]]| - /

const textsOf = (words: readonly { text: string }[]): string[] => words.map(({ text }) => text)

/** What stands before the first mark of a headline and behind the last may be the name of a show or a site. */
function frameOf(title: string, length: number): Pick<CopyFeatures, 'frame'> {
  const parts = title.slice(0, TITLE_WORDS * 14).split(MARK)
  if (parts.length < 2) return {}
  const counts = parts.map(part => wordsOf(part).length).filter(count => count > 0)
  // A mark between two digits parts no words.
  if (counts.length < 2 || counts.reduce((sum, count) => sum + count, 0) !== length) return {}
  return { frame: [counts[0] ?? 0, counts.at(-1) ?? 0] }
}
