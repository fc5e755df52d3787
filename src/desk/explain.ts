// Why something is where it is, in words, from what filing stored when it decided: nothing is decided here again.

import { CONCEPT } from '../language/concepts.ts'
import { duration, stamp } from '../language/say.ts'
import { cut } from '../language/words.ts'
import type { ThreadSettings } from '../model/config.ts'
import type { Placement, WireDetail } from '../model/decided.ts'
import type { PageState } from '../model/page.ts'
import type { FigureView, ReportView, StoryDetail } from '../model/shown.ts'
import type { Millis, Outcome } from '../model/units.ts'
import type { Regrouped, StoreReader } from '../store/store.ts'
import { absence } from './absence.ts'
import type { Named } from './editor.ts'

export interface Paragraph {
  heading: string
  sentences: string[]
}

export interface Explanation {
  what: 'story' | 'thread'
  id: number
  title: string
  paragraphs: Paragraph[]
  /** The same as stored, for programs. */
  reports: {
    id: number
    agency: string
    joinedBy: string
    similarity: number
    coverage: number
    stale: boolean
    evidence: unknown
    furniture: WireDetail[]
    /** What became of its page; null where it was not asked for. */
    page: PageState | null
  }[]
  placements: (Placement & { story: number })[]
  regroupings: Regrouped[]
  /** Of a story: its numbers, and whom they count; empty for a thread. */
  figures: FigureView[]
}

/** Stories of a thread that are explained one by one. */
const EXPLAINED = 50

/** Why the reports of a story are one, and why it is in its thread; or why each story of a thread is in it. */
export function explain(store: StoreReader, asked: Named, settings: ThreadSettings): Outcome<Explanation> {
  if (asked.what === 'thread') return explainThread(store, asked.id, settings)
  const id = asked.what === 'report' ? store.storyOf(asked.id) : (store.redirect('story', asked.id) ?? asked.id)
  const story = id === null ? null : store.story(id)
  if (!story) return { ok: false, reason: absence(store, asked.what, asked.id) }
  const regroupings = [
    ...store.regroupings({ what: 'story', id: story.id }),
    ...store.regroupings({ what: 'thread', id: story.thread }).filter(({ members }) => members.includes(story.id)),
  ]
  const figures = store.figures(story.thread).filter(figure => figure.story === story.id)
  const pages = new Map(story.members.map(({ id: report }) => [report, store.page(report)]))
  const moved = asked.id !== story.id && asked.what === 'story'
  return {
    ok: true,
    value: {
      what: 'story',
      id: story.id,
      title: story.title,
      reports: story.members.map(member => ({ ...reportFacts(member), page: pages.get(member.id) ?? null })),
      placements: [{ ...story.placement, story: story.id }],
      regroupings,
      figures,
      paragraphs: [
        {
          heading: `Story ${story.id}: ${story.title}`,
          sentences: [...(moved ? [`story ${asked.id} was merged into it`] : []), ...originWords(story)],
        },
        ...story.members.map(report => ({
          heading: `Report ${report.id}, ${report.agencyName}, ${stamp(report.time)}`,
          sentences: [...reportWords(report), ...pageWords(report, pages.get(report.id) ?? null)],
        })),
        {
          heading: `Thread ${story.thread}: ${story.threadTitle}`,
          sentences: placementWords(story.placement, settings),
        },
        ...figureWords(figures),
        ...regroupedWords(regroupings),
      ],
    },
  }
}

