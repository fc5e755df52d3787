// The words around a number that say what it counts, in eight languages, as folded forms.

import { fold } from '../../language/text.ts'
import type { Figure } from '../../model/decided.ts'

export type Kind = Figure['kind']

/** What one word does beside a number. */
export interface Lexeme {
  /** Counted thing that may follow: `18 قتيلا`, `18 killed`. */
  counted: Kind | null
  /** What may stand before: «مقتل 18», `killing 18`. */
  leading: Kind | null
  /** Stands between a number and what it counts: "people", "were", «شخصا». */
  filler: boolean
  /** Stands between a leading word and the number: "at least", «نحو». */
  about: boolean
  /** "rose to", «إلى»: what is counted stood further back. */
  to: boolean
  /** "from", «من»: the number after it is an old one. */
  from: boolean
  /** After a number it makes it a measure, an age, a share or a date. */
  unit: boolean
  /** Ends the search. */
  stop: boolean
  /** Factor of a number word after digits: thousand, million. */
  factor: number
  /** Takes an object: "police arrested 5" says nothing of the number before "police". */
  active: boolean
  /** Opens an object: a, the, at least. */
  object: boolean
}

const LEXICON = new Map<string, Lexeme>()
function blank(): Lexeme {
  return {
    counted: null,
    leading: null,
    filler: false,
    about: false,
    to: false,
    from: false,
    unit: false,
    stop: false,
    factor: 0,
    active: false,
    object: false,
  }
}
function teach(change: (lexeme: Lexeme) => void, list: string): void {
  for (const word of list.split(/\s+/)) {
    const folded = fold(word)
    if (!folded) continue
    const lexeme = LEXICON.get(folded) ?? blank()
    change(lexeme)
    LEXICON.set(folded, lexeme)
  }
}
const counted = (kind: Kind, list: string) => teach(lexeme => (lexeme.counted = kind), list)
const leading = (kind: Kind, list: string) => teach(lexeme => (lexeme.leading = kind), list)

counted(
  'killed',
  `قتيل قتيلا قتلى شهيد شهيدا شهداء وفاة وفيات ضحايا ضحية
  killed dead deaths death fatalities died slain
  tués tué tuées tuée morts mort mortes décès décédés
  muertos muerto muertas muerta fallecidos fallecidas fallecieron asesinados murieron mortales mortos mortas
  погибших погибли погибло погиб погибшими убитых убиты убито смертей жертв умерли умерших
  ölü öldürüldü hayatını kaybı
  tote toten todesopfer getötet`,
)
counted(
  'injured',
  `جريح جريحا جرحى مصاب مصابا مصابين مصابون إصابة إصابات بجروح
  injured wounded hurt injuries
  blessés blessé blessées blessée
  heridos herido heridas lesionados lesionadas feridos feridas
  раненых ранены ранено ранен пострадавших пострадали пострадало пострадавшими травмированы
  yaralı yaralandı yaralanan
  verletzte verletzten verletzt`,
)
counted(
  'missing',
  `مفقود مفقودا مفقودين مفقودون missing unaccounted disparus disparu disparues desaparecidos desaparecidas
  пропали пропавших пропало пропавшими kayıp vermisste vermisst desaparecido`,
)
counted(
  'arrested',
  `معتقل معتقلا معتقلين موقوف موقوفا موقوفين محتجز محتجزا محتجزين معتقلون
  arrested detained arrests detentions detainees
  arrêtés arrêtées arrêté arrestations interpellés interpellées interpellations
  detenidos detenidas detenciones arrestados arrestos detidos presos
  задержаны задержано задержанных задержаний арестованы арестовано арестованных арестов
  gözaltına gözaltı tutuklandı tutuklu
  festnahmen festgenommen verhaftet`,
)
counted(
  'displaced',
  `نازح نازحا نازحين نازحون مشرد مشردا مشردين displaced homeless déplacés déplacées
  desplazados desplazadas deslocados перемещенных перемещенными yerinden vertriebene vertrieben`,
)
leading(
  'killed',
  `مقتل قتل قتلت قتلى القتلى مصرع استشهاد استشهد لقي وفاة بمقتل توفي يقتل تقتل ضحايا الضحايا قضى
  killed killing kills kill dead deaths death died toll fatalities
  tué tuant tue tuent morts mort bilan tués
  mató matan mata muerte muertes murieron mueren muertos fallecieron mataron mortos morreram
  погибли погибло погибших убиты убито убили убитых жертвами жертв
  ölü
  tote getötet töten`,
)
leading(
  'injured',
  `إصابة أصيب أصيبت جرح جرحت جرحى الجرحى المصابين مصابين بإصابة يصيب
  injured injuring injures wounded wounding wounds hurt hurting injuries
  blessé blessant blesse blessent blessés
  hirió hieren heridos hirieron feridos
  ранены ранено ранили раненых пострадали пострадало пострадавших ранения
  yaralı verletzt verletzte`,
)
leading('missing', 'فقدان فقد المفقودين missing disparus desaparecidos пропали пропавших kayıp vermisst')
leading(
  'arrested',
  `اعتقال اعتقل اعتقلت توقيف أوقف أوقفت احتجاز احتجزت القبض المعتقلين الموقوفين
  arrested arresting arrests arrest detained detaining detains
  arrêté arrestation interpellé interpellation arrêtés
  detuvo detienen detuvieron detenidos arrestó detención detenido arrestado
  задержали задержаны задержано задержанных задержала арестовали арестованы арестовано арестованных
  festgenommen`,
)
leading('displaced', 'نزوح تشريد تهجير النازحين displaced displacing displaces déplacé desplazó desplazados deslocou')

