// What the page of the feeds says of polls, in the languages of the pages: why the next one is when it is, and how quiet a feed is.
import { primaryLanguage } from '../../language/tag.ts'
import type { Because, PollReason } from '../../model/stored.ts'
import type { Millis } from '../../model/units.ts'
import { afterPreposition as after } from './ar.ts'
import type { Words } from './index.ts'

interface Spoken {
  every: (span: string) => string
  wait: (span: string) => string
  because: (why: Because, words: Words) => string
  /** Silent for longer than it is as a rule. */
  quiet: (silent: string, usual: string) => string
}

const EN: Spoken = {
  every: span => `every ${span}`,
  wait: span => `in ${span}`,
  quiet: (silent, usual) => `nothing new for ${silent}; usually ${usual} at most`,
  because: (why, words) => {
    switch (why.kind) {
      case 'configured':
        return 'set in the configuration'
      case 'planned':
        return 'at the times set in the configuration'
      case 'unchanged':
        return 'nothing had changed'
      case 'empty':
        return 'the feed is empty'
      case 'little':
        return 'it writes little at this time'
      case 'most':
        return 'it writes most at this time'
      case 'hurried':
        return 'sooner since polls came late'
      case 'skipped':
        return 'the feed names hours or days without news'
      case 'retired':
        return 'the server says the feed is gone for good; it is looked at once a month'
      case 'asked':
        return 'the server asked to wait that long'
      case 'fresh':
        return `${words.number(why.fresh)} of ${words.count('entries', why.entries)} new`
      case 'first':
        return `first poll, ${words.count('entries', why.entries)}`
      case 'stale':
        return `nothing new among ${words.count('entries', why.entries)}`
      case 'hourly':
        return `it writes about ${words.number(why.entries)} an hour`
      case 'daily':
        return `it writes about ${words.number(why.entries)} a day`
      case 'window':
        return `it shows ${words.count('entries', why.entries)}, and none must be missed`
      case 'short':
        return `but it shows only ${words.count('entries', why.entries)}`
      case 'hint':
        return `the server asks for ${words.span(why.span)}`
      case 'gap':
        return `nothing in common with the poll ${words.span(why.span)} before, entries may have been missed`
      case 'failed':
        return why.polls === 1 ? 'the last poll failed' : `${words.number(why.polls)} polls in a row failed`
      case 'pushed':
        return `the hub ${why.hub} pushes what is new`
    }
  },
}

const AR: Spoken = {
  every: span => `كل ${after(span)}`,
  wait: span => `بعد ${after(span)}`,
  quiet: (silent, usual) => `لا جديد منذ ${after(silent)}، وأطول صمتها عادةً ${usual}`,
  because: (why, words) => {
    switch (why.kind) {
      case 'configured':
        return 'كما حُدِّد في الإعدادات'
      case 'planned':
        return 'في المواعيد المحددة في الإعدادات'
      case 'unchanged':
        return 'لم يتغير شيء'
      case 'empty':
        return 'الخلاصة فارغة'
      case 'little':
        return 'يقلّ نشرها في هذا الوقت'
      case 'most':
        return 'يكثر نشرها في هذا الوقت'
      case 'hurried':
        return 'وقُدِّم الموعد لأن ما سبقه تأخر'
      case 'skipped':
        return 'تسمي الخلاصة ساعات أو أيامًا بلا أخبار'
      case 'retired':
        return 'أعلن الخادم زوالها نهائيًا، فتُفحص مرة في الشهر'
      case 'asked':
        return 'هذه مهلة طلبها الخادم'
      case 'fresh':
        return `الجديد ${words.number(why.fresh)} من ${words.number(why.entries)}`
      case 'first':
        return `أول جلب، وفيه ${words.count('entries', why.entries)}`
      case 'stale':
        return `لا جديد في ${after(words.count('entries', why.entries))}`
      case 'hourly':
        return `تنشر نحو ${after(words.count('entries', why.entries))} في الساعة`
      case 'daily':
        return `تنشر نحو ${after(words.count('entries', why.entries))} في اليوم`
      case 'window':
        return `لا يظهر فيها سوى ${after(words.count('entries', why.entries))}، ولا ينبغي أن يفوت منها شيء`
      case 'short':
        return `لكن لا يظهر فيها سوى ${after(words.count('entries', why.entries))}`
      case 'hint':
        return `المهلة التي يطلبها الخادم ${words.span(why.span)}`
      case 'gap':
        return `لا شيء مشترك مع الجلب الذي سبقه بـ${after(words.span(why.span))}، وربما فات شيء`
      case 'failed':
        return why.polls === 1 ? 'فشل آخر جلب' : `${words.count('failures', why.polls)} على التوالي`
      case 'pushed':
        return `يدفع المركز \u2068${why.hub}\u2069 ما يستجد`
    }
  },
}

