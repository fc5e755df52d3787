// Time zones as dates name them: offsets, abbreviations by the feed's language, names of the tz database, cities.

import type { Millis } from '../../../model/units.ts'
import { primaryOf } from './names.ts'

/** Minutes east of Greenwich, or a zone of the tz database, whose offset depends on the moment. */
export type Zone = { offset: number } | { name: string }

const MINUTE = 60_000
/** No zone was ever farther from Greenwich. */
const FARTHEST = 16 * 60

// ── abbreviations ───────────────────────────────────────────────────────────────────────────────────────────────────

/** `est-5 npt+5:45 et=America/New_York`: one table of abbreviations. */
function table(text: string): Map<string, Zone> {
  return new Map(
    text
      .trim()
      .split(/\s+/)
      .map((entry): [string, Zone] => {
        const [, name = '', sign = '', value = ''] = /^(.[^+=-]*)([+=-])(.+)$/.exec(entry) ?? []
        if (sign === '=') return [name, { name: value }]
        const [hours = '0', minutes = '0'] = value.split(':')
        return [name, { offset: (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1) }]
      }),
  )
}

// RFC 822 section 5.1 with its military letters as there; then what the tz database, national laws and the press write.
// Where an abbreviation has several meanings, the one that English-language feeds mean; the others are by language.
const COMMON = table(`
  z+0 sgh+0 ut+0 utc+0 uct+0 gmt+0 zulu+0 wet+0 wez+0 tu+0 tuc+0 a-1 m-12 n+1 y+12
  est-5 edt-4 et=America/New_York cst-6 cdt-5 ct=America/Chicago mst-7 mdt-6 mt=America/Denver
  pst-8 pdt-7 pt=America/Los_Angeles akst-9 akdt-8 hst-10 hast-10 hadt-9 ast-4 adt-3 at=America/Halifax nst-3:30 ndt-2:30
  hne-5 hae-4 hnc-6 hac-5 hnr-7 har-6 hnp-8 hap-7 hna-4 haa-3 hnt-3:30 hat-2:30
  brt-3 brst-2 art-3 clt-4 clst-3 cot-5 pet-5 vet-4 bot-4 pyt-4 pyst-3 uyt-3 gyt-4 srt-3 gft-3 fkt-3 fkst-3
  bst+1 west+1 wesz+1 cet+1 cest+2 met+1 mest+2 mez+1 mesz+2 hnec+1 haec+2 sec+1 selc+2 eet+2 eest+3 oez+2 oesz+3
  msk+3 msd+4 мск+3 fet+3 trt+3 samt+4 yekt+5 omst+6 novt+7 krat+7 irkt+8 yakt+9 vlat+10 magt+11 sakt+11 sret+11 pett+12
  wat+1 wast+2 cat+2 sast+2 eat+3
  idt+3 irst+3:30 irdt+4:30 gst+4 get+4 azt+4 azst+5 aft+4:30 tmt+5 uzt+5 tjt+5 kgt+6 pkt+5 pkst+6 ist+5:30 slst+5:30 npt+5:45
  btt+6 mvt+5 mmt+6:30 ict+7 wib+7 wita+8 wit+9 myt+8 sgt+8 hkt+8 pht+8 phst+8 bnt+8 ulat+8 hovt+7 tlt+9 kst+9 jst+9 almt=Asia/Almaty
  awst+8 acwst+8:45 acst+9:30 acdt+10:30 aest+10 aedt+11 lhst+10:30 lhdt+11 chst+10 pgt+10 sbt+11 nct+11 vut+11
  nzst+12 nzdt+13 fjt+12 tot+13 chast+12:45 chadt+13:45 sst-11
`)
/** By language, else by country of the language tag: abbreviations that mean something else there. */
const LOCAL = new Map(
  Object.entries({
    ar: 'ast+3 adt+4 ist=Asia/Jerusalem',
    fa: 'ist+3:30 idt+4:30',
    zh: 'cst+8 cdt+9',
    yue: 'cst+8 cdt+9',
    bo: 'cst+8',
    ug: 'cst+8',
    he: 'ist+2',
    yi: 'ist+2',
    ga: 'ist+1',
    tr: 'ist+3 tsi+3',
    bn: 'bst+6 bdt+6',
    ms: 'mst+8 sst+8 bdt+8',
    my: 'mst+6:30',
    fil: 'pst+8',
    ceb: 'pst+8',
    ur: 'pst+5',
    hy: 'amt+4 amst+5',
    pt: 'amt-4 amst-3 act-5 acst-5 est-5 wst-1',
    es: 'ect-5 act-5 amt-4',
    fr: 'ect-4',
    ky: 'kst+6',
  }).map(([key, text]) => [key, table(text)]),
)
const COUNTRIES = new Map(
  Object.entries({
    SA: 'ast+3',
    KW: 'ast+3',
    QA: 'ast+3',
    BH: 'ast+3',
    IQ: 'ast+3 adt+4',
    YE: 'ast+3',
    AE: 'gst+4',
    CN: 'cst+8 cdt+9',
    TW: 'cst+8',
    HK: 'cst+8',
    MO: 'cst+8',
    CU: 'cst-5 cdt-4',
    IL: 'ist+2',
    IE: 'ist+1',
    IN: 'ist+5:30',
    LK: 'ist+5:30',
    BD: 'bst+6 bdt+6',
    BN: 'bdt+8',
    MY: 'mst+8',
    SG: 'sst+8',
    MM: 'mst+6:30',
    PH: 'pst+8',
    PK: 'pst+5',
    AM: 'amt+4 amst+5',
    BR: 'amt-4 amst-3 act-5',
    EC: 'ect-5',
    AU: 'est+10 edt+11 cst+9:30 cdt+10:30 wst+8 wdt+9',
    WS: 'wst+13',
  }).map(([key, text]) => [key, table(text)]),
)

