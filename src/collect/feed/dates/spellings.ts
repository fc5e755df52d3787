// Names of months, weekdays and halves of the day that feeds write and CLDR lacks: other spellings, other cases, other
// abbreviations. Compared folded; `_` stands for a space within a name, `|` parts months (from January, or from the first
// of their calendar) and weekdays.

export interface Spellings {
  months?: string
  persian?: string
  islamic?: string
  /** From Sunday. */
  weekdays?: string
  am?: string
  pm?: string
}

/** `thang_3 thang_03 thg_3`: months that are numbers beside a word. */
const numbered = (...shapes: readonly string[]): string =>
  Array.from({ length: 12 }, (_, index) =>
    shapes
      .flatMap(shape => [`${index + 1}`, `${index + 1}`.padStart(2, '0')].map(n => shape.replace('N', n)))
      .join(' '),
  ).join('|')

function joined(one: string, other: string): string {
  const more = other.split('|')
  return one
    .split('|')
    .map((names, index) => `${names} ${more[index]}`)
    .join('|')
}

const SERBIAN =
  'januara januar jan|februara februar feb|marta mart mar|aprila april apr|maja maj|juna juni jun|jula juli jul|avgusta avgust augusta august avg aug|septembra septembar sep sept|oktobra oktobar okt|novembra novembar nov|decembra decembar dec'

