// What a text says of a figure: whether it is a bound or a guess, and who said it. Only plain words count; who is not
// named in the same sentence is not guessed.

import { fold } from '../../language/fold.ts'
import { alternatives } from '../../language/phrases/index.ts'
import type { Figure } from '../../model/decided.ts'
import { trimInk } from './edges.ts'

const SIDE = 48

type Bound = NonNullable<Figure['bound']>

/** Words that end right before the number, spaces single. */
const before = (words: string): RegExp => new RegExp(`(?:^| )(?:${words}) $`, 'u')
const BEFORE: readonly (readonly [Bound, RegExp])[] = [
  ['up to', before(alternatives(({ bounds }) => bounds?.upTo))],
  ['at least', before(alternatives(({ bounds }) => bounds?.atLeast))],
  ['about', before(alternatives(({ bounds }) => bounds?.about))],
]
/** Words behind it, and what it counts between. */
const after = (words: string): RegExp =>
  new RegExp(`^(?:(?!(?:and|et|y|und|и|ve|و\\p{L}*) )[\\p{L}\\p{M}]+ ){0,3}?(?:${words})(?![\\p{L}\\p{M}])`, 'u')
const AFTER: readonly (readonly [Bound, RegExp])[] = [
  ['at least', after(alternatives(({ bounds }) => bounds?.atLeastAfter))],
  ['about', after(alternatives(({ bounds }) => bounds?.aboutAfter))],
]

// "The toll is up to 18" tells that it rose, not that 18 is the most.
const ROSE = /(?:toll|count|number|is|was|are|were|went|now|go) up to $/u

/** How the number at [start, end) is qualified by the words that touch it. */
export function boundOf(text: string, start: number, end: number): Figure['bound'] {
  const left = clause(text.slice(Math.max(0, start - SIDE), start), true)
  if (left && !ROSE.test(left)) for (const [bound, words] of BEFORE) if (words.test(left)) return bound
  const right = clause(text.slice(end, end + SIDE), false)
  if (right) for (const [bound, words] of AFTER) if (words.test(right)) return bound
  return null
}

