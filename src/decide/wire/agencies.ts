// Which words name an agency: the configuration's agencies, and the wires the world's press reprints.

import { fold } from '../../language/fold.ts'
import { remember } from '../../language/remember.ts'
import type { Agency } from '../../model/config.ts'
import { isCapitals, trimInk } from './edges.ts'

export interface Named {
  /** Id from the configuration; null for a known wire that is not in it. */
  agency: string | null
  /** One spelling for all aliases. */
  name: string
}

export interface WireNames {
  /** Any spelling, folded or not; null where it names no known agency. */
  lookup(name: string): Named | null
}

// One line a wire: the name it is shown by, then other spellings. The list is closed on purpose: papers that take copy
// but sell none are left to the configuration.
const WIRES = `
Reuters|رويترز|Рейтер|Рейтерс|Ройтерс|Thomson Reuters|Reuters Staff|رويتر
AFP|أ ف ب|أ. ف. ب|أف ب|ا ف ب|فرانس برس|وكالة فرانس برس|Agence France-Presse|Agence France Presse|АФП|Франс Пресс|Франс-Пресс|Relaxnews
AP|Associated Press|The Associated Press|أسوشيتد برس|أسوشييتد برس|اسوشيتد برس|الأسوشيتد برس|أ ب|Ассошиэйтед Пресс|АП|AP News
dpa|Deutsche Presse-Agentur|د ب أ|د ب ا|ДПА|dpa-AFX|dpa international|وكالة الأنباء الألمانية|الألمانية
Anadolu|AA|Anadolu Agency|Anadolu Ajansı|الأناضول|وكالة الأناضول|Анадолу|Агентство Анадолу|Agence Anadolu|Agencia Anadolu
SPA|Saudi Press Agency|واس|و ا س|وكالة الأنباء السعودية|САП
WAM|Emirates News Agency|وام|و ا م|وكالة أنباء الإمارات|ВАМ
MENA|Middle East News Agency|أ ش أ|أ.ش.أ|وكالة أنباء الشرق الأوسط|МЕНА
KUNA|Kuwait News Agency|كونا|وكالة الأنباء الكويتية|КУНА
QNA|Qatar News Agency|قنا|وكالة الأنباء القطرية|КНА
ONA|Oman News Agency|العمانية|وكالة الأنباء العمانية
BNA|Bahrain News Agency|بنا|وكالة أنباء البحرين
Petra|Jordan News Agency|بترا|وكالة الأنباء الأردنية|Петра
INA|Iraqi News Agency|واع|وكالة الأنباء العراقية
Xinhua|Xinhua News Agency|شينخوا|Синьхуа|新华社
TASS|ITAR-TASS|تاس|ТАСС|ИТАР-ТАСС|وكالة تاس
RIA Novosti|RIA|РИА Новости|РИА|ريا نوفوستي|نوفوستي|RIA Nowosti
Interfax|INTERFAX.RU|Интерфакс|إنترفاكس|انترفاكس
EFE|Agencia EFE|إفي|ايفي|ЭФЕ|EFE News
Europa Press|أوروبا برس|Европа Пресс
ANSA|أنسا|آنسا|АНСА
UPI|United Press International|يو بي آي|يو بي أي|ЮПИ
Bloomberg|Bloomberg News|بلومبرغ|بلومبيرغ|بلومبرج|Блумберг
SANA|Syrian Arab News Agency|سانا|САНА
IRNA|إرنا|ارنا|ИРНА|ایرنا
ISNA|إيسنا|ایسنا|ИСНА
Mehr|Mehr News Agency|MNA|مهر|وكالة مهر
Tasnim|Tasnim News Agency|تسنيم|وكالة تسنيم|Тасним
Fars|Fars News Agency|فارس|وكالة فارس|Фарс
NNA|National News Agency|الوكالة الوطنية|الوكالة الوطنية للإعلام
MAP|Maghreb Arabe Presse|و م ع|ومع|وكالة المغرب العربي للأنباء|МАП
TAP|Tunis Afrique Presse|وات|وكالة تونس أفريقيا للأنباء|وكالة تونس إفريقيا للأنباء
APS|Algérie Presse Service|واج|وأج|وكالة الأنباء الجزائرية
LANA|Libyan News Agency|وال|وكالة الأنباء الليبية
SUNA|Sudan News Agency|سونا|وكالة السودان للأنباء
SABA|Yemen News Agency|سبأ|وكالة الأنباء اليمنية
Wafa|Palestine News Agency|وفا|وكالة الأنباء الفلسطينية|وكالة وفا
Maan|Ma'an News Agency|معا|وكالة معا
Sputnik|سبوتنيك|Спутник|وكالة سبوتنيك
CNN|سي إن إن|سي ان ان|СНН|Си-эн-эн
BBC|BBC News|بي بي سي|Би-би-си|ББС
Al Jazeera|الجزيرة|الجزيرة نت|Аль-Джазира
Al Arabiya|العربية|العربية.نت|العربية نت|Аль-Арабия
Sky News Arabia|سكاي نيوز عربية|سكاي نيوز
DPA/ZB|dpa/ZB
Kazinform|كازإنفورم|كازينفورم|Казинформ|QazInform
Tengrinews|Tengrinews.kz|Тенгриньюс
Ukrinform|Укринформ|УКРІНФОРМ|أوكرينفورم
UNIAN|УНИАН|УНІАН
BelTA|БЕЛТА|БелТА
Trend|Тренд
Azertac|АЗЕРТАДЖ|AZERTAC
Kyodo|Kyodo News|كيودو|Киодо|共同
Jiji|Jiji Press|JIJI|جيجي|Дзидзи
Yonhap|Yonhap News Agency|يونهاب|Ёнхап|연합뉴스
KCNA|ЦТАК
PTI|Press Trust of India|برس تراست أوف إنديا
ANI|Asian News International
IANS|Indo-Asian News Service
APP|Associated Press of Pakistan
PA|PA Media|Press Association
AAP|Australian Associated Press
Canadian Press|CP|The Canadian Press|La Presse canadienne
Keystone-ATS|Keystone-SDA|ATS|Keystone|Agence télégraphique suisse
APA|Austria Presse Agentur|Austria Press Agency
Belga|Agence Belga|بلجا|Белга|Бельга
ANP|АНП|Algemeen Nederlands Persbureau
NTB|Norsk Telegrambyrå
TT|Tidningarnas Telegrambyrå|TT News Agency
Ritzau|Ritzaus Bureau
STT|Suomen Tietotoimisto|STT-Lehtikuva
Lusa|Agência Lusa|لوسا|Луза|Луса
Agência Brasil|Agencia Brasil
Télam|Telam
Notimex
Prensa Latina|برنسا لاتينا|Пренса Латина
Bernama|برناما|Бернама|Malaysian National News Agency
Antara|Antara News|أنتارا|Антара|LKBN Antara
PAP|Polska Agencja Prasowa|Polish Press Agency|ПАП
ČTK|CTK|Czech News Agency|Česká tisková kancelář|ЧТК
TASR|Tlačová agentúra Slovenskej republiky|ТАСР
MTI|Magyar Távirati Iroda|МТИ
Agerpres|Аджерпрес|Agenția Națională de Presă
BTA|Bulgarian News Agency|БТА
Tanjug|Танјуг|Танюг
Hina|Hrvatska izvještajna novinska agencija|ХИНА
Fena|Federalna novinska agencija
STA|Slovenska tiskovna agencija|Slovenian Press Agency
MIA|Media Information Agency|МИА
ANA-MPA|AMNA|Athens News Agency|ΑΠΕ-ΜΠΕ|ΑΠΕ
Cyprus News Agency|ΚΥΠΕ
BNS|Baltic News Service
ELTA|ЭЛЬТА
LETA|ЛЕТА
Adnkronos|Аднкронос
AGI|Agenzia Italia
SID|Sport-Informations-Dienst
epd|Evangelischer Pressedienst
dts|dts Nachrichtenagentur
Interfax-Ukraine|Интерфакс-Украина|Інтерфакс-Україна
UNN|УНН
Moldpres|Молдпрес
Armenpress|Арменпресс|Արմենպրես|أرمنبرس
Interpressnews|Интерпрессньюс|IPN
Kabar|Кабар|КАБАР|КНИА Кабар
AKIpress|АКИpress
UzA|УзА
Khovar|Ховар|НИАТ Ховар
Montsame|Монцамэ
Pajhwok|Pajhwok Afghan News|پژواک
Bakhtar|Bakhtar News Agency|باختر
BSS|Bangladesh Sangbad Sangstha
UNB|United News of Bangladesh
VNA|TTXVN|Vietnam News Agency|ВИА
Philippine News Agency
Thai News Agency|TNA
CNA Taiwan|Central News Agency|中央社
NAN|News Agency of Nigeria
GNA|Ghana News Agency
ENA|Ethiopian News Agency|إينا
Fana|Fana Broadcasting Corporate
SONNA|Somali National News Agency|صونا
AMI|Agence Mauritanienne d'Information|الوكالة الموريتانية للأنباء
PANA|Panapress|بانا برس
UNA|UNA-OIC|يونا|اتحاد وكالات أنباء دول منظمة التعاون الإسلامي
Andina|Agencia Andina
Ansalatina|ANSA Latina
DHA|Demirören Haber Ajansı
İHA|İhlas Haber Ajansı
ANKA|ANKA Haber Ajansı
Axios|أكسيوس|Аксиос
`

