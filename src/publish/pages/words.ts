// Hides in which words Minwal speaks to readers: every phrase of the pages, in each language it has.
import type { FeedState, Figure, Millis, ReportView, Signal } from '../../model.ts'

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
  utc: string
  madeBy: string
  languages: string
  all: string
  over: (time: string) => string
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
  behind: string
  first: string
  alsoCarriedBy: string
  figures: string
  figuresNote: string
  figure: string
  value: string
  time: string
  original: string
  credits: string
  copies: string
  copiesNote: string
  why: string
  revisions: string
  revisionsNote: string
  revision: string
  headline: string
  noText: string
  withdrawnTitle: string
  withdrawnText: string
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
  badTitle: string
  backHome: string
  signal: Record<Signal, string>
  figureKind: Record<Figure['kind'], string>
  feedState: Record<FeedState['state'], string>
  joinedBy: Record<ReportView['joinedBy'], string>
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
  utc: 'All times are UTC.',
  madeBy: 'Woven by Minwal',
  languages: 'Languages',
  all: 'All',
  over: time => `over ${time}`,
  latestAt: 'latest',
  inBrief: 'In brief',
  inBriefNote: 'Reported by one agency so far',
  orderNote: 'What most agencies report stands first; among equals, what grew last.',
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
  behind: 'After the first',
  first: 'first',
  alsoCarriedBy: 'Also carried by',
  figures: 'Figures',
  figuresNote: 'Numbers as each agency gave them.',
  figure: 'Figure',
  value: 'Number',
  time: 'Time',
  original: 'Read the original report',
  credits: 'Credited',
  copies: 'Copies',
  copiesNote: 'The same text as each feed carried it.',
  why: 'Why it is here',
  revisions: 'Revisions',
  revisionsNote: 'Words taken out are struck through, words put in are underlined.',
  revision: 'Revision',
  headline: 'Headline',
  noText: 'The feed gave a headline only.',
  withdrawnTitle: 'Withdrawn',
  withdrawnText:
    'The agency has withdrawn this report. It is kept so that what was said can be checked; do not use it.',
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
  notFoundText: 'It may have been merged into another thread, or the address may be mistyped.',
  badTitle: 'That could not be understood',
  backHome: 'Go to the front page',
  signal: { flash: 'Flash', update: 'Update', correction: 'Correction', kill: 'Withdrawn' },
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
  utc: 'الأوقات كلها بالتوقيت العالمي.',
  madeBy: 'نسجه منوال',
  languages: 'اللغات',
  all: 'الكل',
  over: time => `على مدى ${time}`,
  latestAt: 'آخرها',
  inBrief: 'بإيجاز',
  inBriefNote: 'ما أوردته وكالة واحدة حتى الآن',
  orderNote: 'يتقدّم ما أوردته وكالات أكثر، ثم ما جدّ فيه خبر آخِرًا.',
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
  behind: 'بعد الأول',
  first: 'الأول',
  alsoCarriedBy: 'ونشرته أيضًا',
  figures: 'الأرقام',
  figuresNote: 'الأعداد كما ذكرتها كل وكالة.',
  figure: 'البيان',
  value: 'العدد',
  time: 'الوقت',
  original: 'اقرأ الخبر من مصدره',
  credits: 'المصدر المذكور',
  copies: 'النسخ',
  copiesNote: 'النص نفسه كما حملته كل خلاصة.',
  why: 'سبب ضمّها',
  revisions: 'المراجعات',
  revisionsNote: 'ما حُذف مشطوب، وما أضيف تحته خط.',
  revision: 'المراجعة',
  headline: 'العنوان',
  noText: 'لم تقدّم الخلاصة سوى العنوان.',
  withdrawnTitle: 'خبر مسحوب',
  withdrawnText: 'سحبت الوكالة هذا الخبر. أُبقي عليه ليُعرف ما قيل، فلا تعتمد عليه.',
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
  notFoundText: 'ربما ضُمّ الحدث إلى غيره، أو في العنوان خطأ.',
  badTitle: 'تعذّر فهم الطلب',
  backHome: 'إلى الصفحة الأولى',
  signal: { flash: 'عاجل', update: 'تحديث', correction: 'تصويب', kill: 'مسحوب' },
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
    days: { zero: 'لا أيام', one: 'يوم', two: 'يومان', few: '# أيام', many: '# يوما', other: '# يوم' },
    failures: {
      zero: 'لم تفشل',
      one: 'فشلت مرة',
      two: 'فشلت مرتين',
      few: 'فشلت # مرات',
      many: 'فشلت # مرة',
      other: 'فشلت # مرة',
    },
  },
}

export interface Words extends Vocabulary {
  /** BCP 47 tag these words, numbers and dates are in. */
  tag: string
  count(what: Counted, n: number): string
  number(n: number): string
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
  const relative = new Intl.RelativeTimeFormat(spoken, { numeric: 'always' })
  return {
    ...vocabulary,
    tag,
    number: n => numbers.format(n),
    count: (what, n) => {
      const forms = vocabulary.counted[what]
      return (forms[plurals.select(n)] ?? forms.other).replace('#', numbers.format(n))
    },
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

/** A time every formatter and standard can write: years 1 to 9999. */
export function within(at: Millis): Millis {
  return Number.isFinite(at) ? Math.min(Math.max(at, -62_135_596_800_000), 253_402_300_799_999) : 0
}