function explainThread(store: StoreReader, asked: number, settings: ThreadSettings): Outcome<Explanation> {
  const id = store.redirect('thread', asked) ?? asked
  const thread = store.thread(id)
  if (!thread) return { ok: false, reason: absence(store, 'thread', asked) }
  const stories = thread.timeline.slice(-EXPLAINED).flatMap(({ id: story }) => store.story(story) ?? [])
  const regroupings = store.regroupings({ what: 'thread', id })
  const left = thread.stories - stories.length
  return {
    ok: true,
    value: {
      what: 'thread',
      id,
      title: thread.title,
      reports: [],
      placements: stories.map(story => ({ ...story.placement, story: story.id })),
      regroupings,
      figures: [],
      paragraphs: [
        {
          heading: `Thread ${id}: ${thread.title}`,
          sentences: [
            ...(asked === id ? [] : [`thread ${asked} was merged into it`]),
            `${thread.stories} stories, ${thread.reports} reports, ${thread.sources} independent sources`,
            ...(left > 0 ? [`its ${left} oldest stories are not shown`] : []),
          ],
        },
        ...stories.map(story => ({
          heading: `Story ${story.id}, ${story.agencyName}, ${stamp(story.time)}: ${story.title}`,
          sentences: placementWords(story.placement, settings),
        })),
        ...regroupedWords(regroupings),
      ],
    },
  }
}

function reportFacts(report: ReportView): Omit<Explanation['reports'][number], 'page'> {
  const { id, agency, joinedBy, similarity, coverage, stale, evidence, furniture } = report
  return { id, agency, joinedBy, similarity, coverage, stale, evidence, furniture }
}

function originWords(story: StoryDetail): string[] {
  const words: string[] = []
  if (story.origin) words.push(`copy of ${story.origin.name}`)
  words.push(
    `${story.reports} ${story.reports === 1 ? 'report' : 'reports'}, ${story.sources} independent ${story.sources === 1 ? 'source' : 'sources'}`,
  )
  return words
}

/** What the numbers of a story count, as they were read. */
function figureWords(figures: readonly FigureView[]): Paragraph[] {
  if (figures.length === 0) return []
  const sentences = figures.map(({ kind, value, bound, whom, words, matched, agencyName }) => {
    const number = bound === null ? String(value) : `${bound} ${value}`
    const people = whom ?? (words === null ? 'people, the text does not say whom' : 'people')
    return `${kind}: ${number} (${people}), read from “${words ?? matched}”, ${agencyName}`
  })
  return [{ heading: 'Figures', sentences: [...new Set(sentences)] }]
}

const JOINED: Readonly<Record<ReportView['joinedBy'], string>> = {
  first: 'it opened the story',
  guid: 'it has the identifier of a report of the story',
  url: 'it has the address of a report of the story',
  text: 'it carries the same text',
  flash: 'it tells in full what a flash of the story announced',
  editor: 'an editor put it here',
}

const percent = (share: number): string => `${Math.round(share * 100)}%`

function reportWords(report: ReportView): string[] {
  const said = [JOINED[report.joinedBy]]
  if (report.joinedBy === 'text' || report.joinedBy === 'flash') {
    said.push(`similarity ${report.similarity.toFixed(2)}, carries ${percent(report.coverage)} of the copy`)
  }
  said.push(...evidenceWords(report.evidence))
  for (const { kind, matched } of report.furniture) said.push(`taken off for comparing: ${kind} «${matched}»`)
  const changes = report.revisions.flatMap(({ change, seen }) => (change ? [`${change} at ${stamp(seen)}`] : []))
  if (changes.length > 0) said.push(`its text changed: ${changes.join(', ')}`)
  const had = Math.max(0, ...report.revisions.map(({ number }) => number))
  if (had > report.revisions.length) {
    said.push(`of its ${had} texts ${report.revisions.length} are kept: the first, the last, and corrections`)
  }
  if (report.stale) said.push('it still runs a text that its origin has corrected or withdrawn')
  return said
}

/** What became of a report's page. */
function pageWords({ text }: ReportView, page: PageState | null): string[] {
  if (page === null) return []
  const { asked, again, outcome, because, text: taken } = page
  const at = `its page was asked for at ${stamp(asked)}`
  if (taken !== null) {
    return [
      `${at}: it is compared, threaded and searched by that text, ${size(taken)}; its feed gives ${size(text)}${outcome === 'withheld' ? `; readers are not shown it: ${because}` : ''}`,
    ]
  }
  if (outcome === 'article' || outcome === 'withheld') {
    return [`${at}; its feed has changed the report since${again === null ? '' : ', so it is asked for again'}`]
  }
  const next = again === null ? 'it is not asked for again' : `it is asked for again at ${stamp(again)}`
  return [`${at}, and gave no text: ${outcome}, ${because}; ${next}`]
}