/** Abbreviations that are words or parts of them in some language: zones only where they are written in capitals. */
const WORDS = new Set(
  'a m n y at et ct mt pt est art get met cat eat wat west pet tot bot hat har hap tu sec ist wit wet hast fet ast mst sst'.split(
    ' ',
  ),
)

/** What the words of a date are read by. */
export interface Speech {
  /** Language tag of the feed, where known. */
  language: string | null
  /** Folded words that are written in capitals. */
  capitals: ReadonlySet<string>
  /** The zone of dates that name none; null where it is not known. */
  usual: Zone | null
}

/** An abbreviation, folded, as a feed of that language means it. */
function abbreviation(word: string, { language, capitals }: Speech): Zone | null {
  if (WORDS.has(word) && !capitals.has(word)) return null
  if (language !== null) {
    const country = /^[a-z]{2,3}(?:-[a-z]{4})?-([a-z]{2})(?=$|-)/i.exec(language.replaceAll('_', '-'))?.[1]
    const local = COUNTRIES.get(country?.toUpperCase() ?? '')?.get(word) ?? LOCAL.get(primaryOf(language))?.get(word)
    if (local !== undefined) return local
  }
  return COMMON.get(word) ?? null
}

// ── the tz database ─────────────────────────────────────────────────────────────────────────────────────────────────

/** Valid names are some 600; a document may try any number of others. */
const REMEMBERED = 1_000
const formats = new Map<string, Intl.DateTimeFormat | null>()

function formatOf(name: string): Intl.DateTimeFormat | null {
  const key = name.toLowerCase()
  const before = formats.get(key)
  if (before !== undefined) return before
  let format: Intl.DateTimeFormat | null = null
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: key, timeZoneName: 'longOffset' })
  } catch {
    // No zone of that name.
  }
  if (formats.size >= REMEMBERED) formats.clear()
  formats.set(key, format)
  return format
}

