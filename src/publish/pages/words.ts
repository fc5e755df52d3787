// Hides in which words Minwal speaks to readers: every phrase of the pages, in each language it has.

import type { Figure, RevisionClass, Signal } from '../../model/decided.ts'
import type { ReportView } from '../../model/shown.ts'
import type { FeedState } from '../../model/stored.ts'
import type { Millis } from '../../model/units.ts'
import type { TakenPoint } from '../figures.ts'

/** Plural forms (CLDR categories); `#` stands for the number. */
type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }

type Counted =
  | 'agencies'
  | 'stories'
  | 'reports'
  | 'revisions'
  | 'feeds'
  | 'threads'
  | 'minutes'
  | 'hours'
  | 'days'
  | 'failures'
  | 'sources'
  | 'cosmetics'
  | 'unkept'
  | 'wordsIn'
  | 'wordsOut'
  | 'others'
  | Spell

/** Spans of time in the grammar of their place: `20 minutes later`, `over 3 days`. */
type Spell = `${'minutes' | 'hours' | 'days'}${'After' | 'Over'}`

interface Vocabulary {
  frontPage: string
  agencies: string
  agency: string
  feeds: string
  reports: string
  search: string
  subscribe: string
  skip: string
  sections: string
  storiesFeed: string
  threadsFeed: string
  thisThreadFeed: string
  quoted: (text: string) => string
  atLeast: (count: string) => string
  utc: string
  madeBy: string
  languages: string
  all: string
  latestAt: string
  inBrief: string
  inBriefNote: string
  orderNote: string
  nothingSince: (when: string) => string
  emptyTitle: string
  emptyText: string
  emptyLink: string
  noMatch: string
  noMatchText: string
  thread: string
  timeline: string
  whoReported: string
  firstReport: string
  notReported: string
  lead: string
  inOtherLanguages: string
  storylines: string
  before: string
  beside: string
  behind: string
  first: string
  alsoCarriedBy: string
  figures: string
  figuresNote: string
  figure: string
  value: string
  said: string
  chart: (kind: string, first: string, last: string) => string
  differ: string
  takenBack: string
  bound: (bound: NonNullable<Figure['bound']>, value: string) => string
  time: string
  original: string
  credits: string
  origin: string
  originCopy: string
  copies: string
  copiesNote: string
  coverage: string
  flashed: (when: string, after: string) => string
  stillWithdrawn: string
  stillUncorrected: string
  why: string
  revisions: string
  revisionsNote: string
  revision: string
  headline: string
  noText: string
  withdrawnTitle: string
  withdrawnText: string
  correctedTitle: string
  correctedText: string
  untitled: string
  cut: (shown: string, all: string) => string
  searchFor: string
  searchHint: string
  results: (words: string) => string
  language: string
  lastReport: string
  homepage: string
  latest: string
  state: string
  lastSuccess: string
  nextPoll: string
  never: string
  warnings: string
  retired: string
  notFoundTitle: string
  notFoundText: string
  movedTitle: string
  badTitle: string
  backHome: string
  signal: Record<Signal, string>
  /** How a headline of this language that bears the marker itself begins, in lower case. */
  marked: Record<Signal, readonly string[]>
  figureKind: Record<Figure['kind'], string>
  feedState: Record<FeedState['state'], string>
  joinedBy: Record<ReportView['joinedBy'], string>
  change: Record<RevisionClass, string>
  taken: Record<TakenPoint['why'], string>
  counted: Record<Counted, Forms>
}

