// What a changed text is: typing, news, a correction or a withdrawal; and when a text that changes at every visit stops
// making revisions.

import { type Change, differences } from '../language/difference.ts'
import { fold } from '../language/fold.ts'
import { words } from '../language/words.ts'
import type { RevisionClass, Signal } from '../model/decided.ts'
import type { Millis } from '../model/units.ts'
import { spelledAlike } from './copy/compare.ts'
import { readWire, type WireNames } from './wire/read.ts'
import { readAdvisory, readSlugs, stronger } from './wire/slugs.ts'

export interface RevisedText {
  title: string
  /** Plain text, with its wire furniture. */
  text: string
  signal: Signal | null
}

/** What decided. */
export type RevisionReason = 'signal' | 'note' | 'words' | 'spelling' | 'furniture' | 'typing'

export interface Revision {
  class: RevisionClass
  why: RevisionReason
  /** Words that came and went, as they stand, in runs: at most a few of each. Empty where only typing changed. */
  added: string[]
  removed: string[]
  /** Words that came and went, counted: the larger of the two. */
  size: number
}

/** Longest text compared, in UTF-16 units: what stands behind is not news. */
const LENGTH = 60_000
const RUNS_SHOWN = 12
const RUN_WORDS = 24
/** Words spelled anew that are still a matter of typing. */
const TYPOS = 3
const LINES = 400
const NOTE_LENGTH = 400

/** The class of the step from one text to the next. `names` tell a changed credit from a changed text. */
export function revise(old: RevisedText, young: RevisedText, names: WireNames): Revision {
  const before = read(old, names)
  const after = read(young, names)
  const oldWords = words(fold(before.content))
  const youngWords = words(fold(after.content))
  const changes = differences(oldWords, youngWords)
  const shown = (row: readonly string[], from: 'from' | 'youngFrom', to: 'to' | 'youngTo') =>
    changes
      .filter(change => change[to] > change[from])
      .slice(0, RUNS_SHOWN)
      .map(change => row.slice(change[from], Math.min(change[to], change[from] + RUN_WORDS)).join(' '))
  const is = (kind: RevisionClass, why: RevisionReason): Revision => ({
    class: kind,
    why,
    added: shown(youngWords, 'youngFrom', 'youngTo'),
    removed: shown(oldWords, 'from', 'to'),
    size: Math.max(sum(changes, 'from', 'to'), sum(changes, 'youngFrom', 'youngTo')),
  })
  for (const signal of ['kill', 'correction'] as const) {
    if (after.signal === signal && before.signal !== signal) return is(signal, 'signal')
  }
  const note = newNote(old, young)
  if (note !== null) return is(note, 'note')
  if (changes.length === 0) {
    const same = fold(whole(old)) === fold(whole(young))
    const furniture = !same && words(fold(whole(old))).join(' ') !== words(fold(whole(young))).join(' ')
    return is('cosmetic', furniture ? 'furniture' : 'typing')
  }
  const spelling = changes.length <= TYPOS && changes.every(change => isSpelling(change, oldWords, youngWords))
  return spelling ? is('cosmetic', 'spelling') : is('update', 'words')
}

function whole({ title, text }: RevisedText): string {
  return `${title}\n${text.slice(0, LENGTH)}`
}

function read({ title, text, signal }: RevisedText, names: WireNames): { content: string; signal: Signal | null } {
  const reading = readWire({ title, text: text.slice(0, LENGTH), authors: [], source: null }, names)
  return { content: `${reading.title}\n${reading.body}`, signal: stronger(signal, reading.signal) }
}

function sum(changes: readonly Change[], from: 'from' | 'youngFrom', to: 'to' | 'youngTo'): number {
  return changes.reduce((total, change) => total + change[to] - change[from], 0)
}

/** One word for one word, but for a letter; or one word written as two. */
function isSpelling(change: Change, old: readonly string[], young: readonly string[]): boolean {
  const before = old.slice(change.from, change.to)
  const after = young.slice(change.youngFrom, change.youngTo)
  if (before.length === 0 || after.length === 0 || before.length > 2 || after.length > 2) return false
  const [one, other] = [before.join(''), after.join('')]
  if (/\p{N}/u.test(one + other)) return one === other
  if (one === other) return true
  return before.length === 1 && after.length === 1 && Math.abs(one.length - other.length) <= 1 && oneLetter(one, other)
}