function offsetAt(name: string, time: Millis): number {
  const format = formatOf(name)
  const text = format?.formatToParts(time).find(part => part.type === 'timeZoneName')?.value ?? ''
  const [, sign, hours, minutes] = /([+-])(\d{2}):(\d{2})/.exec(text) ?? []
  return (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * (sign === '-' ? -1 : 1)
}

/**
 * The moment at which clocks of the zone show what those of Greenwich show at `wall`. Of an hour that comes twice in
 * autumn, the first; of one that is left out in spring, as if the clocks had not been changed.
 */
export function momentIn(zone: Zone, wall: Millis): Millis {
  if ('offset' in zone) return wall - zone.offset * MINUTE
  // No zone changes by more than a day: its offset a day before and after bracket the change.
  const before = wall - offsetAt(zone.name, wall - 86_400_000) * MINUTE
  const after = wall - offsetAt(zone.name, wall + 86_400_000) * MINUTE
  const isAfter = wall - offsetAt(zone.name, after) * MINUTE === after
  return wall - offsetAt(zone.name, before) * MINUTE !== before && isAfter ? after : before
}

const REGIONS =
  /^(?:africa|america|antarctica|arctic|asia|atlantic|australia|europe|indian|pacific|etc|us|canada|brazil|chile|mexico)\//
/** Names of the tz database without a slash that are no abbreviation of {@link COMMON}. */
const SINGLE = new Set(
  'israel turkey egypt singapore japan iran hongkong cuba jamaica portugal eire libya poland iceland prc roc rok navajo gb nz universal greenwich est5edt cst6cdt mst7mdt pst8pdt'.split(
    ' ',
  ),
)

// ── places ──────────────────────────────────────────────────────────────────────────────────────────────────────────

// Folded. «بتوقيت مكة», «heure de Paris», «به وقت تهران», «по московскому времени», «北京时间», "Makkah time".
const PLACES = new Map(
  `مكه مكرمه رياض سعوديه جده makkah mecca riyadh saudi الحرمين=Asia/Riyadh
  غرينتش جرينتش غرينيتش جرينيتش غرينتس جرينتس گرينويچ greenwich гринвичу=Etc/UTC
  قاهره مصر cairo egypt=Africa/Cairo
  بيروت لبنان beirut lebanon=Asia/Beirut
  دمشق سوريا سوريه damascus syria=Asia/Damascus
  بغداد عراق baghdad iraq=Asia/Baghdad
  قدس فلسطين jerusalem=Asia/Jerusalem
  غزه gaza=Asia/Gaza
  دبي ابوظبي امارات dubai gulf=Asia/Dubai
  دوحه قطر doha qatar=Asia/Qatar
  كويت kuwait=Asia/Kuwait
  بحرين منامه bahrain=Asia/Bahrain
  مسقط muscat=Asia/Muscat
  صنعاء عدن يمن=Asia/Aden
  اردن jordan amman=Asia/Amman
  طرابلس ليبيا=Africa/Tripoli
  تونس tunis=Africa/Tunis
  جزاير algiers=Africa/Algiers
  رباط مغرب=Africa/Casablanca
  خرطوم سودان=Africa/Khartoum
  طهران تهران ايران tehran iran=Asia/Tehran
  كابل افغانستان kabul=Asia/Kabul
  اسطنبول تركيا انقره istanbul ankara turkey=Europe/Istanbul
  موسكو moscow москве московскому московское moscou=Europe/Moscow
  киеву києвом киевскому=Europe/Kyiv
  لندن london londres london=Europe/London
  باريس paris=Europe/Paris
  berlin=Europe/Berlin
  نيويورك واشنطن washington=America/New_York
  brasilia=America/Sao_Paulo
  beijing 北京 中國 中国=Asia/Shanghai
  香港=Asia/Hong_Kong
  台北 臺北 台灣 台湾=Asia/Taipei
  日本 tokyo=Asia/Tokyo
  한국=Asia/Seoul
  india delhi=Asia/Kolkata
  karachi islamabad pakistan=Asia/Karachi
  dhaka bangladesh=Asia/Dhaka
  kathmandu nepal=Asia/Kathmandu
  singapore=Asia/Singapore
  israel=Asia/Jerusalem
  jakarta=Asia/Jakarta
  manila=Asia/Manila
  eastern=America/New_York
  central=America/Chicago
  mountain=America/Denver
  pacific=America/Los_Angeles
  central_european=Europe/Berlin
  eastern_european=Europe/Athens
  western_european=Europe/Lisbon
  british uk=Europe/London
  arabian arab=Asia/Riyadh
  china=Asia/Shanghai
  korea=Asia/Seoul
  coordinated_universal universal greenwich_mean=Etc/UTC`
    .split('\n')
    .flatMap(line => {
      const [words = '', name = ''] = line.trim().split('=')
      return words.split(' ').map((word): [string, Zone] => [word.replaceAll('_', ' '), { name }])
    }),
)

const NAMED_TIME: readonly RegExp[] = [
  /توقيت (?:مدينه )?(?:ال)?([\p{L}]+)(?: ([\p{L}]+))?/u,
  /به وقت ([\p{L}]+)/u,
  /(?:heure de|hora de|ora di) ([\p{L}]+)/u,
  /по ([\p{L}]+)/u,
  /за ([\p{L}]+)/u,
  /(?<!\p{L})(\p{L}+) врем/u,
  /(北京|香港|台北|臺北|台灣|台湾|日本|中国|中國|한국) ?(?:時間|时间|시간)/u,
  /(?<![a-z])([a-z]+ [a-z]+) (?:standard |summer |daylight |mean )?time/,
  /(?<![a-z])([a-z]+) (?:standard |summer |daylight |mean )?time/,
]

const LOCAL_TIME =
  /local time|heure locale|hora local|ora locale|ortszeit|بالتوقيت المحلي|به وقت محلي|мест\p{L}+ врем\p{L}+|当地时间|當地時間|現地時間/u

/** A zone named by a place anywhere in the text; `unknown` where a zone is named so that we do not know. */
function placed(text: string): { zone: Zone } | { unknown: string } | null {
  const local = LOCAL_TIME.exec(text)?.[0]
  if (local !== undefined) return { unknown: local }
  for (const pattern of NAMED_TIME) {
    const match = pattern.exec(text)
    const place = match?.[1]
    if (match === null || place === undefined) continue
    const zone =
      PLACES.get(place.replace(/^ال/, '')) ?? (match[2] === undefined ? undefined : PLACES.get(place + match[2]))
    if (zone !== undefined) return { zone }
    if (/^توقيت|^به وقت/.test(match[0])) return { unknown: match[0] }
  }
  return null
}

// ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface ZoneFound {
  /** `unknown`: something that is a zone to the eye and none to us. `broken`: an offset that cannot be. */
  zone: Zone | 'unknown' | 'broken'
  /** As written, folded. */
  written: string
  /** What follows. */
  rest: string
}

