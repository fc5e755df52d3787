// Makes src/language/concepts.bin: phrases of up to three stems in many languages, and the concept each names, from Unicode
// CLDR (annotations and derived annotations of symbols, exemplar cities of time zones).
//
//   npx node scripts/concepts.ts FOLDER
//
// FOLDER holds cldr-annotations-full, cldr-annotations-derived-full and cldr-dates-full as npm installs them (node_modules).
// The shape of the file is told in src/language/concepts.ts.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { fold } from '../src/language/fold.ts'
import { terms } from '../src/language/terms.ts'

const LANGUAGES = 'ar de en es fa fr it nl pl pt ru tr uk ur'.split(' ')
/** Stems of a phrase; longer ones are descriptions. */
const LONGEST = 3
/** Symbols that one phrase is a keyword of: above, it is a kind such as "vehicle" or "food". */
const MOST_SYMBOLS = 40
/** Symbols that a keyword and its translation have in common, and how much of all theirs (Dice coefficient). */
const LEAST_COMMON = 2
const LEAST_DICE = 0.5
/** Concepts that fewer languages name bridge too little to be carried. */
const FEWEST_LANGUAGES = 6

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  process.stderr.write('concepts: name the folder with the packages of CLDR\n')
  process.exit(2)
}
const read = (...names: string[]): unknown => JSON.parse(readFileSync(path.join(folder, ...names), 'utf8'))

interface Annotation {
  default?: string[]
  tts?: string[]
}

/** Annotations by symbol in a language; derived ones are of sequences such as flags and persons with a profession. */
function annotations(language: string): Map<string, Annotation> {
  const plain = read('cldr-annotations-full', 'annotations', language, 'annotations.json') as {
    annotations: { annotations: Record<string, Annotation> }
  }
  const derived = read('cldr-annotations-derived-full', 'annotationsDerived', language, 'annotations.json') as {
    annotationsDerived: { annotations: Record<string, Annotation> }
  }
  const found = new Map<string, Annotation>()
  for (const [symbol, annotation] of [
    ...Object.entries(plain.annotations.annotations),
    ...Object.entries(derived.annotationsDerived.annotations),
  ]) {
    // Tones of skin name nothing of their own; flags are countries, which have a table of their own.
    if (/[\u{1f3fb}-\u{1f3ff}]|[\u{1f1e6}-\u{1f1ff}]/u.test(symbol)) continue
    // Signs of mathematics, arrows and keys name nothing that news is about.
    if ((symbol.codePointAt(0) ?? 0) < 0x2600) continue
    found.set(symbol.replaceAll('\ufe0f', ''), annotation)
  }
  return found
}

