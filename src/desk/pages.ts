// Files what the page of a report says: its text is the report's *completed*. It is no revision and no news, and the feed's text
// stays what is published; copies, threads, credits and figures are decided again by the longer one.
import { Constraints } from '../decide/constraints.ts'
import { type CopyFeatures, copyFeatures } from '../decide/copy/index.ts'
import { digest } from '../decide/digest.ts'
import { MEMBERS_COMPARED, storyKey } from '../decide/file.ts'
import {
  factsOf,
  furnitureAmong,
  heldAgainst,
  nextTry,
  outcomeOf,
  PAGES_COMPARED,
  pauseAfter,
  REFUSALS,
} from '../decide/page.ts'
import type { ThreadFeatures } from '../decide/thread/features.ts'
import { storyFeatures, threadWords } from '../decide/thread/place.ts'
import { readWire, type WireNames } from '../decide/wire/read.ts'
import { fold } from '../language/fold.ts'
import { primaryLanguage } from '../language/tag.ts'
import type { WireReading } from '../model/decided.ts'
import type { PageAnswer, PageOutcome, PageSubject } from '../model/page.ts'
import type { Millis } from '../model/units.ts'
import type { Filing } from '../store/store.ts'
import { conceptsBeside } from './concepts.ts'
import { judgeOrigin } from './origin.ts'
import { lookAgain } from './review.ts'
import type { VectorDesk } from './vectors.ts'

/** What came of asking for a page. */
export interface AskedPage {
  report: number
  host: string
  answer: PageAnswer
  /** How often it was asked for, with this time. */
  attempts: number
  extractor: number
}

interface Context {
  now: Millis
  names: WireNames
}

const FURNITURE = 'another report of the agency has the same text at another address'

export class PageTexts {
  readonly #desk: VectorDesk

  constructor(desk: VectorDesk) {
    this.#desk = desk
  }

  /** File what came of asking for a page. Null where its report is gone. */
  async file(asked: AskedPage, context: Context): Promise<PageOutcome | null> {
    await this.#desk.prepare(context)
    const { turns, storing, transaction } = this.#desk
    await turns.next()
    return storing.write(() =>
      transaction(context, (filing, catchUp) => {
        catchUp()
        return this.#file(filing, asked, context)
      }),
    )
  }