const FR: Spoken = {
  every: span => `intervalle de ${span}`,
  wait: span => `dans ${span}`,
  quiet: (silent, usual) => `rien de nouveau depuis ${silent}\u202f; d’ordinaire ${usual} au plus`,
  because: (why, words) => {
    switch (why.kind) {
      case 'configured':
        return 'fixé dans la configuration'
      case 'planned':
        return 'aux heures fixées dans la configuration'
      case 'unchanged':
        return 'rien n’avait changé'
      case 'empty':
        return 'le flux est vide'
      case 'little':
        return 'il publie peu à cette heure'
      case 'most':
        return 'il publie le plus à cette heure'
      case 'hurried':
        return 'plus tôt, des relèves étant venues tard'
      case 'skipped':
        return 'le flux nomme des heures ou des jours sans nouvelles'
      case 'retired':
        return 'le serveur dit que le flux n’existe plus\u202f; il est revu une fois par mois'
      case 'asked':
        return 'le serveur a demandé ce délai'
      case 'fresh':
        return `${words.number(why.fresh)} de nouveau sur ${words.count('entries', why.entries)}`
      case 'first':
        return `première relève, ${words.count('entries', why.entries)}`
      case 'stale':
        return `rien de nouveau sur ${words.count('entries', why.entries)}`
      case 'hourly':
        return `il publie environ ${words.number(why.entries)} fois par heure`
      case 'daily':
        return `il publie environ ${words.number(why.entries)} fois par jour`
      case 'window':
        return `il montre ${words.count('entries', why.entries)}, et aucune ne doit manquer`
      case 'short':
        return `mais il ne montre que ${words.count('entries', why.entries)}`
      case 'hint':
        return `le serveur demande ${words.span(why.span)}`
      case 'gap':
        return `rien de commun avec la relève précédente, ${words.span(why.span)} plus tôt\u202f; des entrées ont pu manquer`
      case 'failed':
        return why.polls === 1
          ? 'la dernière relève a échoué'
          : `${words.number(why.polls)} relèves de suite ont échoué`
      case 'pushed':
        return `le hub ${why.hub} envoie les nouveautés`
    }
  },
}

const SPOKEN: ReadonlyMap<string, Spoken> = new Map([
  ['en', EN],
  ['ar', AR],
  ['fr', FR],
])

const spokenBy = (words: Words): Spoken => SPOKEN.get(primaryLanguage(words.tag) ?? '') ?? EN

/** `every 45 minutes: nothing had changed; it writes little at this time`. */
export function reasonIn(words: Words, { repeats, span, because }: PollReason): string {
  const spoken = spokenBy(words)
  const when = repeats ? spoken.every(words.span(span)) : spoken.wait(words.span(span))
  return `${when}${words.colon}${because.map(why => spoken.because(why, words)).join(words.semicolon)}`
}

export function quietIn(words: Words, { silent, usual }: { silent: Millis; usual: Millis }): string {
  return spokenBy(words).quiet(words.span(silent), words.span(usual))
}