/** Exemplar cities by zone in a language. */
function cities(language: string): Map<string, string> {
  const { main } = read('cldr-dates-full', 'main', language, 'timeZoneNames.json') as {
    main: Record<string, { dates: { timeZoneNames: { zone: Record<string, unknown> } } }>
  }
  // English leaves out the cities that the zone is named after.
  const found = new Map(
    language === 'en'
      ? [...cities('fa').keys()].map(zone => [zone, zone.replace(/.*\//, '').replaceAll('_', ' ')])
      : [],
  )
  const walk = (at: unknown, names: string[]): void => {
    if (typeof at !== 'object' || at === null) return
    const { exemplarCity } = at as { exemplarCity?: unknown }
    if (typeof exemplarCity === 'string') found.set(names.join('/'), exemplarCity)
    else for (const [name, inner] of Object.entries(at)) walk(inner, [...names, name])
  }
  walk(main[language]?.dates.timeZoneNames.zone, [])
  return found
}

/** A phrase as texts are compared by: its stems in order; null where it has none or too many. */
function stems(phrase: string, language: string): string | null {
  const plain = phrase.replace(/\s*\(.*\)/, '')
  const found = terms(fold(plain), language)
  return found.length === 0 || found.length > LONGEST ? null : found.join(' ')
}

/** The symbols that each phrase of a language is the name of, and those it is the name or a keyword of. */
interface Lexicon {
  named: Map<string, Set<string>>
  kept: Map<string, Set<string>>
}

function lexicon(language: string): Lexicon {
  const named = new Map<string, Set<string>>()
  const kept = new Map<string, Set<string>>()
  const add = (into: Map<string, Set<string>>, phrase: string, symbol: string): void => {
    const key = stems(phrase, language)
    if (key !== null) into.set(key, (into.get(key) ?? new Set()).add(symbol))
  }
  for (const [symbol, { default: keywords = [], tts = [] }] of annotations(language)) {
    for (const phrase of tts) add(named, phrase, symbol)
    for (const phrase of [...tts, ...keywords]) add(kept, phrase, symbol)
  }
  return { named, kept }
}

const NONE: ReadonlySet<string> = new Set()

function shared(some: ReadonlySet<string>, others: ReadonlySet<string>): number {
  let count = 0
  for (const one of some) if (others.has(one)) count++
  return count
}

/** Phrases that name what an English phrase names: the name of the same symbol, or a keyword of nearly the same symbols. */
function translations(english: Lexicon, other: Lexicon): Map<string, string> {
  const bySymbol = new Map<string, string[]>()
  for (const [phrase, symbols] of english.kept)
    for (const symbol of symbols) bySymbol.set(symbol, [...(bySymbol.get(symbol) ?? []), phrase])
  const found = new Map<string, string>()
  for (const [phrase, symbols] of other.kept) {
    if (symbols.size > MOST_SYMBOLS) continue
    let best = 0
    for (const candidate of new Set([...symbols].flatMap(symbol => bySymbol.get(symbol) ?? []))) {
      const theirs = english.kept.get(candidate) ?? NONE
      const common = shared(symbols, theirs)
      const named = shared(other.named.get(phrase) ?? NONE, english.named.get(candidate) ?? NONE)
      const dice = (2 * common) / (symbols.size + theirs.size)
      if ((common < LEAST_COMMON && named === 0) || dice < LEAST_DICE) continue
      const score = dice + (named > 0 ? 1 : 0)
      if (score > best) {
        best = score
        found.set(phrase, candidate)
      }
    }
  }
  return found
}

const english = lexicon('en')
const tables = new Map<string, Map<string, string>>()
for (const language of LANGUAGES) {
  const table = translations(english, lexicon(language))
  for (const [zone, city] of cities(language)) {
    const key = stems(city, language)
    if (key !== null) table.set(key, zone)
  }
  tables.set(language, table)
}
const spread = new Map<string, number>()
for (const table of tables.values())
  for (const concept of new Set(table.values())) spread.set(concept, (spread.get(concept) ?? 0) + 1)
/** English words as they are written, by their stems. */
const written = new Map(cities('en'))
for (const [, { default: keywords = [], tts = [] }] of annotations('en')) {
  for (const phrase of [...keywords, ...tts]) {
    const key = stems(phrase, 'en')
    const known = key === null ? undefined : written.get(key)
    if (key !== null && (known === undefined || phrase.length < known.length)) written.set(key, phrase)
  }
}
const concepts = [...spread].filter(([, languages]) => languages >= FEWEST_LANGUAGES).map(([concept]) => concept)
concepts.sort((a, b) => ((written.get(a) ?? a) < (written.get(b) ?? b) ? -1 : 1))
const place = new Map(concepts.map((concept, at) => [concept, at]))
// One line of names, then a line a language: its tag, then of each concept its phrases.
const lines = [concepts.map(concept => (written.get(concept) ?? concept).replace(/[|\t\n]/g, ' ')).join('|')]
let entries = 0
for (const [language, table] of tables) {
  const of: string[][] = concepts.map(() => [])
  for (const [key, concept] of table) {
    const at = place.get(concept)
    if (at !== undefined) of[at]?.push(key)
  }
  entries += of.flat().length
  lines.push(`${language}\t${of.map(keys => keys.sort().join(',')).join('|')}`)
}
const packed = brotliCompressSync(Buffer.from(lines.join('\n')), {
  params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
})
writeFileSync(new URL('../src/language/concepts.bin', import.meta.url), packed)
process.stdout.write(
  `${concepts.length} concepts, ${entries} phrases in ${tables.size} languages, ${packed.length} bytes\n`,
)