  #file(
    filing: Filing,
    { report, host, answer, attempts, extractor }: AskedPage,
    context: Context,
  ): PageOutcome | null {
    const { now } = context
    const subject = filing.pageSubject(report)
    if (subject === null) return null
    const others = 'text' in answer ? filing.lastTexts(subject.agency, report, PAGES_COMPARED) : []
    const found = outcomeOf(answer, subject, others)
    let { outcome, because } = found
    const { text } = found
    const mark = text === null ? null : digest(fold(text).replace(/\s+/g, ' '))
    const alike = mark === null ? [] : furnitureAmong(subject.title, filing.pagesAlike(mark, subject))
    if (alike.length > 0) [outcome, because] = ['furniture', FURNITURE]
    const taken = alike.length > 0 ? null : text
    const again = nextTry(outcome, attempts, now)
    const kept = {
      report,
      agency: subject.agency,
      host,
      asked: now,
      attempts,
      again,
      outcome,
      because,
      extractor,
      digest: mark,
    }
    const facts = factsOf(answer)
    filing.keepPage({ ...kept, text: taken, ...facts }, subject.language ?? facts.language)
    this.#pause(filing, subject.agency, host, now)
    for (const other of alike) this.#forget(filing, other.report, context)
    if (taken !== null) this.#tell(filing, subject, taken, context)
    return outcome
  }

  #pause(filing: Filing, agency: string, host: string, now: Millis): void {
    const pause = pauseAfter(filing.lastOutcomes(agency, REFUSALS), host, now)
    filing.pausePages(agency, pause)
  }

  /** A text that was taken before turned out to be of no report: it is told by its feed's again. */
  #forget(filing: Filing, report: number, context: Context): void {
    const subject = filing.pageSubject(report)
    if (subject === null) return
    filing.dropPageText(report, 'furniture', FURNITURE)
    this.#tell(filing, subject, subject.text, context)
  }

  /** Decide a report on file again, by this text. */
  #tell(filing: Filing, subject: PageSubject, text: string, { names, now }: Context): void {
    const { report, agency, title, language, time, authors } = subject
    const window = this.#desk.window()
    const wire = readWire({ title, text, authors, source: null, at: time }, names)
    filing.tellAgain(report, wire, subject.bare && text === subject.text)
    const features = copyFeatures(wire.title, wire.body, language, wire.part?.number ?? null)
    const part = wire.furniture.find(({ kind }) => kind === 'part')?.matched ?? null
    const own = (): ThreadFeatures => this.#features(wire, language)
    const isLeaving = features !== null && text !== subject.text && this.#isToLeave(filing, subject, text, features)
    const story = isLeaving ? this.#leave(filing, subject, own(), { names, now }) : subject.story
    const asking = { agency, report, ...(isLeaving && { besides: subject.story }) }
    const look = features === null ? null : window.copies.look(features, time, asking)
    window.addReport(filing, story, { id: report, agency, time }, features)
    const copy = look?.copy ?? null
    let kept = story
    // The text it is most like may be one of its own story, and show that another is the same.
    for (const other of copy === null ? [] : [copy, ...(copy.bridge === null ? [] : [copy.bridge])]) {
      if (filing.partOf(other.report) !== part) continue
      const into = filing.resolve('story', other.story)
      if (into === kept) continue
      const why = { at: now, score: other.similarity, reasons: copy?.evidence.shared ?? [] }
      kept = window.mergeStories(filing, kept, into, why) ?? kept
    }
    judgeOrigin(filing, kept)
    const placed = filing.placed(kept)
    if (placed === null) return
    if (placed.lead === report) window.addStory(filing, placed.thread, kept, own(), placed.time)
    if (placed.lead === report || kept !== story) lookAgain(filing, window, [kept], now)
  }

  /** Whether its whole text is no copy of any that its story has whole. What an editor has put there stays. */
  #isToLeave(filing: Filing, subject: PageSubject, text: string, features: CopyFeatures): boolean {
    const { report, story, agency, time } = subject
    const others = heldAgainst(subject, text, filing.members(story, MEMBERS_COMPARED))
    if (others.length === 0) return false
    if (this.#desk.window().copies.isCopyOf(features, time, others, { agency, report })) return false
    return !new Constraints(filing.decisions().filter(({ what }) => what === 'story')).knows(report)
  }

  /** Its beginning alone was another's: it leaves for a story of its own, which is returned. Another may have to speak for the others. */
  #leave(filing: Filing, subject: PageSubject, features: ThreadFeatures, { names, now }: Context): number {
    const { story, report, feedUrl, guid } = subject
    const spoke = filing.placed(story)?.lead === report
    const leaving = { story, report, key: storyKey(feedUrl, guid), features }
    const opened = this.#desk.window().leaveStory(filing, leaving, { at: now, score: null, reasons: [] })
    const placed = spoke ? filing.placed(story) : null
    const lead = placed === null ? null : filing.pageSubject(placed.lead)
    const text = filing.members(story, MEMBERS_COMPARED).find(({ id }) => id === lead?.report)?.text
    if (placed !== null && lead !== null && text !== undefined) {
      const wire = readWire({ title: lead.title, text, authors: lead.authors, source: null, at: lead.time }, names)
      this.#desk.window().addStory(filing, placed.thread, story, this.#features(wire, lead.language), placed.time)
    }
    judgeOrigin(filing, story)
    return opened
  }

  #features({ title, body }: Pick<WireReading, 'title' | 'body'>, language: string | null): ThreadFeatures {
    const { threads } = this.#desk.window()
    const concepts = conceptsBeside(threads, primaryLanguage(language) ?? '')
    return storyFeatures(threads, threadWords({ title, body, language, concepts }))
  }
}
