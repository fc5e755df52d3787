// Hides how the dates that feeds write, in any format and a dozen languages, become moments.

import type { Millis } from '../model.ts'

export type DateReading =
  | { kind: 'time'; time: Millis }
  /** Empty, or not a date by any rule below. */
  | { kind: 'unreadable' }
  /** A date of the Islamic calendar: which day it means depends on who says it, so we claim none. */
  | { kind: 'hijri' }
  /** Readable, but no feed existed then. */
  | { kind: 'absurd' }

const UNREADABLE: DateReading = { kind: 'unreadable' }
const MINUTE = 60_000

/** Longest date text looked at, in characters: real ones stay under 60. */
const LONGEST = 120

// Names are compared without case and without accents (NFD, marks removed), by whole word.
// Per month: English, French, German, Spanish, Portuguese, Italian, Dutch, Russian (nominative, genitive, short),
// Turkish, Polish, Czech, Greek (short, long), Hungarian, Indonesian, Swedish, Finnish, Persian (Gregorian names),
// Arabic (Egypt, Levant and Iraq, Maghreb), Hebrew, Urdu, Hindi, Vietnamese is numeric.
const MONTHS: readonly string[] = [
  'jan january janvier janv januar jaenner janner enero ene janeiro gennaio gen januari января январь янв ocak oca stycznia styczen sty ledna leden led ιαν ιανουαριος ιανουαριου januar janv tammikuuta sausio січня ژانویه يناير ينایر كانون-الثاني جانفي ינואר جنوری जनवरी',
  'feb february fevrier fevr fev febbraio febrero fevereiro februar februari febr февраля февраль фев февр subat sub lutego luty lut unora unor uno φεβ φεβρ φεβρουαριος φεβρουαριου helmikuuta лютого فوریه فبراير شباط فيفري פברואר فروری फ़रवरी फरवरी',
  'mar march mars maerz marz mrz marzo marco maart mrt marcius марта март мар mart marca marzec brezna brezen bre μαρ μαρτ μαρτιος μαρτιου maret maaliskuuta березня مارس اذار آذار מרץ مارچ मार्च',
  'apr april avril avr abril abr aprile aprilis апреля апрель апр nisan nis kwietnia kwiecien kwi dubna duben dub απρ απριλιος απριλιου huhtikuuta квітня آوریل ابريل أبريل إبريل نيسان افريل أفريل אפריל اپریل अप्रैल',
  'may mai mayo maio maggio mag mei majus maj мая май mayis maja kvetna kveten kve μαι μαιος μαιου μαϊ toukokuuta травня مه مايو ايار أيار ماي מאי مئی मई',
  'jun june juin juni junio junho giugno giu junius июня июнь июн haziran haz czerwca czerwiec cze cervna cerven cvn ιουν ιουνιος ιουνιου kesakuuta червня ژوئن يونيو يونيه حزيران جوان יוני جون जून',
  'jul july juillet juil juli julio julho luglio lug julius июля июль июл temmuz tem lipca lipiec lip cervence cervenec cvc ιουλ ιουλιος ιουλιου heinakuuta липня ژوئیه يوليو يوليه تموز جويلية יולי جولائی जुलाई',
  'aug august aout agosto ago augustus augusztus августа август авг agustos agu sierpnia sierpien sie srpna srpen srp αυγ αυγουστος αυγουστου agustus agt augusti elokuuta серпня اوت اغسطس أغسطس آب اب אוגוסט اگست अगस्त',
  'sep sept september septembre septiembre setiembre setembro settembre set szeptember сентября сентябрь сен сент eylul eyl wrzesnia wrzesien wrz zari σεπ σεπτ σεπτεμβριος σεπτεμβριου syyskuuta вересня سپتامبر سبتمبر ايلول أيلول שעותמבר ספטמבר ستمبر सितंबर',
  'oct october octobre oktober okt outubro out octubre ottobre ott октября октябрь окт ekim eki pazdziernika pazdziernik paz rijna rijen rij οκτ οκτωβριος οκτωβριου lokakuuta жовтня اکتبر اكتوبر أكتوبر تشرين-الاول אוקטובר اکتوبر अक्टूबर',
  'nov november novembre noviembre novembro ноября ноябрь ноя нояб kasim kas listopada listopad lis νοε νοεμ νοεμβριος νοεμβριου marraskuuta листопада نوامبر نوفمبر تشرين-الثاني נובמבר نومبر नवंबर',
  'dec december decembre dezember dez diciembre dic dezembro dicembre des desember декабря декабрь дек aralik ara grudnia grudzien gru prosince prosinec pro δεκ δεκεμβριος δεκεμβριου joulukuuta грудня دسامبر ديسمبر كانون-الاول דצמבר دسمبر दिसंबर',
]

