// What a notice says, in a language of the pages.
import { cleanLine } from '../language/markup.ts'
import { primaryLanguage } from '../language/tag.ts'
import type { Notice } from '../model/notify.ts'
import type { StorySummary, ThreadSummary } from '../model/shown.ts'
import type { Millis } from '../model/units.ts'
import { excerpt } from './markup.ts'
import { wordsFor } from './words/index.ts'

interface Phrases {
  withdrawn: (agency: string) => string
  silentAgency: (name: string, span: string) => string
  silentFeed: (name: string, span: string) => string
  failing: (title: string) => string
  recovered: (title: string) => string
  test: (title: string) => string
  testText: string
}

const EN: Phrases = {
  withdrawn: agency => `Withdrawn by ${agency}`,
  silentAgency: (name, span) => `${name}: no news for ${span}`,
  silentFeed: (name, span) => `${name}: a feed has not answered for ${span}`,
  failing: title => `${title} does not do its work`,
  recovered: title => `${title} does its work again`,
  test: title => `${title}: a test`,
  testText: 'Notices of this rule arrive.',
}

const PHRASES: Readonly<Record<string, Phrases>> = {
  en: EN,
  ar: {
    withdrawn: agency => `سحبته ${agency}`,
    silentAgency: (name, span) => `${name}: لا أخبار منذ ${span}`,
    silentFeed: (name, span) => `${name}: خلاصة لا تجيب منذ ${span}`,
    failing: title => `${title}: تعطّل العمل`,
    recovered: title => `${title}: عاد العمل`,
    test: title => `${title}: تجربة`,
    testText: 'إشعارات هذه القاعدة تصل.',
  },
  fr: {
    withdrawn: agency => `Retiré par ${agency}`,
    silentAgency: (name, span) => `${name}\u202f: aucune dépêche depuis ${span}`,
    silentFeed: (name, span) => `${name}\u202f: un flux ne répond plus depuis ${span}`,
    failing: title => `${title} ne fait plus son travail`,
    recovered: title => `${title} fait de nouveau son travail`,
    test: title => `${title}\u202f: un essai`,
    testText: 'Les avis de cette règle arrivent.',
  },
}

/** Characters of a report's text. */
const TEXT = 400

/** With what notices are worded. */
export interface NoticeContext {
  title: string
  language: string
  /** Public address, without a slash at its end. */
  link: string
  at: Millis
}

export function threadNotice(thread: ThreadSummary, { language, link, at }: NoticeContext): Notice {
  const names = thread.agencies.map(({ name }) => cleanLine(name)).join(', ')
  const text = `${wordsFor(language).count('agencies', thread.agencies.length)}: ${names}`
  return { kind: 'thread', title: cleanLine(thread.title), text, url: `${link}/threads/${thread.id}`, at }
}

export function storyNotice(story: StorySummary, { language, link, at }: NoticeContext): Notice {
  const agency = cleanLine(story.agencyName)
  const text = story.withdrawn
    ? phrases(language).withdrawn(agency)
    : `${agency}${story.text.trim() === '' ? '' : `: ${excerpt(story.text, TEXT)}`}`
  const title = cleanLine(story.headline === '' ? story.title : story.headline)
  return { kind: 'story', title, text: cleanLine(text), url: `${link}/stories/${story.id}`, at }
}

export function silenceNotice(
  what: { agency: string; id: string; feed: string | null; span: Millis },
  { language, link, at }: NoticeContext,
): Notice {
  const words = phrases(language)
  const span = wordsFor(language).span(what.span)
  const name = cleanLine(what.agency)
  const title = what.feed === null ? words.silentAgency(name, span) : words.silentFeed(name, span)
  const url = what.feed === null ? `${link}/agencies/${encodeURIComponent(what.id)}` : `${link}/feeds`
  return { kind: 'silent', title, text: what.feed ?? '', url, at }
}

/** `why` is what health says; null where all is well again. */
export function failureNotice(why: string | null, { title, language, link, at }: NoticeContext): Notice {
  const words = phrases(language)
  return why === null
    ? { kind: 'recovered', title: words.recovered(title), text: '', url: `${link}/feeds`, at }
    : { kind: 'failure', title: words.failing(title), text: why, url: `${link}/feeds`, at }
}

export function testNotice({ title, language, link, at }: NoticeContext): Notice {
  const words = phrases(language)
  return { kind: 'test', title: words.test(title), text: words.testText, url: `${link}/`, at }
}

function phrases(language: string): Phrases {
  return PHRASES[primaryLanguage(language) ?? ''] ?? EN
}