function oneLetter(one: string, other: string): boolean {
  if (!spelledAlike(one, other)) return false
  let head = 0
  while (head < one.length && one[head] === other[head]) head++
  let tail = 0
  const shorter = Math.min(one.length, other.length) - head
  while (tail < shorter && one[one.length - 1 - tail] === other[other.length - 1 - tail]) tail++
  const differ = Math.max(one.length, other.length) - head - tail
  // Two letters that changed places are one slip.
  return differ <= 1 || (differ === 2 && one[head] === other[head + 1] && one[head + 1] === other[head])
}

// What an editor writes under a text that was wrong. The slugs above a text are read in wire/slugs.ts.
const NOTES: readonly [Signal & RevisionClass, string[]][] = [
  [
    'kill',
    [
      'this story has been withdrawn',
      'this story was withdrawn',
      'this article has been retracted',
      'this story has been retracted',
      'this report has been withdrawn',
      'تم سحب هذا الخبر',
      'سحب هذا الخبر',
      'تم الغاء هذا الخبر',
      'cet article a ete retire',
      'cette depeche a ete annulee',
      'esta noticia ha sido retirada',
      'новость отозвана',
      'новость аннулирована',
    ].map(phrase => fold(phrase)),
  ],
  [
    'correction',
    [
      'this story has been corrected',
      'this article has been corrected',
      'this article was amended',
      'this story was corrected',
      'an earlier version of this',
      'a previous version of this',
      'an earlier report misstated',
      'ورد في نسخه سابقه',
      'ذكرت نسخه سابقه',
      'في نسخه سابقه من هذا',
      'تم تصحيح هذا الخبر',
      'تصحح هذه النسخه',
      'une version precedente de cet',
      'une version anterieure de cet',
      'una version anterior de est',
      'en una version anterior',
      'в предыдущей версии',
      'в более ранней версии',
    ].map(phrase => fold(phrase)),
  ],
]

/** A line that begins so is a note whatever follows; as a slug it would want capitals or a script without them. */
const NOTE_HEAD = new RegExp(
  `^[^\\p{L}\\p{N}]*(?:${[
    'correction|corrections|corrected|clarification|تصحيح|تصويب|توضيح|استدراك|rectificatif|rectification|correction',
    'correccion|rectificacion|fe de errores|исправление|уточнение|поправка|duzeltme|korrektur|berichtigung|correcao',
  ].join('|')})\\s?[:|]`,
  'u',
)

/** What the new text says of itself in more lines than the old one did. */
function newNote(old: RevisedText, young: RevisedText): 'kill' | 'correction' | null {
  const before = notesOf(old)
  const after = notesOf(young)
  for (const signal of ['kill', 'correction'] as const) if (after[signal] > before[signal]) return signal
  return null
}

function notesOf(text: RevisedText): { kill: number; correction: number } {
  const out = { kill: 0, correction: 0 }
  for (const line of lines(whole(text))) {
    const signal = noteOf(line)
    if (signal === 'kill' || signal === 'correction') out[signal]++
  }
  return out
}

function noteOf(line: string): Signal | null {
  const slug = readSlugs(line, 0, line.length)
  const signal = stronger(slug.signal, readAdvisory(`${line}\n`, slug.end, line.length + 1)?.signal ?? null)
  if (line.length > NOTE_LENGTH) return signal
  const folded = fold(line)
  const note = NOTES.find(([, phrases]) => phrases.some(phrase => folded.includes(phrase)))?.[0] ?? null
  return stronger(stronger(signal, note), NOTE_HEAD.test(folded) ? 'correction' : null)
}

/** The first and the last lines: notes stand at an end. */
function lines(text: string): string[] {
  const all = text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
  return all.length <= LINES ? all : [...all.slice(0, LINES / 2), ...all.slice(-LINES / 2)]
}

// ── flapping ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Versions of one report that are remembered. */
const REMEMBERED = 24
/** Letters of a version's name that are remembered. */
const NAME = 10
/** Coming back to a version already had: once is an editor's second thought, from here on it is two servers. */
const RETURNS = 2
/** Offered so often in a row, a version is no turn of two servers any more. */
const SETTLED = 3
/** Small changes within `OFTEN_SPAN` from which a text is one that changes by itself: a counter, "5 minutes ago". */
const OFTEN = 6
const OFTEN_SPAN: Millis = 24 * 3_600_000
const SMALL = 12

interface Flapping {
  /** Versions as [name, times it came]. Oldest first. */
  versions: [name: string, times: number][]
  /** Times of the last small changes. */
  small: Millis[]
  /** The version offered last and not in force: how often in a row, and when last. */
  waiting?: { name: string; times: number; at: Millis }
}