export const SPELLINGS: Readonly<Record<string, Spellings>> = {
  ar: {
    // Egypt and the Gulf, the Levant and Iraq, Morocco, Algeria and Tunisia.
    months: `يناير كانون_الثاني كانون_ثاني جانفي|فبراير شباط فيفري|مارس آذار|أبريل إبريل نيسان أفريل|مايو ماي أيار نوار|
      يونيو يونيه جوان حزيران|يوليو يوليه يوليوز جويلية جويليه تموز|أغسطس غشت أغشت أوت آب|سبتمبر شتنبر شتمبر أيلول|
      أكتوبر تشرين_الأول تشرين_أول|نوفمبر نونبر تشرين_الثاني تشرين_ثاني|ديسمبر دجنبر دجمبر كانون_الأول كانون_أول`,
    islamic: `محرم المحرم|صفر|ربيع_الأول ربيع_أول|ربيع_الآخر ربيع_الثاني ربيع_ثاني|
      جمادى_الأولى جمادى_الأول جماد_الأول جماد_أول|جمادى_الآخرة جمادى_الثانية جمادى_الثاني جماد_الثاني جماد_الآخر|
      رجب|شعبان|رمضان|شوال|ذو_القعدة ذي_القعدة ذوالقعدة|ذو_الحجة ذي_الحجة ذوالحجة`,
    weekdays: 'أحد|اثنين|ثلاثاء|أربعاء|خميس|جمعة|سبت',
    am: 'صباحا صباح فجرا قبل_الظهر ص',
    pm: 'مساء عصرا بعد_الظهر م',
  },
  fa: {
    months: 'ژانویه|فوریه|مارس|آوریل|مه می|ژوئن جون|ژوئیه جولای|اوت آگوست|سپتامبر|اکتبر|نوامبر|دسامبر',
    persian: `فروردین حمل|اردیبهشت اردی_بهشت ثور|خرداد جوزا|تیر سرطان|مرداد امرداد اسد|شهریور سنبله|مهر میزان|آبان عقرب|
      آذر قوس|دی جدی|بهمن دلو|اسفند اسفندماه حوت`,
    am: 'صبح بامداد قبل_از_ظهر قبلازظهر ق_ظ',
    pm: 'عصر بعد_از_ظهر بعدازظهر ب_ظ',
  },
  ps: {
    persian: 'وری|غویی|غبرګولی غبرگولی|چنګاښ چنگاښ|زمری|وږی|تله|لړم|لیندۍ|مرغومی|سلواغه|کب',
  },
  ckb: {
    months: `کانوونی_دووەم کانونی_دووەم|شوبات|ئازار|نیسان|ئایار مایس|حوزەیران|تەمووز تەمموز|ئاب|ئەیلوول ئەیلول|
      تشرینی_یەکەم تشرینی_یەکەمی|تشرینی_دووەم تشرینی_دووەمی|کانوونی_یەکەم کانونی_یەکەم`,
    persian: `خاکەلێوە|گوڵان بانەمەڕ|جۆزەردان|پووشپەڕ|گەلاوێژ|خەرمانان|ڕەزبەر|خەزەڵوەر گەڵاڕێزان|سەرماوەز|بەفرانبار|
      ڕێبەندان|ڕەشەمە`,
    am: 'پێش_نیوەڕۆ ب_ن',
    pm: 'دوای_نیوەڕۆ پاش_نیوەڕۆ د_ن',
  },
  ku: {
    months: `rêbendan çile çileya_paşîn|reşemî sibat şibat|adar adara|avrêl nîsan nîsana|gulan gulana|
      pûşper hezîran hezîrana|tîrmeh tîrmeha|gelawêj tebax tebaxa|rezber îlon îlona|kewçêr cotmeh cotmeha|
      sermawez mijdar mijdara|berfanbar kanûn kanûna kanûna_pêşîn`,
  },
  ur: { am: 'صبح', pm: 'شام دوپہر رات' },
  en: {
    months: 'jan|feb febr|mar|apr|may|jun|jul|aug|sep sept|oct|nov|dec',
    islamic: `muharram|safar|rabi_al-awwal rabi_ul_awwal|rabi_al-thani rabi_al-akhir rabi_ul_thani|
      jumada_al-awwal jumada_al-ula|jumada_al-thani jumada_al-akhira|rajab|shaban shaaban|ramadan ramadhan ramzan|
      shawwal|dhu_al-qadah dhul_qadah zul_qadah|dhu_al-hijjah dhul_hijjah zul_hijjah`,
    weekdays: 'sun|mon|tue tues|wed weds|thu thur thurs|fri|sat',
    am: 'am a_m in_the_morning',
    pm: 'pm p_m in_the_afternoon in_the_evening',
  },
  fr: {
    months: 'janv jan|fevr fev|mars|avr|mai|juin|juil juill|aout aou|sept sep|oct|nov|dec',
  },
  es: {
    months: 'ene|feb|mar|abr|may|jun|jul|ago|set sep sept setiembre|oct|nov|dic',
    am: 'a_m',
    pm: 'p_m',
  },
  pt: {
    months: 'jan|fev|mar|abr|mai|jun|jul|ago|set|out|nov|dez',
  },
  it: {
    months: 'gen|feb febb|mar|apr|mag magg|giu|lug|ago|set sett|ott|nov|dic',
  },
  de: {
    months: 'jän jaen jaenner jänner jan|feber|maerz mrz mär|apr|mai|jun|jul|aug|sept sep|okt|nov|dez',
    am: 'vormittags morgens früh',
    pm: 'nachmittags abends',
  },
  nl: { am: "'s_ochtends 's_morgens", pm: "'s_middags 's_avonds" },
  da: {
    months: '||mar marts||||||sept|||',
  },
  nb: {
    months: '||mar||||||sept|||',
  },
  sv: {
    months: '|febr|mar||||||sept sep|||',
  },
  fi: {
    months: 'tammik|helmik|maalisk|huhtik|toukok|kesäk|heinäk|elok|syysk|lokak|marrask|jouluk',
    am: 'ap',
    pm: 'ip',
  },
  lv: {
    months: 'janvārī|februārī|martā|aprīlī|maijā|jūnijā|jūlijā|augustā|septembrī|oktobrī|novembrī|decembrī',
  },
  pl: {
    months: 'sty|lut|mar|kwi|maj|cze|lip|sie|wrz|paź|lis|gru',
    am: 'rano',
    pm: 'po_południu wieczorem',
  },
  cs: {
    months: 'led|úno|bře|dub|kvě|čvn čer|čvc|srp|zář|říj|lis|pro',
    am: 'ráno dopoledne',
    pm: 'odpoledne večer',
  },
  sk: { am: 'ráno dopoludnia', pm: 'popoludní večer' },
  sl: {
    months: 'januarja|februarja|marca|aprila|maja|junija|julija|avgusta|septembra|oktobra|novembra|decembra',
  },
  sr: {
    months: joined(
      SERBIAN,
      'јануара|фебруара|марта|априла|маја|јуна јуни|јула јули|августа|септембра|октобра|новембра|децембра',
    ),
  },
  bs: { months: SERBIAN },
  mk: {
    months: '|||||јун|јул|||||',
  },
  bg: {
    months: 'яну ян|фев|мар|апр|май|юни юн|юли юл|авг|сеп септ|окт|ное ноем|дек',
  },
  ro: {
    months: 'ian|feb febr|mar mart|apr|mai|iun|iul|aug|sep sept|oct|noi nov noiem|dec',
  },
  hu: {
    months: 'jan|feb febr|már márc|ápr|máj|jún|júl|aug|szep szept|okt|nov|dec',
    am: 'délelőtt',
    pm: 'délután este',
  },
  el: {
    months: `ιαν ιανουαριος ιανουαριου|φεβ φεβρ φεβρουαριος φεβρουαριου|μαρ μαρτ μαρτιος μαρτιου|
      απρ απριλ απριλιος απριλιου|μαι μαϊ μαιος μαιου|ιουν ιουνιος ιουνιου|ιουλ ιουλιος ιουλιου|
      αυγ αυγουστος αυγουστου|σεπ σεπτ σεπτεμβριος σεπτεμβριου|οκτ οκτωβριος οκτωβριου|νοε νοεμ νοεμβριος νοεμβριου|
      δεκ δεκεμβριος δεκεμβριου`,
    am: 'π_μ πμ',
    pm: 'μ_μ μμ',
  },
  tr: {
    months: 'oca|şub|mar|nis|may|haz|tem|ağu|eyl|eki ekm|kas|ara',
    am: 'öö',
    pm: 'ös',
  },
  ru: {
    months: 'янв|фев февр|мар март|апр|май мая|июн|июл|авг|сен сент|окт|ноя нояб|дек',
    am: 'утра',
    pm: 'дня вечера',
  },
  uk: {
    months: 'січ|лют|бер|кві квіт|тра трав|чер черв|лип|сер серп|вер|жов жовт|лис|гру груд',
    am: 'ранку',
    pm: 'дня вечора',
  },
  mn: { months: numbered('N_сар', 'N_сарын', 'N_р_сар', 'N_р_сарын', 'N_дугаар_сарын', 'N_дүгээр_сарын') },
  he: {
    months: 'ינואר|פברואר|מרץ מרס|אפריל|מאי|יוני|יולי|אוגוסט|ספטמבר|אוקטובר|נובמבר|דצמבר',
  },
  hi: {
    months: '|फरवरी|||||||सितम्बर|अक्तूबर|नवम्बर|दिसम्बर',
    am: 'पूर्वाह्न सुबह',
    pm: 'अपराह्न शाम',
  },
  bn: {
    months: `জানুয়ারি জানুয়ারী|ফেব্রুয়ারি ফেব্রুয়ারী|মার্চ|এপ্রিল|মে|জুন|জুলাই|আগস্ট আগষ্ট|সেপ্টেম্বর|অক্টোবর|নভেম্বর|
      ডিসেম্বর`,
    am: 'সকাল পূর্বাহ্ন',
    pm: 'বিকাল বিকেল সন্ধ্যা অপরাহ্ন',
  },
  ta: { am: 'முற்பகல் காலை', pm: 'பிற்பகல் மாலை' },
  th: {
    months: `มกรา มค|กุมภา กพ|มีนา มีค|เมษา เมย|พฤษภา พค|มิถุนา มิย|กรกฎา กค|สิงหา สค|กันยา กย|ตุลา ตค|พฤศจิกา พย|ธันวา ธค`,
  },
  vi: {
    weekdays: 'cn|thứ_2 t2|thứ_3 t3|thứ_4 t4|thứ_5 t5|thứ_6 t6|thứ_7 t7',
    months: joined(
      numbered('tháng_N', 'thg_N'),
      'tháng_một tháng_giêng|tháng_hai|tháng_ba|tháng_tư tháng_bốn|tháng_năm|tháng_sáu|tháng_bảy|tháng_tám|tháng_chín|tháng_mười|tháng_mười_một|tháng_mười_hai tháng_chạp',
    ),
    am: 'sa sáng',
    pm: 'ch chiều tối',
  },
  id: {
    months: '|pebruari peb||||||agt agust agu ags|sept||nopember nop|',
    am: 'pagi',
    pm: 'sore petang',
  },
  ms: {
    months: '|||||||ogo ogs||||dis',
    am: 'pagi',
    pm: 'petang',
  },
  fil: { am: 'ng_umaga', pm: 'ng_hapon ng_gabi' },
}