const HIJRI = new Set(
  'محرم صفر ربيع جمادي جماد رجب شعبان رمضان شوال القعده الحجه هجري هجريه ه هـ muharram safar rabi jumada rajab shaban ramadan shawwal hijri ah'
    .split(' ')
    .map(fold),
)

/** Offsets in minutes. RFC 822 section 5.1, and the zones that news feeds write besides. */
const ZONES = new Map<string, number>(
  Object.entries({
    z: 0,
    ut: 0,
    utc: 0,
    gmt: 0,
    wet: 0,
    'etc/gmt': 0,
    'etc/utc': 0,
    zulu: 0,
    est: -300,
    edt: -240,
    et: -300,
    cst: -360,
    cdt: -300,
    ct: -360,
    mst: -420,
    mdt: -360,
    mt: -420,
    pst: -480,
    pdt: -420,
    pt: -480,
    akst: -540,
    akdt: -480,
    hst: -600,
    ast: -240,
    adt: -180,
    at: -240,
    nst: -210,
    ndt: -150,
    bst: 60,
    ist: 330,
    cet: 60,
    cest: 120,
    met: 60,
    mest: 120,
    mez: 60,
    mesz: 120,
    west: 60,
    eet: 120,
    eest: 180,
    msk: 180,
    msd: 240,
    trt: 180,
    sast: 120,
    cat: 120,
    eat: 180,
    wat: 60,
    irst: 210,
    gst: 240,
    pkt: 300,
    wib: 420,
    sgt: 480,
    hkt: 480,
    awst: 480,
    jst: 540,
    kst: 540,
    acst: 570,
    aest: 600,
    aedt: 660,
    nzst: 720,
    nzdt: 780,
    brt: -180,
    art: -180,
    a: -60,
    m: -720,
    n: 60,
    y: 720,
  }),
)

const MONTH_OF = new Map<string, number>()
for (const [index, names] of MONTHS.entries()) {
  for (const name of names.split(' ')) MONTH_OF.set(fold(name.replace('-', ' ')), index)
}

/** Words that say nothing about the moment and may stand between a day and its month. */
const FILLERS = new Set('de del of the à a le den the um at à في'.split(' ').map(fold))

/** Case, accents and the Arabic letter variants that spelling varies freely, taken off. */
function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[أإآٱ]/g, 'ا')
    .replace(/ى/g, 'ي')
    .replace(/ة/g, 'ه')
    .replace(/ς/g, 'σ')
}

/** Digits of other scripts to ASCII; marks that only steer text direction removed; odd spaces and dashes made plain. */
function plain(text: string): string {
  return text
    .replace(/[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\uff10-\uff19]/g, digit => {
      const code = digit.charCodeAt(0)
      return String(
        code >= 0xff10 ? code - 0xff10 : code >= 0x966 ? code - 0x966 : code >= 0x6f0 ? code - 0x6f0 : code - 0x660,
      )
    })
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c\ufeff]/g, '')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/[،,]/g, ' , ')
    .replace(/\s+/g, ' ')
    .trim()
}

/** Nothing is published after it. */
const LAST_MOMENT: Millis = Date.UTC(2100, 0, 1) - 1

/** Calendar parts to a moment; null where they name no moment. */
function moment(y: number, mo: number, d: number, h: number, mi: number, s: number, offset: number): DateReading {
  if (mo < 0 || mo > 11 || d < 1 || h > 24 || mi > 59 || s > 60 || Math.abs(offset) > 16 * 60) return UNREADABLE
  if (h === 24 && (mi > 0 || s > 0)) return UNREADABLE
  if (d > new Date(Date.UTC(y % 400 || 400, mo + 1, 0)).getUTCDate()) return UNREADABLE
  // A year below 100 means 1900 + year to Date.UTC; setUTCFullYear takes it as it is.
  const date = new Date(Date.UTC(2000, mo, d, h, mi, Math.min(s, 59)))
  date.setUTCFullYear(y, mo, d)
  if (h === 24) date.setUTCDate(d + 1)
  const time = date.getTime() - offset * MINUTE
  // 1970 is what broken software writes for no date at all; 2100 is beyond any embargo.
  return y <= 1970 || y > 2099 ? { kind: 'absurd' } : { kind: 'time', time }
}

