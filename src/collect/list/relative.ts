// Reads dates that are told from the time of reading: «منذ ٣ ساعات», "3 hours ago", "yesterday at 14:30". Such a date is
// true at first sight only.
import type { Millis } from '../../model/units.ts'
import { fold, plain, tokensOf } from '../feed/dates/plain.ts'
import { readDate } from '../feed/dates.ts'

const SECOND: Millis = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Characters of a text that are looked at. */
const LONGEST = 80
/** Nothing that is told so is older. */
const OLDEST: Millis = 800 * DAY

const folded = (words: string): string[] => words.split(/\s+/).map(fold)

/** Units by their folded names, in singular and plural, with what one stands for. Duals of Arabic stand for two. */
const UNITS: ReadonlyMap<string, Millis> = new Map(
  (
    [
      [
        'second seconds sec secs seconde secondes segundo segundos секунда секунду секунды секунд ثانية ثوان ثواني',
        SECOND,
      ],
      ['sekunde sekunden saniye secondo secondi ثانیه 秒前 초', SECOND],
      ['ثانيتين', 2 * SECOND],
      ['minute minutes min mins minuto minutos минута минуту минуты минут мин دقيقة دقائق دقایق', MINUTE],
      ['minuten dakika minuti دقیقه 分钟前 分鐘前 分前 분 menit मिनट', MINUTE],
      ['دقيقتين', 2 * MINUTE],
      ['hour hours hr hrs heure heures hora horas час часа часов ساعة ساعات', HOUR],
      ['stunde stunden saat ora ore ساعت 小时前 小時前 時間前 시간 jam घंटे', HOUR],
      ['ساعتين', 2 * HOUR],
      ['day days jour jours dia dias день дня дней يوم أيام', DAY],
      ['tag tage tagen gun giorno giorni روز 天前 日前 일 hari दिन', DAY],
      ['يومين', 2 * DAY],
      ['week weeks wk semaine semaines semana semanas неделю недели недель أسبوع أسابيع', 7 * DAY],
      ['woche wochen hafta settimana settimane هفته 周前 週間前 주', 7 * DAY],
      ['أسبوعين', 14 * DAY],
      ['month months mois mes meses месяц месяца месяцев شهر أشهر شهور', 30 * DAY],
      ['monat monate monaten mese mesi ماه 个月前 か月前', 30 * DAY],
      ['شهرين', 60 * DAY],
    ] satisfies [string, Millis][]
  ).flatMap(([words, span]) => folded(words).map((word): [string, Millis] => [word, span])),
)

/** Units of one letter, which are some where the whole text is a number and one of them: "3h". */
const SHORT: ReadonlyMap<string, Millis> = new Map([
  ['s', SECOND],
  ['m', MINUTE],
  ['h', HOUR],
  ['d', DAY],
  ['w', 7 * DAY],
  ['س', HOUR],
  ['د', MINUTE],
  ['ч', HOUR],
])

/** Words that make a span one of the past. Of French the last word of «il y a» comes before a number. */
const AGO = new Set(folded('ago منذ قبل hace назад vor ha fa önce پیش qabl il_y_a 前 전 lalu पहले'))
/** Units that say it themselves. */
const SELF = /前$/u
const NOW = new Set(folded('now الآن just_now maintenant ahora сейчас jetzt şimdi agora adesso هماکنون'))
const TODAY = new Set(folded("today اليوم aujourd'hui aujourd hoy сегодня heute bugün hoje oggi امروز"))
const YESTERDAY = new Set(folded('yesterday أمس امس hier ayer вчера gestern dün ontem ieri دیروز البارحة'))
/** Number words that stand for one. */
const ONE = new Set(folded('a an one un une una uno один одну одна ein eine einer einem um uma bir واحدة واحد'))
/** What stands around such dates and says nothing of the time. */
const FILLERS = new Set(
  folded(
    `about around over updated published posted on at by the last and نشر نشرت في آخر تحديث و حوالي نحو أكثر من الساعة تم
    il y environ à le mis jour publié et hui la las hace de a publicado actualizado обновлено около в и um uhr saat alle ore
    am pm ص م صباحا مساء`,
  ),
)

export interface RelativeContext {
  now: Millis
  language: string | null
  zone: string | null
  /** Nothing else may stand in the text. */
  whole: boolean
}

/** The moment a text tells relative to now; null where it tells none. */
export function readRelative(written: string, { now, language, zone, whole }: RelativeContext): Millis | null {
  if (written.length > LONGEST) return null
  const text = fold(plain(written)).trim()
  const tokens = tokensOf(text)
  if (tokens.length === 0 || tokens.length > 14) return null
  const short = /^(\d{1,3}) ?(\p{L})$/u.exec(text)
  if (short !== null) {
    const span = SHORT.get(short[2] ?? '')
    if (span !== undefined) return now - Number(short[1]) * span
  }
  return span(tokens, { now, whole }) ?? day(text, tokens, { now, language, zone, whole })
}

/** «منذ ساعة و 5 دقائق»: the units that stand after one another, where a word says that they have passed. */
function span(tokens: readonly string[], { now, whole }: Pick<RelativeContext, 'now' | 'whole'>): Millis | null {
  let passed = 0
  let units = 0
  let isPast = false
  let number: number | null = null
  let others = 0
  for (const [at, token] of tokens.entries()) {
    const unit = UNITS.get(token)
    if (unit !== undefined) {
      passed += (number ?? 1) * unit
      units++
      isPast ||= SELF.test(token)
      number = null
    } else if (/^\d+$/.test(token)) {
      if (number !== null || token.length > 4) return null
      number = Number(token)
    } else if (AGO.has(token)) isPast = true
    else if (token === 'a' && tokens[at - 1] === 'y') isPast = true
    else if (ONE.has(token)) number ??= 1
    else if (NOW.has(token) && units === 0 && tokens.length <= 3) return now
    else if (!FILLERS.has(token)) others++
  }
  if (units === 0 || !isPast || number !== null || passed > OLDEST) return null
  return whole && others > 0 ? null : now - passed
}

/** «أمس 14:30», "today at 9:05 pm": that day in the page's zone. Today without a clock says no more than now does. */
function day(text: string, tokens: readonly string[], { now, language, zone, whole }: RelativeContext): Millis | null {
  const word = tokens.find(token => TODAY.has(token) || YESTERDAY.has(token))
  if (word === undefined) return null
  if (whole && tokens.some(token => token !== word && !FILLERS.has(token) && !/^\d+$/.test(token))) return null
  const date = dayIn(zone, YESTERDAY.has(word) ? now - DAY : now)
  const clock = /(?<![\d:])\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]\.?m| ?[صم](?!\p{L}))?/u.exec(text)?.[0]
  if (clock === undefined) return YESTERDAY.has(word) ? read(date, language, zone) : null
  return read(`${date} ${clock}`, language, zone)
}

function read(text: string, language: string | null, zone: string | null): Millis | null {
  const reading = readDate(text, language, zone)
  return reading.kind === 'time' ? reading.time : null
}

/** The day of a moment, `2026-03-02`. */
function dayIn(zone: string | null, time: Millis): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone ?? 'UTC',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(time)
  const part = (type: string): string => parts.find(one => one.type === type)?.value ?? ''
  return `${part('year')}-${part('month')}-${part('day')}`
}