const size = (text: string): string => {
  const { length } = cut(text).words
  return `${length} ${length === 1 ? 'word' : 'words'}`
}

/** What filing compared, as decide/copy/ tell it. */
function evidenceWords(evidence: unknown): string[] {
  if (evidence === null || typeof evidence !== 'object') return []
  const { needed, shared, differing, covered, missing, after } = evidence as {
    needed?: number
    shared?: string[]
    differing?: { report: string[]; known: string[] }
    covered?: string[]
    missing?: string[]
    after?: Millis
  }
  const quoted = (words: readonly string[]) => words.map(word => `«${word}»`).join(' ')
  const said: string[] = []
  if (needed !== undefined) said.push(`similarity ${needed.toFixed(2)} was needed`)
  if (after !== undefined) said.push(`${duration(Math.abs(after))} ${after < 0 ? 'before' : 'after'} the flash`)
  if (shared?.length) said.push(`both say ${quoted(shared)}`)
  if (differing?.report.length) said.push(`only here: ${quoted(differing.report)}`)
  if (differing?.known.length) said.push(`only in the text it was compared with: ${quoted(differing.known)}`)
  if (covered?.length) said.push(`of the flash it tells ${quoted(covered)}`)
  if (missing?.length) said.push(`of the flash it does not tell ${quoted(missing)}`)
  return said
}

function placementWords(placement: Placement, settings: ThreadSettings): string[] {
  const needed = placement.threshold ?? settings.threshold
  const score = `score ${placement.score.toFixed(3)}, ${needed.toFixed(3)} is needed`
  const shared = placement.reasons.map((term, at) => {
    const weight = placement.weights?.[at]
    const saying = placement.around?.said[at] ?? 0
    const around = saying > 0 ? `, said by ${saying} of ${placement.around?.threads} threads around` : ''
    return weight === undefined ? termWords(term) : `${termWords(term)} ${percent(weight)}${around}`
  })
  const words = [
    placement.kind === 'opened'
      ? placement.score > 0
        ? `it opened a thread; the nearest other was not near enough: ${score}`
        : 'it opened a thread: no other shared a word of weight with it'
      : `it joined: ${score}`,
  ]
  if (shared.length > 0) words.push(`shared: ${shared.join(', ')}`)
  return words
}

/** A term as it is told: concepts by their English name, for each language has another word for one. */
const termWords = (term: string): string =>
  term.startsWith(CONCEPT) ? `the concept “${term.slice(CONCEPT.length).replaceAll('_', ' ')}”` : `«${term}»`

function regroupedWords(regroupings: readonly Regrouped[]): Paragraph[] {
  if (regroupings.length === 0) return []
  return [{ heading: 'Since then', sentences: regroupings.map(regroupedSentence) }]
}

function regroupedSentence({ at, by, kind, kept, other, members, score, reasons }: Regrouped): string {
  const when: (time: Millis) => string = stamp
  const what = kind.endsWith('stories') || kind.endsWith('story') ? 'story' : 'thread'
  const inside = what === 'story' ? 'reports' : 'stories'
  const did = kind.startsWith('merge')
    ? `${what} ${other} was merged into ${what} ${kept}`
    : `${inside} ${members.join(' ')} left ${what} ${kept} for ${what} ${other}`
  const because =
    score === null
      ? ''
      : `, score ${score.toFixed(3)}${reasons.length > 0 ? `: ${reasons.map(termWords).join(', ')}` : ''}`
  return `${when(at)}  ${did} by ${by === 'editor' ? 'an editor' : 'the review'}${because}`
}
