// Whether a page is the report's, by rules in one list: the first that applies decides. Pure.
import { fold } from '../../language/fold.ts'
import type { PageQuestion, PageVerdict } from '../../model/page.ts'
import type { Directives } from '../directives.ts'
import { countWords, coverage, headlineShare, triplesOf } from './compare.ts'
import type { PageFacts } from './facts.ts'
import {
  BLOCKED,
  CONSENT,
  CONSENT_ADDRESS,
  ERROR_ADDRESS,
  FAULT,
  LOGIN,
  LOGIN_ADDRESS,
  NOT_FOUND,
  PAYWALL,
  PAYWALL_ADDRESS,
  SCRIPTS,
} from './refusals.ts'

export interface PageEvidence {
  question: PageQuestion
  facts: PageFacts
  /** What was taken for the text. */
  text: string
  /** All that stands on the page, furniture too. */
  shown: string
  /** What follows the text on the page. */
  after: string
  asksPassword: boolean
  /** What the page asks of robots. */
  directives: Directives
  /** Headings that lead to other addresses, and whether the report's headline is among them. */
  linkedHeadings: number
  isListed: boolean
}

export interface Judgement {
  verdict: PageVerdict
  because: string
}

/** Share of a headline's words, and of a summary's triples, that the page must have. */
const HEADLINE = 0.6
const SUMMARY = 0.6
/** Triples of a summary that say enough to be asked for. */
const LONG_SUMMARY = 5
/** Words of the shortest report; of a text so short that what is said on it may be all there is. */
const FEWEST_WORDS = 12
const SHORT_TEXT = 200
/** Characters of a page that asks for a password and is little else. */
const LOGIN_PAGE = 1_500
/** Share of the words a page claims, under which its text is a stub. */
const WHOLE = 0.6
const CUT_OFF = /(?:…|\.\.\.|\[…\]|\[\.\.\.\])[\s"'”»)]{0,4}$/
/** Mentions of privacy, cookies, partners that make a wall. */
const CONSENT_WORDS = 3
/** Characters looked at for such words. */
const LOOKED_AT = 4_000

const says = (verdict: PageVerdict, because: string): Judgement => ({ verdict, because })

function byStatus(status: number, all: string): Judgement | null {
  if (status < 400) return null
  const answer = `the server answers ${status}`
  if (status === 404 || status === 410) return says('not-found', answer)
  if (status === 401 || status === 407) return says('login', answer)
  if (status === 402) return says('paywall', answer)
  if (status === 403 || status === 429 || status === 451 || BLOCKED.test(all)) return says('blocked', answer)
  return says('error', answer)
}

/** What no text can be read from. */
function byType(contentType: string | null): Judgement | null {
  const type =
    /^\s*((?:image|audio|video|font)\/[\w.+-]+|application\/(?:pdf|zip|octet-stream|msword|vnd\.[\w.+-]+))/i.exec(
      contentType ?? '',
    )?.[1]
  return type === undefined ? null : says('other', `it is no page: ${type}`)
}

const segmentsOf = (url: URL): string[] => url.pathname.split('/').filter(part => part !== '')

const parsed = (address: string | null): URL | null => (address === null ? null : URL.parse(address))

const plainHost = (url: URL): string => url.hostname.replace(/^(?:www|m|amp|mobile)\./, '')

/** Whether two addresses are the same but for scheme, `www.`, slashes at the end, query and fragment. */
export function isSamePlace(one: string | null, other: string | null): boolean {
  const [a, b] = [parsed(one), parsed(other)]
  if (a === null || b === null) return one === other
  return plainHost(a) === plainHost(b) && segmentsOf(a).join('/') === segmentsOf(b).join('/')
}

/** A path that names a part of a site and no report: without digits, in few words. */
const isSectionName = (name: string): boolean => name.length < 30 && !/\d/.test(name) && name.split('-').length < 4

function byAddress({ url, finalUrl }: PageQuestion): Judgement | null {
  const [asked, came] = [parsed(url), parsed(finalUrl)]
  if (came === null || isSamePlace(url, finalUrl)) return null
  const where = `${came.hostname}${came.pathname}`
  const led = `it leads to ${finalUrl}`
  if (CONSENT_ADDRESS.test(where)) return says('consent', led)
  if (LOGIN_ADDRESS.test(where)) return says('login', led)
  if (PAYWALL_ADDRESS.test(where)) return says('paywall', led)
  if (ERROR_ADDRESS.test(where)) return says('not-found', led)
  const there = segmentsOf(came)
  const here = asked === null ? [] : segmentsOf(asked)
  if (there.length === 0) return says('listing', `${led}, the front page`)
  const last = there[there.length - 1] ?? ''
  const isPart = there.length < here.length && there.every((name, at) => name === here[at])
  if (isPart && isSectionName(last)) return says('listing', `${led}, a section`)
  return null
}

interface Words {
  heads: string
  text: string
  all: string
  few: boolean
}

/** What a page that is not the report's is, by its words; null where they do not tell. */
function byWords({ heads, text, all, few }: Words): Judgement | null {
  const both = `${heads}\n${text}`
  if (BLOCKED.test(heads) || (few && BLOCKED.test(all))) return says('blocked', 'it asks for a sign that we are human')
  if (NOT_FOUND.test(heads)) return says('not-found', 'it says that there is no such page')
  if (FAULT.test(heads) || (few && FAULT.test(both))) return says('error', 'it tells of a fault of the server')
  if (few && isConsent(both)) return says('consent', 'it asks for consent')
  if (few && NOT_FOUND.test(text.slice(0, 300))) return says('not-found', 'it says that there is no such page')
  if (LOGIN.test(heads)) return says('login', 'it asks the reader to sign in')
  if (PAYWALL.test(heads)) return says('paywall', 'it asks the reader to subscribe')
  return null
}

function isConsent(folded: string): boolean {
  return new Set(folded.slice(0, LOOKED_AT).match(CONSENT) ?? []).size >= CONSENT_WORDS
}

function isReports({ question, facts, text, linkedHeadings }: PageEvidence): boolean {
  if (facts.headlines.some(headline => headlineShare(question.title, headline) >= HEADLINE)) return true
  // A listing holds summaries too: they count only where the address stayed, on a page of one report.
  if (linkedHeadings >= 3 && !facts.isArticle) return false
  if (question.finalUrl !== null && !isSamePlace(question.url, question.finalUrl)) return false
  const triples = triplesOf(question.summary)
  return triples.length >= LONG_SUMMARY && coverage(triples, new Set(triplesOf(text))) >= SUMMARY
}

/** What is offered where a text was cut for those who do not pay. */
function isStub({ facts, text, after }: PageEvidence, words: number): string | null {
  if (facts.free === false) {
    if (words < SHORT_TEXT) return `it is not free, and shows ${Math.round(words)} words`
    if (facts.wordCount !== null && words < WHOLE * facts.wordCount) {
      return `it is not free, and shows ${Math.round(words)} of ${facts.wordCount} words`
    }
    if (CUT_OFF.test(text)) return 'it is not free, and its text is cut off'
    return null
  }
  if (facts.free === null && words < SHORT_TEXT && PAYWALL.test(fold(`${text.slice(-600)}\n${after}`))) {
    return 'its text ends in an offer to subscribe'
  }
  return null
}

function isList({ facts, linkedHeadings, isListed }: PageEvidence, isKnown: boolean, few: boolean): boolean {
  if (linkedHeadings < 3) return false
  // Without a headline to ask for, a long text tells that it is a report beside its related ones.
  if (!isKnown) return few && !facts.isArticle && facts.type === 'website'
  return isListed || facts.type === 'website' || (!facts.isArticle && linkedHeadings > 3)
}

export function judge(evidence: PageEvidence): Judgement {
  const { question, facts, text, shown, asksPassword } = evidence
  const all = fold(shown.slice(0, LOOKED_AT))
  const early = byStatus(question.status, all) ?? byType(question.contentType) ?? byAddress(question)
  if (early !== null) return early
  const words = countWords(text)
  const heads = fold(facts.headlines.join('\n'))
  const folded = fold(text.slice(0, LOOKED_AT))
  const few = words < SHORT_TEXT
  const isKnown = question.title.trim() !== ''
  const reports = isKnown && isReports(evidence)
  // A short report may stand beside a form to log in.
  const isForm = asksPassword && shown.length < LOGIN_PAGE && !(reports && words >= FEWEST_WORDS && !LOGIN.test(folded))
  if (isForm) return says('login', 'it asks for a password')
  if (words < FEWEST_WORDS) {
    const told = reports ? null : byWords({ heads, text: all, all, few: countWords(shown) < SHORT_TEXT })
    return told ?? says('empty', `there are only ${Math.round(words)} words of text on it`)
  }
  if (!reports) {
    const told = isKnown || few ? byWords({ heads: few || isKnown ? heads : '', text: folded, all, few }) : null
    if (told !== null) return told
    if (isList(evidence, isKnown, few)) return says('listing', 'it lists headlines that lead elsewhere')
    if (isKnown) {
      const own = facts.headlines[0]
      return says('other', own === undefined ? 'it has no headline' : `its headline is another: ${own}`)
    }
  }
  if (words < SHORT_TEXT && isConsent(folded) && !isConsent(fold(question.title))) {
    return says('consent', 'what stands in the place of the text asks for consent')
  }
  if (few && (BLOCKED.test(folded) || (SCRIPTS.test(folded) && words < 60))) {
    return says('blocked', 'what stands in the place of the text is a check of the browser')
  }
  const stub = isStub(evidence, words)
  if (stub !== null) return says('paywall', stub)
  const unwanted = evidence.directives.get('noindex')
  if (unwanted !== undefined) return says('noindex', unwanted)
  return says('article', isKnown ? 'its headline is the report’s' : 'it has a text')
}