const en: Vocabulary = {
  frontPage: 'Front page',
  agencies: 'Agencies',
  agency: 'Agency',
  feeds: 'Feeds',
  reports: 'Reports',
  search: 'Search',
  subscribe: 'Subscribe',
  skip: 'Skip to the news',
  sections: 'Sections',
  storiesFeed: 'All stories',
  threadsFeed: 'Threads',
  thisThreadFeed: 'This thread',
  quoted: text => `“${text}”`,
  atLeast: count => `at least ${count}`,
  utc: 'All times are UTC.',
  madeBy: 'Woven by Minwal',
  languages: 'Languages',
  all: 'All',
  latestAt: 'latest',
  inBrief: 'In brief',
  inBriefNote: 'Reported by one agency so far',
  orderNote:
    'What most independent sources report stands first. Its weight halves with every twelve hours that add nothing to it.',
  nothingSince: when => `Nothing newer has arrived. This is the news up to ${when}.`,
  emptyTitle: 'No reports yet',
  emptyText: 'The feeds are being polled, and news appears here as it arrives.',
  emptyLink: 'See how each feed is doing',
  noMatch: 'Nothing matches',
  noMatchText: 'No thread fits this choice. Choose another language or agency, or see everything.',
  thread: 'Thread',
  timeline: 'How it was reported',
  whoReported: 'Who reported it',
  firstReport: 'First report',
  notReported: 'Not in their feeds so far',
  lead: 'Leading report',
  inOtherLanguages: 'In other languages',
  storylines: 'Storylines',
  before: 'Before this',
  beside: 'At the same time',
  behind: 'After the first',
  first: 'first',
  alsoCarriedBy: 'Also carried by',
  figures: 'Figures',
  figuresNote: 'Numbers as each source gave them. What copies repeat counts once.',
  figure: 'Figure',
  value: 'Number',
  said: 'Said by',
  chart: (kind, first, last) => `${kind}: from ${first} to ${last}`,
  differ: 'Sources differ at the same time',
  takenBack: 'Taken back',
  bound: (bound, value) => `${bound} ${value}`,
  time: 'Time',
  original: 'Read the original report',
  credits: 'Credited',
  origin: 'Origin',
  originCopy: 'origin',
  copies: 'Who ran it',
  copiesNote: 'One text, as each feed carried it: when, how much of it, and under which headline.',
  coverage: 'How much',
  flashed: (when, after) => `Announced by a flash at ${when}; the full report came ${after}.`,
  stillWithdrawn: 'still running the withdrawn version',
  stillUncorrected: 'still running the uncorrected version',
  why: 'Why it is here',
  revisions: 'Revisions',
  revisionsNote: 'Words taken out are struck through, words put in are underlined.',
  revision: 'Revision',
  headline: 'Headline',
  noText: 'The feed gave a headline only.',
  withdrawnTitle: 'Withdrawn',
  withdrawnText:
    'The agency has withdrawn this report. It is kept so that what was said can be checked; do not use it.',
  correctedTitle: 'Corrected',
  correctedText: 'The agency has corrected this report: what it said before was wrong in part.',
  untitled: 'Without a headline',
  cut: (shown, all) => `The newest ${shown} of ${all} stories are shown.`,
  searchFor: 'Words to look for',
  searchHint: 'Words in any language. Arabic is found with or without vowel marks, and whatever the form of its alif.',
  results: words => `Results for “${words}”`,
  language: 'Language',
  lastReport: 'Latest report',
  homepage: 'Website',
  latest: 'Latest stories',
  state: 'State',
  lastSuccess: 'Last success',
  nextPoll: 'Next poll',
  never: 'never',
  warnings: 'Warnings',
  retired: 'no more polls',
  notFoundTitle: 'There is no such page',
  notFoundText: 'The address may be mistyped, or what was here has been removed.',
  movedTitle: 'This was merged into another: read on there',
  badTitle: 'That could not be understood',
  backHome: 'Go to the front page',
  signal: { flash: 'Flash', update: 'Update', correction: 'Correction', kill: 'Withdrawn' },
  marked: { flash: ['flash', 'urgent'], update: ['update'], correction: ['correct'], kill: ['withdrawn', 'kill'] },
  figureKind: {
    killed: 'Killed',
    injured: 'Injured',
    missing: 'Missing',
    arrested: 'Arrested',
    displaced: 'Displaced',
  },
  feedState: { new: 'not polled yet', ok: 'good', failing: 'failing', retired: 'retired', paused: 'paused' },
  joinedBy: {
    first: 'first report',
    guid: 'same identifier',
    url: 'same address',
    text: 'same text',
    flash: 'announced by a flash',
    editor: 'an editor’s decision',
  },
  change: { cosmetic: 'Cosmetic', update: 'Update', correction: 'Correction', kill: 'Withdrawal' },
  taken: { withdrawn: 'withdrawn', corrected: 'corrected' },
  counted: {
    agencies: { one: '# agency', other: '# agencies' },
    stories: { one: '# story', other: '# stories' },
    reports: { one: '# report', other: '# reports' },
    revisions: { one: '# revision', other: '# revisions' },
    feeds: { one: '# feed', other: '# feeds' },
    threads: { one: '# thread', other: '# threads' },
    minutes: { one: '# minute', other: '# minutes' },
    hours: { one: '# hour', other: '# hours' },
    days: { one: '# day', other: '# days' },
    failures: { one: 'failed once', other: 'failed # times' },
    sources: { one: '# independent source', other: '# independent sources' },
    cosmetics: { one: '# cosmetic revision', other: '# cosmetic revisions' },
    unkept: { one: '# revision between these is not kept', other: '# revisions between these are not kept' },
    wordsIn: { one: '# word in', other: '# words in' },
    wordsOut: { one: '# word out', other: '# words out' },
    others: { one: 'and one more', other: 'and # more' },
    minutesAfter: { one: '# minute later', other: '# minutes later' },
    hoursAfter: { one: '# hour later', other: '# hours later' },
    daysAfter: { one: '# day later', other: '# days later' },
    minutesOver: { one: 'over # minute', other: 'over # minutes' },
    hoursOver: { one: 'over # hour', other: 'over # hours' },
    daysOver: { one: 'over # day', other: 'over # days' },
  },
}