const OFFSET =
  /^(?:(?:gmt|utc|ut|z|غرينتش|جرينتش|гринуич|grinvic) ?)?([+-]) ?(\d{1,2})(?:([:.]?)(\d{2}|5))?(?::?\d{2})?(?![\d/.:-])/
const TZ_NAME = /^[a-z]+(?:[_-][a-z]+)*(?:\/[a-z0-9_+-]+){1,2}/

/** `+03:00`, `-0800`, `+3`, `GMT+2`, `+5.5` at the start. */
function takeOffset(text: string): ZoneFound | null {
  const match = OFFSET.exec(text)
  if (match === null) return null
  const [written, sign, hours = '', mark, minutes = '0'] = match
  const isSpaced = /[+-] /.test(written)
  // «10:30 - 5 March», «10:00 - 11:30»: a dash. With a space only a full offset counts.
  if (isSpaced && sign === '-' && !/- \d{2}:?\d{2}$/.test(written)) return null
  const rest = text.slice(written.length)
  const isShort = match[4] === undefined
  const isNamed = /^\p{L}/u.test(written)
  // «12:30 -03 March».
  if (isShort && !isNamed && sign === '-' && /^ ?\p{L}/u.test(rest)) return null
  const past = mark === '.' && /^(?:5|25|75)$/.test(minutes) ? Number(`0.${minutes}`) * 60 : Number(minutes)
  const offset = (Number(hours) * 60 + past) * (sign === '-' ? -1 : 1)
  const isBroken = past > 59 || Math.abs(offset) > FARTHEST
  return { zone: isBroken ? 'broken' : { offset }, written, rest }
}

