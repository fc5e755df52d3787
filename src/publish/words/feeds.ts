// What feeds alone say, in the languages of the pages.
import { primaryLanguage } from '../../language/tag.ts'
import type { Words } from './index.ts'

interface FeedVocabulary {
  /** `one agency`, `two agencies` and so on; a larger number is written in digits. */
  agencies: readonly string[]
  orMore: (count: string) => string
  /** Before the names of others that carry the same text. */
  also: string
  /** Before the names of agencies that a text credits. */
  credited: string
  /** Before the title of a thread. */
  event: string
  /** Of the link to the page of a story. */
  versions: string
  /** Of the first story of a thread. */
  first: string
  /** The number that stood before. */
  before: (value: string) => string
}

const EN: FeedVocabulary = {
  agencies: [
    'one agency',
    'two agencies',
    'three agencies',
    'four agencies',
    'five agencies',
    'six agencies',
    'seven agencies',
    'eight agencies',
    'nine agencies',
    'ten agencies',
  ],
  orMore: count => `${count} or more`,
  also: 'Also:',
  credited: 'Credited:',
  event: 'Event:',
  versions: 'who ran it, and every version',
  first: 'First report',
  before: value => `before: ${value}`,
}

const AR: FeedVocabulary = {
  agencies: [
    'وكالة واحدة',
    'وكالتان',
    'ثلاث وكالات',
    'أربع وكالات',
    'خمس وكالات',
    'ست وكالات',
    'سبع وكالات',
    'ثماني وكالات',
    'تسع وكالات',
    'عشر وكالات',
  ],
  orMore: count => `${count} أو أكثر`,
  also: 'نشرته أيضًا:',
  credited: 'نقلًا عن:',
  event: 'الحدث:',
  versions: 'من نشره، وكل صيغه',
  first: 'أول خبر',
  before: value => `قبله: ${value}`,
}

const FR: FeedVocabulary = {
  agencies: [
    'une agence',
    'deux agences',
    'trois agences',
    'quatre agences',
    'cinq agences',
    'six agences',
    'sept agences',
    'huit agences',
    'neuf agences',
    'dix agences',
  ],
  orMore: count => `${count} ou plus`,
  also: 'Aussi :',
  credited: 'Source citée :',
  event: 'Événement :',
  versions: 'qui l’a publié, et toutes les versions',
  first: 'Première dépêche',
  before: value => `avant : ${value}`,
}

const VOCABULARIES: ReadonlyMap<string | null, FeedVocabulary> = new Map([
  ['en', EN],
  ['ar', AR],
  ['fr', FR],
])

/** What feeds say in the language of these words; in English where it is not said in that language. */
export function feedWords(words: Pick<Words, 'tag'>): FeedVocabulary {
  return VOCABULARIES.get(primaryLanguage(words.tag)) ?? EN
}

/** `three agencies or more`. */
export function agenciesOrMore(words: Words, least: number): string {
  const { agencies, orMore } = feedWords(words)
  return orMore(agencies[least - 1] ?? words.count('agencies', least))
}