const ar: Vocabulary = {
  frontPage: 'الصفحة الأولى',
  agencies: 'الوكالات',
  agency: 'الوكالة',
  feeds: 'الخلاصات',
  reports: 'التقارير',
  search: 'البحث',
  subscribe: 'الاشتراك',
  skip: 'إلى الأخبار',
  sections: 'الأقسام',
  storiesFeed: 'كل الأخبار',
  threadsFeed: 'الأحداث',
  thisThreadFeed: 'هذا الحدث',
  quoted: text => `«${text}»`,
  atLeast: count => `${count} على الأقل`,
  utc: 'الأوقات كلها بالتوقيت العالمي.',
  madeBy: 'نسجه منوال',
  languages: 'اللغات',
  all: 'الكل',
  latestAt: 'آخرها',
  inBrief: 'بإيجاز',
  inBriefNote: 'ما أوردته وكالة واحدة حتى الآن',
  orderNote: 'يتقدّم ما روته مصادر مستقلة أكثر، ويخفّ وزنه إلى النصف كلما مضت اثنتا عشرة ساعة بلا جديد.',
  nothingSince: when => `لم يصل أحدث من هذا. هذه الأخبار حتى ${when}.`,
  emptyTitle: 'لا أخبار بعد',
  emptyText: 'تُستطلع الخلاصات الآن، وتظهر الأخبار هنا عند وصولها.',
  emptyLink: 'انظر حال كل خلاصة',
  noMatch: 'لا شيء يطابق',
  noMatchText: 'لا حدث يوافق هذا الاختيار. اختر لغة أو وكالة أخرى، أو اعرض الكل.',
  thread: 'حدث',
  timeline: 'كيف نُقل الخبر',
  whoReported: 'من نقله',
  firstReport: 'أول خبر',
  notReported: 'لم يرد بعد في خلاصات',
  lead: 'الخبر الرئيس',
  inOtherLanguages: 'بلغات أخرى',
  storylines: 'أحداث متصلة',
  before: 'قبل هذا',
  beside: 'في الوقت نفسه',
  behind: 'بعد الأول',
  first: 'الأول',
  alsoCarriedBy: 'ونشرته أيضًا',
  figures: 'الأرقام',
  figuresNote: 'الأعداد كما ذكرها كل مصدر. ما تكرره النسخ يُحسب مرة واحدة.',
  figure: 'البيان',
  value: 'العدد',
  said: 'القائل',
  chart: (kind, first, last) => `${kind}: من ${first} إلى ${last}`,
  differ: 'المصادر مختلفة في الوقت نفسه',
  takenBack: 'ما سُحب أو صُوّب',
  bound: (bound, value) =>
    bound === 'at least' ? `${value} على الأقل` : bound === 'about' ? `نحو ${value}` : `${value} على الأكثر`,
  time: 'الوقت',
  original: 'اقرأ الخبر من مصدره',
  credits: 'المصدر المذكور',
  origin: 'صاحب النص',
  originCopy: 'صاحبة النص',
  copies: 'من نشره',
  copiesNote: 'نص واحد كما حملته كل خلاصة: متى، وكم منه، وتحت أي عنوان.',
  coverage: 'قدر المنشور',
  flashed: (when, after) => `سبقه خبر عاجل في ${when}، وتبعه الخبر كاملًا ${after}.`,
  stillWithdrawn: 'ما زالت تنشر النص المسحوب',
  stillUncorrected: 'ما زالت تنشر النص قبل تصويبه',
  why: 'سبب ضمّها',
  revisions: 'المراجعات',
  revisionsNote: 'ما حُذف مشطوب، وما أضيف تحته خط.',
  revision: 'المراجعة',
  headline: 'العنوان',
  noText: 'لم تقدّم الخلاصة سوى العنوان.',
  withdrawnTitle: 'خبر مسحوب',
  withdrawnText: 'سحبت الوكالة هذا الخبر. أُبقي عليه ليُعرف ما قيل، فلا تعتمد عليه.',
  correctedTitle: 'خبر مصوَّب',
  correctedText: 'صوّبت الوكالة هذا الخبر: في ما قالته قبلُ خطأ.',
  untitled: 'بلا عنوان',
  cut: (shown, all) => `المعروض أحدث ${shown} من أصل ${all}.`,
  searchFor: 'كلمات البحث',
  searchHint: 'كلمات بأي لغة. لا فرق بين المشكول وغيره، ولا بين صور الألف.',
  results: words => `نتائج البحث عن «${words}»`,
  language: 'اللغة',
  lastReport: 'آخر خبر',
  homepage: 'الموقع',
  latest: 'أحدث الأخبار',
  state: 'الحال',
  lastSuccess: 'آخر نجاح',
  nextPoll: 'الاستطلاع القادم',
  never: 'لم يحدث',
  warnings: 'تنبيهات',
  retired: 'لا استطلاع بعد',
  notFoundTitle: 'لا توجد صفحة بهذا العنوان',
  notFoundText: 'ربما كان في العنوان خطأ، أو حُذف ما كان هنا.',
  movedTitle: 'ضُمّ هذا إلى غيره: تابع القراءة هناك',
  badTitle: 'تعذّر فهم الطلب',
  backHome: 'إلى الصفحة الأولى',
  signal: { flash: 'عاجل', update: 'تحديث', correction: 'تصويب', kill: 'مسحوب' },
  marked: { flash: ['عاجل'], update: ['تحديث'], correction: ['تصويب', 'تصحيح'], kill: ['مسحوب', 'إلغاء', 'سحب'] },
  figureKind: { killed: 'قتلى', injured: 'جرحى', missing: 'مفقودون', arrested: 'موقوفون', displaced: 'نازحون' },
  feedState: { new: 'لم تُستطلع بعد', ok: 'سليمة', failing: 'متعثرة', retired: 'متوقفة نهائيًا', paused: 'موقوفة' },
  joinedBy: {
    first: 'أول خبر',
    guid: 'المعرّف نفسه',
    url: 'العنوان نفسه',
    text: 'النص نفسه',
    flash: 'سبقه خبر عاجل',
    editor: 'قرار المحرر',
  },
  change: { cosmetic: 'شكلية', update: 'تحديث', correction: 'تصويب', kill: 'سحب' },
  taken: { withdrawn: 'مسحوب', corrected: 'مصوَّب' },
  counted: {
    agencies: {
      zero: 'لا وكالات',
      one: 'وكالة واحدة',
      two: 'وكالتان',
      few: '# وكالات',
      many: '# وكالة',
      other: '# وكالة',
    },
    stories: { zero: 'لا أخبار', one: 'خبر واحد', two: 'خبران', few: '# أخبار', many: '# خبرًا', other: '# خبر' },
    reports: {
      zero: 'لا تقارير',
      one: 'تقرير واحد',
      two: 'تقريران',
      few: '# تقارير',
      many: '# تقريرًا',
      other: '# تقرير',
    },
    revisions: {
      zero: 'لا مراجعات',
      one: 'مراجعة واحدة',
      two: 'مراجعتان',
      few: '# مراجعات',
      many: '# مراجعة',
      other: '# مراجعة',
    },
    feeds: {
      zero: 'لا خلاصات',
      one: 'خلاصة واحدة',
      two: 'خلاصتان',
      few: '# خلاصات',
      many: '# خلاصة',
      other: '# خلاصة',
    },
    threads: { zero: 'لا أحداث', one: 'حدث واحد', two: 'حدثان', few: '# أحداث', many: '# حدثًا', other: '# حدث' },
    minutes: { zero: 'لا دقائق', one: 'دقيقة', two: 'دقيقتان', few: '# دقائق', many: '# دقيقة', other: '# دقيقة' },
    hours: { zero: 'لا ساعات', one: 'ساعة', two: 'ساعتان', few: '# ساعات', many: '# ساعة', other: '# ساعة' },
    days: { zero: 'لا أيام', one: 'يوم', two: 'يومان', few: '# أيام', many: '# يومًا', other: '# يوم' },
    failures: {
      zero: 'لم تفشل',
      one: 'فشلت مرة',
      two: 'فشلت مرتين',
      few: 'فشلت # مرات',
      many: 'فشلت # مرة',
      other: 'فشلت # مرة',
    },
    sources: {
      zero: 'لا مصادر مستقلة',
      one: 'مصدر مستقل واحد',
      two: 'مصدران مستقلان',
      few: '# مصادر مستقلة',
      many: '# مصدرًا مستقلًا',
      other: '# مصدر مستقل',
    },
    cosmetics: {
      zero: 'لا مراجعات شكلية',
      one: 'مراجعة شكلية واحدة',
      two: 'مراجعتان شكليتان',
      few: '# مراجعات شكلية',
      many: '# مراجعة شكلية',
      other: '# مراجعة شكلية',
    },
    unkept: {
      zero: 'كل المراجعات محفوظة',
      one: 'مراجعة واحدة بينها غير محفوظة',
      two: 'مراجعتان بينها غير محفوظتين',
      few: '# مراجعات بينها غير محفوظة',
      many: '# مراجعة بينها غير محفوظة',
      other: '# مراجعة بينها غير محفوظة',
    },
    wordsIn: {
      zero: 'لم تُضف كلمة',
      one: 'أضيفت كلمة واحدة',
      two: 'أضيفت كلمتان',
      few: 'أضيفت # كلمات',
      many: 'أضيفت # كلمة',
      other: 'أضيفت # كلمة',
    },
    wordsOut: {
      zero: 'لم تُحذف كلمة',
      one: 'حُذفت كلمة واحدة',
      two: 'حُذفت كلمتان',
      few: 'حُذفت # كلمات',
      many: 'حُذفت # كلمة',
      other: 'حُذفت # كلمة',
    },
    others: { one: 'وواحدة أخرى', two: 'واثنتان أخريان', few: 'و# أخرى', many: 'و# أخرى', other: 'و# أخرى' },
    // In the genitive, because a preposition stands before them.
    minutesAfter: {
      one: 'بعد دقيقة',
      two: 'بعد دقيقتين',
      few: 'بعد # دقائق',
      many: 'بعد # دقيقة',
      other: 'بعد # دقيقة',
    },
    hoursAfter: { one: 'بعد ساعة', two: 'بعد ساعتين', few: 'بعد # ساعات', many: 'بعد # ساعة', other: 'بعد # ساعة' },
    daysAfter: { one: 'بعد يوم', two: 'بعد يومين', few: 'بعد # أيام', many: 'بعد # يومًا', other: 'بعد # يوم' },
    minutesOver: {
      one: 'على مدى دقيقة',
      two: 'على مدى دقيقتين',
      few: 'على مدى # دقائق',
      many: 'على مدى # دقيقة',
      other: 'على مدى # دقيقة',
    },
    hoursOver: {
      one: 'على مدى ساعة',
      two: 'على مدى ساعتين',
      few: 'على مدى # ساعات',
      many: 'على مدى # ساعة',
      other: 'على مدى # ساعة',
    },
    daysOver: {
      one: 'على مدى يوم',
      two: 'على مدى يومين',
      few: 'على مدى # أيام',
      many: 'على مدى # يومًا',
      other: 'على مدى # يوم',
    },
  },
}