export interface Flap {
  /** Whether the new text becomes a revision. Where not, the one in force stays in force until the other has settled. */
  store: boolean
  why: 'alternates' | null
  /** It has changed by a few words again and again: what changes in it is of no interest to a reader. */
  restless: boolean
  /** To be kept with the report for the next time. */
  remembered: string
}

/** A version that arrives: `old` and `hash` tell the text in force and the new one apart. */
export interface Turn {
  old: string
  hash: string
  revision: Revision
  now: Millis
  /** When the report was last seen with any text. */
  lastSeen: Millis
}

/**
 * Whether a change is one more turn of a text that flaps: that is one that comes back. A text never had before is news and
 * always stored, and so is a correction, a kill, and a version that was offered several times in a row. `remembered` is
 * what the last call returned, null at first.
 */
export function flap(remembered: string | null, { old, hash, revision, now, lastSeen }: Turn): Flap {
  const state = readState(remembered)
  const name = hash.slice(0, NAME)
  if (state.versions.length === 0) state.versions.push([old.slice(0, NAME), 1])
  const known = state.versions.find(([version]) => version === name)
  if (known) known[1]++
  else state.versions.push([name, 1])
  state.versions = state.versions.slice(-REMEMBERED)
  state.small = state.small.filter(time => now - time <= OFTEN_SPAN)
  if (revision.size <= SMALL) state.small.push(now)
  state.small = state.small.slice(-OFTEN)
  const restless = state.small.length >= OFTEN && revision.size <= SMALL
  const grave = revision.class === 'kill' || revision.class === 'correction'
  const flaps = !grave && known !== undefined && known[1] > RETURNS
  const { waiting } = state
  // Seen since then with the text in force: it alternates still.
  const inRow = waiting?.name === name && waiting.at === lastSeen ? waiting.times + 1 : 1
  const store = !flaps || inRow >= SETTLED
  if (store) delete state.waiting
  else state.waiting = { name, times: inRow, at: now }
  return { store, why: store ? null : 'alternates', restless, remembered: JSON.stringify(state) }
}

function readState(remembered: string | null): Flapping {
  if (remembered === null) return { versions: [], small: [] }
  const state = JSON.parse(remembered) as Flapping
  return { ...state, versions: state.versions.map(([version, times]) => [version.slice(0, NAME), times]) }
}

/**
 * Whether a small change of a restless text is that of a counter: only numbers came and went, none of them in the headline
 * and none that is a toll.
 */
export function isCounter(revision: Revision, old: RevisedText, young: RevisedText, tolls: boolean): boolean {
  if (revision.class !== 'update' || tolls || fold(old.title) !== fold(young.title)) return false
  const runs = [...revision.added, ...revision.removed]
  return runs.length > 0 && runs.every(run => words(run).every(word => /\p{N}/u.test(word) || UNIT.test(word)))
}

/** What stands beside the number of "5 minutes ago", folded. */
const UNIT =
  /^(?:an?|one|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|ago|just|now|ثانيه|ثواني|دقيقه|دقايق|دقيقتين|ساعه|ساعات|ساعتين|يوم|ايام|يومين|الان|minuten?|stunden?|heures?|jours?|minutos?|horas?|dias?|минут[аыу]?|час(?:а|ов)?|dakika|saat)$/u

// ── how much of it is kept ──────────────────────────────────────────────────────────────────────────────────────────

/** Earlier texts of one report that are kept: the first, the last of all, and of those that took something back. */
const LAST_KEPT = 24
const GRAVE_KEPT = 12

/** An earlier text of a report: its number, and of which class the step to it was. */
export interface EarlierText {
  number: number
  change: RevisionClass | null
}

/** Below this nothing is ever dropped. */
export const REVISIONS_KEPT = LAST_KEPT + 1

/**
 * Numbers of the earlier texts that are kept no longer. The first stays, so do the last two dozen, and of corrections and
 * kills the last dozen with the text that each of them replaced: a text that counts its readers changes at every visit, and
 * a report must not grow for ever. `earlier` ascends.
 */
export function droppedRevisions(earlier: readonly EarlierText[]): number[] {
  if (earlier.length <= REVISIONS_KEPT) return []
  const kept = new Set(earlier.slice(-LAST_KEPT).map(({ number }) => number))
  const first = earlier[0]
  if (first) kept.add(first.number)
  const grave = earlier.flatMap(({ change }, at) => (change === 'correction' || change === 'kill' ? [at] : []))
  for (const at of grave.slice(-GRAVE_KEPT)) {
    for (const one of earlier.slice(Math.max(0, at - 1), at + 1)) kept.add(one.number)
  }
  return earlier.flatMap(({ number }) => (kept.has(number) ? [] : [number]))
}