/** RFC 2822 section 4.3: 00-49 are 2000s, 50-99 are 1900s. */
const century = (digits: string): number => {
  const year = Number(digits)
  return digits.length > 2 ? year : year < 50 ? year + 2000 : year + 1900
}

/** `+03:00`, `-0800`, `+3`, `GMT+2`, `EST`, `Etc/GMT`: minutes east of Greenwich, null where it is none of these. */
function zone(text: string): number | null {
  const word = text.trim().toLowerCase().replace(/[()]/g, '')
  if (word === '') return 0
  const named = ZONES.get(word)
  if (named !== undefined) return named
  const match = /^(?:gmt|utc|ut)? ?([+-])(\d{1,2})(?::?(\d{2}))?(?: [a-z ]{0,40})?$/.exec(word)
  if (!match) return null
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0)
  if (Number(match[3] ?? 0) > 59) return null
  return match[1] === '-' ? -minutes : minutes
}

const ISO =
  /^(\d{4})-?0?(\d{2})-?(\d{2})(?:(?:[tT ]| [tT] ?)(\d{1,2})(?::?(\d{2})(?::?(\d{2})(?:[.,:]\d{1,9})?)?)?(?: ?([zZ]|[+-]\d{2}(?::?\d{2})?|[A-Za-z]{2,5}))?)?$/
const ISO_MONTH = /^(\d{4})(?:-(\d{2}))?$/
const ISO_SHORT = /^(?:(\d{2})-?(\d{2})-?(\d{2})|-(\d{2})-?(\d{2}))$/
const ISO_WEEK = /^(\d{4})-?W(\d{2})(?:-?([1-7]))?(?:[T ](.{1,30}))?$/i
const ISO_ORDINAL = /^(\d{4})-?(\d{3})(?:[T ](.{1,30}))?$/
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)? ?(.{0,40})$/

function iso(text: string): DateReading | null {
  let match = ISO.exec(text)
  if (match) {
    const offset = zone(match[7] ?? '')
    if (offset === null) return UNREADABLE
    const at = (index: number): number => Number(match?.[index] ?? 0)
    return moment(at(1), at(2) - 1, at(3), at(4), at(5), at(6), offset)
  }
  match = ISO_MONTH.exec(text)
  if (match) return moment(Number(match[1]), Number(match[2] ?? 1) - 1, 1, 0, 0, 0, 0)
  match = ISO_SHORT.exec(text)
  if (match)
    return moment(
      century(match[1] ?? match[4] ?? ''),
      Number(match[2] ?? match[5]) - 1,
      Number(match[3] ?? 1),
      0,
      0,
      0,
      0,
    )
  match = ISO_WEEK.exec(text)
  if (match) {
    const year = Number(match[1])
    const week = Number(match[2])
    if (week < 1 || week > 53) return UNREADABLE
    // ISO 8601: week 1 is the week of 4 January, weeks begin on Monday.
    const fourth = new Date(Date.UTC(year, 0, 4))
    const day = 4 - ((fourth.getUTCDay() + 6) % 7) + (week - 1) * 7 + Number(match[3] ?? 1) - 1
    return onDay(new Date(Date.UTC(year, 0, day)), match[4])
  }
  match = ISO_ORDINAL.exec(text)
  if (match) {
    const day = Number(match[2])
    if (day < 1 || day > 366) return UNREADABLE
    return onDay(new Date(Date.UTC(Number(match[1]), 0, day)), match[3])
  }
  return null
}

function onDay(day: Date, clock: string | undefined): DateReading {
  const match = clock === undefined ? null : CLOCK.exec(clock)
  if (clock !== undefined && !match) return UNREADABLE
  const offset = zone(match?.[4] ?? '')
  if (offset === null) return UNREADABLE
  const at = (index: number): number => Number(match?.[index] ?? 0)
  return moment(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate(), at(1), at(2), at(3), offset)
}