export interface Words extends Vocabulary {
  /** BCP 47 tag these words, numbers and dates are in. */
  tag: string
  count(what: Counted, n: number): string
  number(n: number): string
  /** `20 minutes later`, `over 3 days`: in minutes below 90, in hours below 48. */
  spell(place: 'After' | 'Over', span: Millis): string
  /** A share, 0 to 1, as `62%`; what is not quite all is never 100%. */
  percent(share: number): string
  /** `5 January 2022 at 10:20`, UTC. */
  moment(at: Millis): string
  /** `5 Jan, 10:20`, UTC. */
  shortMoment(at: Millis): string
  /** `10:20`, UTC. */
  clock(at: Millis): string
  /** `Wednesday 5 January 2022`, UTC. */
  day(at: Millis): string
  /** `3 hours ago`; null for the future and for more than two weeks ago, where a date says it better. */
  ago(at: Millis, now: Millis): string | null
  /** A language's name for itself. */
  languageName(tag: string): string
}

const known = new Map<string, Words>()

/** Words for a BCP 47 tag: Arabic or, for every other language, English, with that language's numbers and dates. */
export function wordsFor(language: string): Words {
  const tag = locale(language)
  const found = known.get(tag)
  if (found !== undefined) return found
  const words = make(tag, tag.split('-')[0] === 'ar' ? ar : en)
  // Few languages are ever asked for; the bound only keeps a mistake from growing without end.
  if (known.size > 50) known.clear()
  known.set(tag, words)
  return words
}