// «18 شخصا قتلوا»: the verb behind the number; «18 مسلحا قتلوا 5» counts those behind it.
for (const [kind, list] of [
  ['killed', 'قتلوا قضوا استشهدوا ماتوا توفوا'],
  ['injured', 'أصيبوا جرحوا'],
  ['arrested', 'اعتقلوا أوقفوا احتجزوا'],
  ['displaced', 'نزحوا شردوا تشردوا'],
] as const) {
  counted(kind, list)
  teach(lexeme => {
    lexeme.active = true
  }, list)
}
teach(lexeme => {
  lexeme.active = true
}, 'killed injured wounded hurt arrested detained displaced kills wounds kill')
teach(lexeme => {
  lexeme.object = true
}, 'a an the at some more over about around nearly dozens hundreds thousands scores several many up another two three')
teach(
  lexeme => {
    lexeme.filler = true
  },
  `شخصا شخص أشخاص آخرين آخرون آخر مدنيا مدنيين مدني عنصرا عناصر متظاهرا متظاهرين محتجا شرطيا شرطي طفلا أطفال امرأة نساء
  رجلا رجال جنديا جنود حالة مواطنا مواطنين عاملا راكبا منهم بين من
  people person persons others more civilians civilian protesters protestors demonstrators police policemen policewomen
  officers officer soldiers soldier troops members service personnel children child women men passengers workers migrants
  militants residents staff have has had been be were was are is being left reported confirmed still now security forces
  law enforcement of them
  personnes personne autres civils civil manifestants policiers policier soldats soldat enfants femmes hommes membres ont
  été étaient sont furent a forces ordre de des
  personas persona otras otros civiles manifestantes policías policía soldados niños mujeres hombres agentes han sido
  fueron están resultaron pessoas foram
  человек человека люди людей военных полицейских полицейский сотрудников силовиков мирных жителей детей демонстрантов
  протестующих были было получили без
  den dan ten tan fazla az kişi kişinin polis asker çocuk sivil kişiye can
  menschen personen wurden polizisten sind`,
)
teach(
  lexeme => {
    lexeme.about = true
  },
  `نحو حوالي قرابة زهاء أكثر أزيد من ما لا يقل عن على الأقل عدد شخص بلغ نحوه أو يصل تصل
  at least about some more than over nearly almost around up an estimated of number a further another as many total
  au moins environ plus de près quelque nombre d
  al menos a unos unas más casi cerca número
  не менее более около свыше примерно почти порядка по меньшей мере число числа
  en az yaklaşık sayısı mindestens rund über etwa fast zahl
  pelo menos cerca`,
)
teach(
  lexeme => {
    lexeme.to = true
  },
  `إلى الى بلغ بلغت ليبلغ to at reached reaches reaching hits hit passes à atteint atteignant a hasta alcanza alcanzó в до составило
  достигло на auf para`,
)
teach(lexeme => {
  lexeme.from = true
}, 'من from de desde с со von')
teach(
  lexeme => {
    lexeme.unit = true
  },
  `% percent per pct year years day days hour hours minute minutes second seconds week weeks month months old km kilometers
  kilometres miles meters metres dollars euros pounds times hectares acres points goals tons tonnes barrels am pm degrees
  january february march april may june july august september october november december jan feb mar apr jun jul aug sept
  oct nov dec th st nd rd countries cities provinces attacks incidents cases buildings homes houses vehicles
  يوما أيام يوم عاما عام سنة سنوات ساعة ساعات دقيقة أسبوعا أسابيع شهرا أشهر كيلومترا كيلومتر كلم مترا دولار يورو ريال
  درهم جنيه بالمئة بالمائة المئة المائة مرة درجة نقطة طن برميل يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر
  أكتوبر نوفمبر ديسمبر شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين كانون جانفي فيفري أفريل ماي جوان جويلية أوت
  يوليوز غشت أغشت شتنبر نونبر دجنبر مدينة دولة محافظة
  ans an jours jour heures heure mois minutes semaines kilomètres mètres euro janvier février mars avril mai juin juillet août
  septembre octobre novembre décembre pour
  años año días día horas hora meses semanas kilómetros metros dólares enero febrero marzo abril mayo junio julio agosto
  septiembre octubre noviembre diciembre por anos dias
  janeiro fevereiro março maio junho julho setembro outubro novembro dezembro
  лет года год году дней дня часов часа минут недель месяцев км километров метров рублей долларов тенге процентов января
  февраля марта апреля мая июня июля августа сентября октября ноября декабря летний летняя летнего
  yıl gün saat ay yaşında yaşındaki hafta kilometre lira ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim
  kasım aralık jahre jahren tage tagen stunden uhr prozent januar februar märz juni juli oktober dezember`,
)
teach(
  lexeme => {
    lexeme.stop = true
  },
  `and or in on by with during after before when who which that as for but while not et ou dans par lors après qui mais
  y o en por con durante tras que и или в при во во что но ve veya und oder bei nach
  في خلال بعد قبل مع عند أو ثم بينما`,
)
for (const [factor, list] of [
  [1_000, 'thousand ألف آلاف الف mille mil тыс тысяч тысячи тысяча bin tausend'],
  [1_000_000, 'million millions مليون ملايين миллион миллиона миллионов млн milyon millón millones milhões millionen'],
] as const) {
  teach(lexeme => {
    lexeme.factor = factor
  }, list)
}

