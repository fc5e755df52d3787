// Names of months and weekdays: as datelines and embargoes write them, in the languages of the packs, and as the runtime has them,
// in any language.
import { fold } from './fold.ts'
import { words } from './words.ts'

/** Months, from 0, by their folded names, as months of a date are written; the two words of a Levantine month joined. */
export const MONTHS: ReadonlyMap<string, number> = new Map(
  [
    'january janvier enero januar jan يناير كانون-الثاني января января ocak gennaio janeiro janv janner جانفي янв ene gen oca',
    'february fevrier febrero februar feb فبراير شباط февраля subat febbraio fevereiro fevr feber فيفري февр фев sub fev',
    'march mars marzo marz mar مارس اذار марта мар mart marco',
    'april avril abril apr ابريل نيسان апреля nisan aprile avr افريل апр nis abr',
    'may mai mayo مايو ايار мая mayis maggio maio ماي mag',
    'june juin junio juni jun يونيو يونيه حزيران июня haziran giugno junho جوان июн haz giu',
    'july juillet julio juli jul يوليو يوليه تموز июля temmuz luglio julho juil يوليوز جويليه июл tem lug',
    'august aout agosto aug اغسطس اب августа agustos غشت اغشت اوت авг agu',
    'september septembre septiembre sept sep سبتمبر ايلول сентября eylul settembre setembro setiembre شتنبر شتمبر сент eyl',
    'october octobre octubre oktober oct okt اكتوبر تشرين-الاول октября ekim ottobre outubro окт eki ott',
    'november novembre noviembre nov نوفمبر تشرين-الثاني ноября kasim novembro نونبر нояб kas',
    'december decembre diciembre dezember dec dez ديسمبر كانون-الاول декабря aralik dicembre dezembro دجنبر دجمبر дек ara dic',
  ].flatMap((line, month) => line.split(' ').map((word): [string, number] => [word, month])),
)

/** Weekdays, from 0 for Sunday, by their folded names. */
export const WEEKDAYS: ReadonlyMap<string, number> = new Map(
  [
    'sunday dimanche domingo sonntag الاحد воскресенья pazar sun воскресенье domenica',
    'monday lundi lunes montag الاثنين понедельника pazartesi mon понедельник lunedi segunda',
    'tuesday mardi martes dienstag الثلاثاء вторника sali tue tues вторник martedi terca',
    'wednesday mercredi miercoles mittwoch الاربعاء среды carsamba wed среда среду mercoledi quarta',
    'thursday jeudi jueves donnerstag الخميس четверга persembe thu thurs четверг giovedi quinta',
    'friday vendredi viernes freitag الجمعه пятницы cuma fri пятница пятницу venerdi sexta',
    'saturday samedi sabado samstag السبت субботы cumartesi sat sonnabend суббота субботу sabato',
  ].flatMap((line, day) => line.split(' ').map((word): [string, number] => [word, day])),
)

/** Words that make a date beside numbers: months, weekdays, the months of the Hijri calendar, and zones. */
export const DATE_WORDS: ReadonlySet<string> = new Set([
  ...MONTHS.keys(),
  ...WEEKDAYS.keys(),
  ...fold(
    `كانون تشرين الاول الثاني محرم صفر ربيع جمادى الاولى الاخره الاخر رجب شعبان رمضان شوال ذو ذي القعده الحجه ه هـ م الموافق
    ago thur сен ноя gmt utc edt est cet msk мск`,
  ).split(/\s+/),
])

const calendars = new Map<string, ReadonlyMap<string, 'month' | 'day'>>()

/** Where the countries of a language name the months differently: Egypt, Morocco, Algeria, the Levant. */
const COUNTRIES = new Map([['ar', ['ar', 'ar-MA', 'ar-DZ', 'ar-LB']]])
/** «كانون الثاني»: words of a name of two that mostly are something else. */
const ORDINALS = new Set(['الاول', 'الثاني'])

/** Names of months and weekdays, folded, as the runtime's CLDR has them. */
export function calendarWords(language: string): ReadonlyMap<string, 'month' | 'day'> {
  const before = calendars.get(language)
  if (before) return before
  const made = new Map<string, 'month' | 'day'>()
  const add = (name: string, kind: 'month' | 'day') => {
    for (const word of words(fold(name)))
      if (word.length > 2 && !/^\d/.test(word) && !ORDINALS.has(word)) made.set(word, kind)
  }
  try {
    for (const locale of COUNTRIES.get(language) ?? [language]) {
      const format = (options: Intl.DateTimeFormatOptions) =>
        new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC', calendar: 'gregory' })
      // In a date many languages put the month in the genitive.
      const months = [{ month: 'long' }, { month: 'short' }, { month: 'long', day: 'numeric' }] as const
      for (const written of months.map(format))
        for (let month = 0; month < 12; month++) add(written.format(Date.UTC(2022, month, 1)), 'month')
      const weekday = format({ weekday: 'long' })
      for (let day = 1; day <= 7; day++) add(weekday.format(Date.UTC(2022, 0, day)), 'day')
    }
  } catch {
    // Not a language tag: no calendar.
  }
  calendars.set(language, made)
  return made
}