function locale(language: string): string {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(language)[0] ?? 'en'
  } catch {
    return 'en'
  }
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

function make(tag: string, vocabulary: Vocabulary): Words {
  // Dates are made of the words' own language: a French date between English words reads as a mistake.
  const spoken = vocabulary === ar ? tag : tag.startsWith('en') ? tag : 'en-GB'
  const numbers = new Intl.NumberFormat(spoken)
  const plurals = new Intl.PluralRules(spoken)
  // News is dated by the Gregorian calendar, also where a locale's default is another (ar-SA, fa).
  const dates = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(spoken === 'en' ? 'en-GB' : spoken, {
      timeZone: 'UTC',
      calendar: 'gregory',
      hourCycle: 'h23',
      ...options,
    })
  const moment = dates({ day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' })
  const shortMoment = dates({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
  const clock = dates({ hour: '2-digit', minute: '2-digit' })
  const day = dates({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
  const percents = new Intl.NumberFormat(spoken, { style: 'percent' })
  const count = (what: Counted, n: number): string => {
    const forms = vocabulary.counted[what]
    return (forms[plurals.select(n)] ?? forms.other).replace('#', numbers.format(n))
  }
  const relative = new Intl.RelativeTimeFormat(spoken, { numeric: 'always' })
  return {
    ...vocabulary,
    tag,
    number: n => numbers.format(n),
    count,
    spell: (place, span) => {
      const minutes = Math.round(span / MINUTE)
      const hours = Math.round(span / HOUR)
      if (minutes < 90) return count(`minutes${place}`, minutes)
      return hours < 48 ? count(`hours${place}`, hours) : count(`days${place}`, Math.round(span / DAY))
    },
    percent: share => percents.format(share < 1 ? Math.min(0.99, Math.max(0, share)) : 1),
    moment: at => moment.format(within(at)),
    shortMoment: at => shortMoment.format(within(at)),
    clock: at => clock.format(within(at)),
    day: at => day.format(within(at)),
    ago: (at, now) => {
      const age = now - at
      if (age < 0 || age > 14 * DAY) return null
      if (age < HOUR) return relative.format(-Math.floor(age / MINUTE), 'minute')
      if (age < 2 * DAY) return relative.format(-Math.floor(age / HOUR), 'hour')
      return relative.format(-Math.floor(age / DAY), 'day')
    },
    languageName: of => {
      try {
        return new Intl.DisplayNames([of], { type: 'language' }).of(of) ?? of
      } catch {
        return of
      }
    },
  }
}

/** Words in the language of a text, where Minwal speaks it: few, whatever languages feeds claim. */
export function wordsOf(language: string | null): Words {
  return wordsFor(/^ar\b/i.test(language ?? '') ? 'ar' : 'en')
}

/** A time every formatter and standard can write: years 1 to 9999. */
export function within(at: Millis): Millis {
  return Number.isFinite(at) ? Math.min(Math.max(at, -62_135_596_800_000), 253_402_300_799_999) : 0
}