const NONE: Lexeme = Object.freeze(blank())
/** «و» joins a new statement: nothing before it speaks of what follows. */
const JOINED: Lexeme = Object.freeze({ ...blank(), stop: true })
const REMEMBERED = 20_000
const remembered = new Map<string, Lexeme>()

function find(folded: string): Lexeme {
  const direct = LEXICON.get(folded)
  if (direct) {
    // «القتلى» is taught as what stands before; the bare noun says what it counts.
    const noun = folded.startsWith('ال') ? LEXICON.get(folded.slice(2)) : undefined
    return noun?.counted ? { ...direct, counted: noun.counted } : direct
  }
  const code = folded.charCodeAt(0)
  if (code < 0x600 || code > 0x6ff || folded.length < 4) return NONE
  const rest = folded.slice(1)
  if (folded.startsWith('ال')) return LEXICON.get(folded.slice(2)) ?? NONE
  if (folded.startsWith('و') || folded.startsWith('ف')) {
    const joined = find(rest)
    return joined === NONE ? NONE : { ...JOINED, leading: joined.leading, about: joined.about && !joined.leading }
  }
  if (/^[بلك]/.test(folded)) return LEXICON.get(rest) ?? LEXICON.get(rest.replace(/^ال/, '')) ?? NONE
  return NONE
}

/** What `word` does beside a number. The memory of words seen is bounded and changes no answer. */
export function lexeme(word: string): Lexeme {
  const known = remembered.get(word)
  if (known) return known
  const found = word.length > 24 ? NONE : find(fold(word))
  if (remembered.size >= REMEMBERED) remembered.clear()
  remembered.set(word, found)
  return found
}