/** An offset, an abbreviation or a name of the tz database at the start of a folded text, in brackets or not. */
function takeOne(text: string, speech: Speech): ZoneFound | null {
  const offset = takeOffset(text)
  if (offset !== null) return offset
  const name = TZ_NAME.exec(text)?.[0]
  if (name !== undefined) {
    const rest = text.slice(name.length)
    if (formatOf(name) !== null) return { zone: { name }, written: name, rest }
    return REGIONS.test(name) ? { zone: 'unknown', written: name, rest } : null
  }
  const word = /^[a-z0-9\p{L}]{1,12}/u.exec(text)?.[0] ?? ''
  const rest = text.slice(word.length)
  if (SINGLE.has(word)) return { zone: { name: word }, written: word, rest }
  const zone = abbreviation(word, speech)
  return zone === null ? null : { zone, written: word, rest }
}

/**
 * The zone at the start of a folded text. An offset beside a name, before or after it, in brackets or not, wins:
 * `+0300 (AST)`, `AST +0300`, `+03:00[Asia/Riyadh]`.
 */
export function takeZone(text: string, speech: Speech): ZoneFound | null {
  const start = /^[ ,]*[[(]?[ ]*/.exec(text)?.[0] ?? ''
  const first = takeOne(text.slice(start.length), speech)
  if (first === null) return null
  const rest = first.rest.replace(/^ ?[\])]/, '')
  if (first.zone === 'broken') return { ...first, rest }
  const inBrackets = /^ ?[[(]([^\])]{0,60})[\])]?/.exec(rest)
  if (/^[+-]|\d/.test(first.written) && !/^[a-z]+\//.test(first.written)) {
    return { ...first, rest: inBrackets === null ? rest : rest.slice(inBrackets[0].length) }
  }
  const second = takeOffset(rest.replace(/^ ?[[(]? ?/, ''))
  if (second !== null && second.zone !== 'broken' && /\d\d:?\d\d$/.test(second.written))
    return { ...second, rest: second.rest.replace(/^ ?[\])]/, '') }
  return { ...first, rest }
}

/** Where {@link takeZone} found nothing: a zone that stands elsewhere, by the words around it or by its capitals. */
export function zoneElsewhere(folded: string, speech: Speech): { zone: Zone } | { unknown: string } | null {
  const byPlace = placed(folded)
  if (byPlace !== null) return byPlace
  const offset = /(?:^|[ ([])((?:gmt|utc) ?[+-] ?\d{1,2}(?::?\d{2})?)(?=$|[ )\],])/.exec(folded)?.[1]
  const found = offset === undefined ? null : takeOffset(offset)
  if (found !== null && typeof found.zone === 'object') return { zone: found.zone }
  const name = /(?<![a-z])[a-z]+\/[a-z_]+(?:\/[a-z_]+)?/.exec(folded)?.[0] ?? ''
  if (REGIONS.test(name) && formatOf(name) !== null) return { zone: { name } }
  for (const word of speech.capitals) {
    const zone = word.length < 3 ? null : abbreviation(word, speech)
    if (zone !== null) return { zone }
  }
  return null
}