const STOP = /[.!?؟;:؛\n\r()[\]«»“”"|]|[,،](?!\d)/u

/** Folded words up to the next clause, with one blank on the side of the number. */
function clause(raw: string, left: boolean): string {
  const parts = raw.split(STOP)
  const nearest = (left ? parts.at(-1) : parts[0]) ?? ''
  const folded = fold(nearest).replace(/\s+/g, ' ').replaceAll('"', '').trim()
  if (folded === '') return ''
  // Turkish joins "18'den fazla".
  return left ? `${folded} ` : folded.replace(/^'/, '')
}

const SENTENCE_SIDE = 320
const NAME_LONGEST = 80

// What may stand in a name of a source: letters, digits, marks, blanks and what joins words.
const NAME = `[\\p{L}\\p{M}\\p{N}][\\p{L}\\p{M}\\p{N}'’./& -]{1,${NAME_LONGEST - 1}}?`
const STOPPED = `(?=\\s*(?:[,،;؛:.!?؟()"«»“”\\n]|[–—]|\\s-\\s|$))`
const OPENING: readonly RegExp[] = [
  new RegExp(`(?<![\\p{L}])(?:according to|citing)\\s+(${NAME})${STOPPED}`, 'iu'),
  new RegExp(
    `(?<![\\p{L}\\p{M}])(?:وفقا? ل|و?بحسب |و?حسب |وفق |حسبما (?:أعلن|ذكر|أفاد)ت? |طبقا ل|نقلا عن )(${NAME})${STOPPED}`,
    'u',
  ),
  new RegExp(`(?<![\\p{L}])(?:selon|d['’]après)\\s+(${NAME})${STOPPED}`, 'iu'),
  new RegExp(`(?<![\\p{L}])(?:según|de acuerdo con|de acuerdo a)\\s+(${NAME})${STOPPED}`, 'iu'),
  new RegExp(`(?<![\\p{L}])(?:по данным|по словам|по информации|согласно|со ссылкой на)\\s+(${NAME})${STOPPED}`, 'iu'),
  new RegExp(`(?<![\\p{L}])(?:laut|nach angaben(?: der| des| von)?)\\s+(${NAME})${STOPPED}`, 'iu'),
]
const CLOSING: readonly RegExp[] = [
  // "…, officials said on Monday."
  new RegExp(`,["”]?\\s+(${NAME})\\s+(?:said|says|reported|announced|confirmed)(?=\\s|[,.;]|$)`, 'u'),
  new RegExp(`,["”]?\\s+(?:said|says|reported|announced|confirmed)\\s+(${NAME})${STOPPED}`, 'u'),
  new RegExp(`,\\s+a(?:nt)?\\s+(?:annoncé|indiqué|déclaré|affirmé|rapporté|fait savoir)\\s+(${NAME})${STOPPED}`, 'u'),
  new RegExp(`,\\s+(?:informó|informaron|dijo|dijeron|anunció|indicó|confirmó|señaló)\\s+(${NAME})${STOPPED}`, 'u'),
  new RegExp(
    `,\\s+(?:сообщил[аио]?|сообщает|сообщают|заявил[аио]?|передает|передаёт|уточнил[аио]?)\\s+(${NAME})${STOPPED}`,
    'u',
  ),
]
const LEADING: readonly RegExp[] = [
  // "The ministry said 18 people were killed."
  new RegExp(`^(${NAME})\\s+(?:said|says|reported|announced|confirmed)(?=\\s)(?!\\s(?:by|to|in)\\s)`, 'u'),
  new RegExp(
    `^(?:و)?(?:قال|أعلن|أفاد|ذكر|أكد|كشف)ت?\\s+(${NAME})(?:،|\\s+(?:أن|إن|بأن|عن|مقتل|وفاة|إصابة|ارتفاع|اعتقال)(?=\\s|ه|ها))`,
    'u',
  ),
  new RegExp(`^(${NAME})\\s+a(?:nt)?\\s+(?:annoncé|indiqué|déclaré|affirmé)\\s+qu`, 'u'),
  new RegExp(`^(${NAME})\\s+(?:informó|dijo|anunció|indicó|confirmó|informaron|dijeron)\\s+(?:de )?que\\s`, 'u'),
  new RegExp(`^(${NAME})\\s+(?:сообщил[аио]?|заявил[аио]?|сообщает|сообщают)(?:,?\\s+что|\\s+о\\s)`, 'u'),
]
// Who is told by a pronoun was named elsewhere.
const PRONOUN =
  /^(?:he|she|it|they|we|who|which|that|there|and|but|il|elle|ils|on|él|ella|он|она|они|в|ان|إن|أن|ما|ذلك|هو|هي)$/iu

/**
 * Who is named in the sentence around [start, end) as having said it, as written, at most 80 characters; null where
 * nobody is, or two are.
 */
export function saidOf(text: string, start: number, end: number): string | null {
  const from = sentenceStart(text, start)
  const to = sentenceEnd(text, end)
  const sentence = text.slice(from, to)
  const found = new Set<string>()
  for (const pattern of OPENING) collect(found, pattern.exec(sentence))
  const after = text.slice(end, to)
  for (const pattern of CLOSING) collect(found, pattern.exec(after))
  const before = text.slice(from, start)
  for (const pattern of LEADING) collect(found, pattern.exec(before))
  return found.size === 1 ? ([...found][0] ?? null) : null
}

// «وزارة الصحة يوم الأحد», "police on Monday": when it was said is no part of the name.
const WHEN =
  /\s(?:(?:في|ب)\s?بيان|في تصريح|يوم|أمس|اليوم|مساء|صباح|ظهر|فجر|السبت|الأحد|الاثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|in a statement|late|early|yesterday|today|(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)|(?:este|el) (?:lunes|martes|miércoles|jueves|viernes|sábado|domingo)|en un comunicado|dans un communiqué)(?=\s|$).*$/iu
// A clause that was caught with the verb.
const CLAUSE =
  /^(?:though|although|but|and|as|when|while|after|before|who|which|that|where|if|because|since|ما|كما|بينما|فيما|وفيما|حين)\s|\s(?:was|were|have|has|had|been|قال|قالت)(?:\s|$)/iu

function collect(found: Set<string>, match: RegExpExecArray | null): void {
  const name = trimInk((match?.[1] ?? '').replace(WHEN, ''))
  if (CLAUSE.test(name)) return
  if (name.length < 2 || name.length > NAME_LONGEST || PRONOUN.test(name)) return
  if (/^\p{N}/u.test(name)) return
  found.add(name)
}

const STOPS = new Set([...'.!?؟…'].map(sign => sign.charCodeAt(0)))

/** A stop within a word or between digits ends no sentence. */
function isStop(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (code === 0x0a || code === 0x0d) return true
  if (!STOPS.has(code)) return false
  return /\s|["”»')\]]|^$/.test(text[at + 1] ?? '') && !/(?:^|[\s.])\p{L}$/u.test(text.slice(Math.max(0, at - 2), at))
}

function sentenceStart(text: string, from: number): number {
  const limit = Math.max(0, from - SENTENCE_SIDE)
  let at = from
  while (at > limit && !isStop(text, at - 1)) at--
  while (at < from && /[\s"“«»”')\]]/.test(text[at] ?? '')) at++
  return at
}

function sentenceEnd(text: string, from: number): number {
  const limit = Math.min(text.length, from + SENTENCE_SIDE)
  let at = from
  while (at < limit && !isStop(text, at)) at++
  return at
}