// Words that stand for "several wires": part of a credit, but they credit nobody.
const GENERIC = new Set(
  `وكالات|الوكالات|متابعات|وكالات انباء|agencies|news agencies|agences|agencias|agenzie|agenturen|агентства|ajanslar|wires|wire services|wire reports`.split(
    '|',
  ),
)

// Names that are ordinary words or towns as well. They count in parentheses, between slashes, or alone on a line, but
// not as a bare word beside a dash.
const COMMON = new Set(
  fold(
    'قنا|وات|وال|مهر|فارس|معا|بنا|سبأ|وفا|ومع|بترا|الألمانية|العمانية|العربية|اليوم|الوطن|الحياة|الشرق|الرياض|المدينة|الأيام|العرب|الرأي|البيان|الخليج|الغد|الصباح|المساء|الجمهورية|الجزيرة|الشروق|الأهرام|الحرة|trend|time|metro|the times|fars|petra|map|spa|tap|app|pa|tt|cp|sta|mia|pap|agi|ena|ani|hina|fena|fana|ami|una|antara|kabar|andina|keystone|sid|leta|nan|باختر|يونا',
  ).split('|'),
)

const NOT_WORD = /[^\p{L}\p{M}\p{N}]+/gu
/** One form for `A.F.P.`, `أ.ف.ب` and `أ ف ب`. */
const key = remember(20_000, name => fold(name).replace(NOT_WORD, ' ').trim())