const EPOCH = /^(\d{9,10})(?:\.\d{1,9})?$|^(\d{12,13})$/
const COMPACT = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/
const TIME = /(\d{1,2})[:：](\d{1,2})(?:[:：](\d{1,2})(?:[.,]\d{1,9})?)?(:\d+)?/
const HOURS_IN_WORDS = /(\d{1,2}) ?(?:h|時|时|시) ?(\d{1,2})?(?: ?(?:分|분|min))?/
const NUMERIC = /(?:^|\s)(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})(?=$|[\sT])/
const EAST_ASIAN = /(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일]?/

/** Free word order: finds the clock first, then the day, and refuses what is left unexplained after the clock. */
function words(text: string): DateReading {
  let rest = text
  const korean = /[년월일]|오전|오후/.test(rest)
  let zoned = false
  let h = 0
  let mi = 0
  let s = 0
  let offset: number | null = null
  let clock = TIME.exec(rest)
  if (clock?.[4] !== undefined) return UNREADABLE
  clock ??= HOURS_IN_WORDS.exec(rest)
  // English, Korean, Chinese and Arabic halves of the day; the Arabic ones are single letters and stand right after the clock.
  let meridiem =
    /(?:^|[\s\d])([ap])\.?m\.?(?=$|[\s,])/i.exec(rest)?.[1]?.toLowerCase() ??
    (/오후|下午/.test(rest) ? 'p' : /오전|上午/.test(rest) ? 'a' : null)
  if (clock) {
    h = Number(clock[1])
    mi = Number(clock[2] ?? 0)
    s = Number(clock[3] ?? 0)
    let after = rest.slice(clock.index + clock[0].length).trim()
    const before = rest.slice(0, clock.index).trim()
    if (meridiem === null) {
      const arabic = /^(ص|م|صباحا|مساء|ظهرا)(?=$|\s)/.exec(fold(after))
      if (arabic) {
        meridiem = arabic[1]?.startsWith('ص') === true ? 'a' : 'p'
        after = after.slice(arabic[0].length).trim()
      }
    }
    after = after.replace(/^[ap]\.?m\.?(?=$|[\s,])/i, '').trim()
    if (meridiem === 'p' && h < 12) h += 12
    if (meridiem === 'a' && h === 12) h = 0
    // `+0200 2012` and `EST 2004`: the year may follow the zone (asctime).
    const tail = /^(.*?)(?:^|\s)(\d{4})$/.exec(after)
    const zoneText = (tail ? (tail[1] ?? '') : after).replace(/^[,\s]+|(?<![,\s])[,\s]+$/g, '')
    offset = zone(zoneText)
    zoned = zoneText !== '' && offset !== null
    if (offset === null) {
      // The day may follow the clock: «12:30 - 5 March 2020», «16:31 يوم الاثنين 5 يناير 2020».
      const first = /^([A-Za-z]{1,5}(?: ?[+-]\d{1,2}:?\d{0,2})?|[+-]\d{2}:?\d{2})(?=\s|,)/.exec(zoneText)
      const named = first ? zone(first[1] ?? '') : null
      if (named !== null) {
        offset = named
        zoned = true
        rest = `${before} ${after.slice(first?.[0].length ?? 0)}`
      } else if (/^[A-Za-z]{3,5}$/.test(zoneText)) {
        // RFC 2822 section 4.3: an unknown alphabetic zone is taken as -0000.
        offset = 0
        rest = `${before} ${tail?.[2] ?? ''}`
      } else if (/^[+-] ?[a-z0-9]{2}:?[a-z0-9]{2}(?=$|\s)/i.test(zoneText)) {
        return UNREADABLE
      } else {
        rest = `${before} ${after}`
      }
    } else {
      rest = `${before} ${tail?.[2] ?? ''}`
    }
  }
  // A Korean feed that names no zone means Korea's (feedparser's rule, from feeds of the time).
  if (korean && !zoned) offset = 9 * 60
  const east = EAST_ASIAN.exec(rest)
  if (east) return moment(Number(east[1]), Number(east[2]) - 1, Number(east[3]), h, mi, s, offset ?? 0)
  const numeric = NUMERIC.exec(rest)
  if (numeric) return numericDay(numeric, meridiem !== null, h, mi, s, offset ?? 0)
  return namedDay(rest, h, mi, s, offset ?? 0)
}