const LONGEST = 60
const BEFORE = [
  'the ',
  'agence ',
  'agencia ',
  'agenzia ',
  'وكاله انباء ',
  'وكاله ',
  'агентство ',
  'иа ',
  'информагентство ',
]
const AFTER = [' com', ' net', ' ru', ' org', ' staff', ' news agency', ' agency', ' ajansi', ' haber ajansi']

/**
 * Names by which credits and datelines know the agencies of the configuration, and common wires beside them. A wire
 * that the configuration names by any alias answers to all its built-in aliases too.
 */
export function wireNames(agencies: readonly Agency[]): WireNames {
  const known = new Map<string, Named>()
  for (const agency of agencies) {
    const named: Named = { agency: agency.id, name: agency.name }
    for (const alias of [agency.name, ...agency.aliases]) {
      const folded = key(alias)
      if (folded && !known.has(folded)) known.set(folded, named)
    }
  }
  for (const line of WIRES.split('\n')) {
    const aliases = line.split('|').map(key).filter(Boolean)
    const name = line.split('|')[0]
    if (!name) continue
    const configured = aliases.map(alias => known.get(alias)).find(found => found !== undefined)
    const named = configured ?? { agency: null, name }
    for (const alias of aliases) if (!known.has(alias)) known.set(alias, named)
  }
  const find = remember(20_000, name => {
    const folded = key(name)
    const direct = known.get(folded)
    if (direct) return direct
    for (const prefix of BEFORE) {
      const found = folded.startsWith(prefix) ? known.get(folded.slice(prefix.length)) : undefined
      if (found) return found
    }
    for (const suffix of AFTER) {
      const found = folded.endsWith(suffix) ? known.get(folded.slice(0, -suffix.length)) : undefined
      if (found) return found
    }
    return null
  })
  return { lookup: name => (name.length > LONGEST ? null : find(name)) }
}

export function isGeneric(name: string): boolean {
  return name.length <= LONGEST && GENERIC.has(key(name))
}

/** Also an ordinary word: needs more than a dash to be a credit. */
export function isCommon(name: string): boolean {
  return COMMON.has(key(name))
}

const LATIN_LETTER = /[a-z]/i
/**
 * Looks a name up that stands without parentheses. Short Latin names must be written as the wires write them, or
 * "map" and "spa" would be credits.
 */
export function lookupBare(name: string, names: WireNames): Named | null {
  if (name.length > LONGEST) return null
  const found = names.lookup(name)
  if (!found) return null
  const written = trimInk(name)
  if (written.length <= 4 && LATIN_LETTER.test(written) && !isCapitals(written) && written !== 'dpa') return null
  return found
}

const JOINT = /[/,،;؛+&|]|\s(?:و|and|et|y|и|ve|und|with|avec|con|مع)\s|\s[-–—]\s/u
// «الميدان ورويترز»: the joint is part of the word, and «وكالات» begins with the same letter, so it comes second.
const JOINED_AND = /\sو(?=\p{L})/u
const LIST_LONGEST = 120

export interface NameList {
  named: { written: string; named: Named }[]
  /** Also, or only, words like «وكالات». */
  generic: boolean
}

/** «رويترز/أ ف ب», `AFP, dpa`: every piece must name an agency or stand for several; else null. */
export function readNames(text: string, names: WireNames, bare: boolean): NameList | null {
  if (text.length > LIST_LONGEST) return null
  const look = (piece: string) => (bare ? lookupBare(piece, names) : names.lookup(piece))
  const whole = trimInk(text)
  if (!whole) return null
  const direct = look(whole)
  if (direct) return { named: [{ written: whole, named: direct }], generic: false }
  if (isGeneric(whole)) return { named: [], generic: true }
  const pieces = whole.split(JOINT).flatMap(piece => {
    const written = trimInk(piece)
    return look(written) || isGeneric(written) ? [written] : written.split(JOINED_AND)
  })
  if (pieces.length < 2 || pieces.length > 6) return null
  const list: NameList = { named: [], generic: false }
  for (const piece of pieces) {
    const written = trimInk(piece)
    const named = look(written)
    if (named) list.named.push({ written, named })
    else if (isGeneric(written)) list.generic = true
    else return null
  }
  return list
}