/** `2006/09/15`, `15.09.2006`, `9/15/2006`. */
function numericDay(
  match: RegExpExecArray,
  american: boolean,
  h: number,
  mi: number,
  s: number,
  offset: number,
): DateReading {
  const [, first = '', mark = '', second = '', third = ''] = match
  if (first.length === 4) return moment(Number(first), Number(second) - 1, Number(third), h, mi, s, offset)
  if (first.length > 2 || third.length === 3 || third.length === 1) return UNREADABLE
  const a = Number(first)
  const b = Number(second)
  // Most of the world writes the day first; a slash with AM or PM is how the United States writes it.
  const monthFirst = b > 12 || (a <= 12 && mark === '/' && american)
  return moment(century(third), (monthFirst ? a : b) - 1, monthFirst ? b : a, h, mi, s, offset)
}

/** A day, a month's name and a year in any order; weekday names and other words are passed over. */
function namedDay(rest: string, h: number, mi: number, s: number, offset: number): DateReading {
  let month: number | null = null
  let day: string | null = null
  let year: string | null = null
  const tokens = fold(rest)
    .replace(/([a-z])(\d)/g, '$1 $2')
    .replace(/(\d)([^\d\s])/g, '$1 $2')
    .split(/[\s,;/.()'’-]+/)
    .filter(token => token !== '')
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] ?? ''
    if (/^\d+$/.test(token)) {
      if (token.length > 2 || (day !== null && year === null)) year ??= token
      else day ??= token
      continue
    }
    const pair = MONTH_OF.get(`${token} ${tokens[index + 1] ?? ''}`)
    const found = pair ?? MONTH_OF.get(token)
    // The first match wins, except that a weekday is never a month's name in the tables above.
    if (found !== undefined && month === null) {
      month = found
      if (pair !== undefined) index++
    } else if (
      month !== null &&
      day !== null &&
      year === null &&
      /^[a-zα-ω]{2}$/.test(token) &&
      !FILLERS.has(token) &&
      !/^(st|nd|rd|th|er)$/.test(token)
    ) {
      return UNREADABLE
    }
  }
  if (month === null || day === null || year === null || (year.length !== 4 && year.length !== 2)) return UNREADABLE
  return moment(century(year), month, Number(day), h, mi, s, offset)
}

/**
 * Reads a date as feeds write them: RFC 822 and 2822 with their abuses, W3C-DTF and ISO 8601 (week and ordinal dates
 * included), seconds or milliseconds since 1970, asctime, numeric dates, and month names of about twenty languages
 * with digits of any script. No zone means UTC. Never throws; work is bounded by {@link LONGEST} characters.
 */
export function readDate(text: string): DateReading {
  if (text.length > LONGEST) return UNREADABLE
  const clean = plain(text)
  if (clean === '' || !/\d/.test(clean)) return UNREADABLE
  const epoch = EPOCH.exec(clean)
  if (epoch) {
    const time = epoch[2] === undefined ? Number(epoch[1]) * 1000 : Number(epoch[2])
    return time <= LAST_MOMENT ? { kind: 'time', time } : { kind: 'absurd' }
  }
  const compact = COMPACT.exec(clean)
  if (compact) {
    const at = (index: number): number => Number(compact[index])
    return moment(at(1), at(2) - 1, at(3), at(4), at(5), at(6), 0)
  }
  const read = iso(clean)
  if (read !== null) return read
  // What begins like W3C-DTF and is not quite it has a broken zone or clock: a guess would be a wrong time.
  if (/^\d{4}-\d{2}-\d{2}(?:T|-\d|$)/.test(clean)) return UNREADABLE
  if (!isHijri(clean)) return words(clean)
  // «14 رمضان 1447 - 3 مارس 2026»: the part that speaks of the common calendar counts.
  const common = clean.split(/ - |[()|/،]/).find(part => /\d{4}/.test(part) && !isHijri(part))
  return common === undefined ? { kind: 'hijri' } : words(common.trim())
}

/** «1445 هـ», «رمضان»: the Hijri day is claimed by sight of the moon, so it is no moment. */
const isHijri = (text: string): boolean => {
  const parts = fold(text).split(/[\s,/().-]+/)
  return parts.some(word => HIJRI.has(word))
}
