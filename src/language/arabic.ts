// How a folded Arabic word is cut to what its forms have in common: light stemming after Larkey, Ballesteros and Connell,
// with the words whose first letters only look like a conjunction, a preposition or the article. Roots would join too much.

const PREFIXES = ['وبال', 'وكال', 'وال', 'فبال', 'فال', 'بال', 'كال', 'ال']
const TO_THE = ['ولل', 'فلل', 'لل']
const SUFFIXES = [
  'هما',
  'كما',
  'تها',
  'يون',
  'يين',
  'يا',
  'ها',
  'هم',
  'هن',
  'نا',
  'ات',
  'ون',
  'ين',
  'ان',
  'يه',
  'ته',
  'ه',
  'ي',
  'ا',
]

// Words of the news that begin with و themselves, by their first letters: «وزارة» is no "and" with «زارة». Letters that
// also open a common «و» with another word («وعودة», «والدول») are not among them.
const OWN_WAW = openings(
  `وزير وزار وزرا وكاله وكالات وكيل وكلا ولايه ولايات واشنط وسايل وسيل وسيط وساط وفاه وفيات وفود وحده وحدات وحدوي وقود وثيق
  وثايق وطني وطنيه وصول وصيه وضعيه وظيف وظاي وقوع وقايع ولاده وليد ودايع ورشه ورقه ورقي واقع وارد وارسو وجود وجهه وجهات وباء وباي
  وزنه وقاي واجب واسع وحيد وهمي ورثه واحد واحه ويلز ويكيب وليام ونستون واضح وفقا وفره وهران وصاي وتير وديع وداع وسام وضوح ولاء`,
)
// … with وال, which «والدول» and «واليوم» forbid to know by their letters.
const OWN_WAL = new Set('والي والد والده والدي والدين والديه والدته والدتها والدها والدهم والدان والدات'.split(' '))
// … with ال.
const OWN_AL = openings('التزام التحاق التقاء التهاب الغاء الكترون الماني الباني الزام اليكس الكسند القاء')
// After لل: the second ل is the word's own, for «للجنة» is «ل» with «اللجنة».
const OWN_LAM = openings(
  'جنه اعب عبه قاء قايه قاح غه غات اجيي اجيه ايحه وايح حظه بنان يبيا يبي حوم ندن وحه يره يله يالي جوء وبي اهاي اتفي اتين',
)
// … with بال, كال, فال.
const OWN_START = openings('كاليف كالدو بالتيم بالون بالغه بالغين فالنسي فالنتين فالنتاي')

/** A test by the first letters. The list is closed and short, so a walk over prefixes of one length each is enough. */
function openings(list: string): (word: string) => boolean {
  const known = new Set(list.split(/\s+/))
  const lengths = [...new Set([...known].map(({ length }) => length))]
  return word => lengths.some(length => word.length >= length && known.has(word.slice(0, length)))
}

/** `word` without what stands before it: one conjunction or preposition with the article, or a lone «و». */
function withoutPrefix(word: string): string {
  if (word.startsWith('و') && (OWN_WAW(word) || OWN_WAL.has(word))) return word
  const toThe = TO_THE.find(prefix => word.startsWith(prefix) && word.length - prefix.length >= 3)
  if (toThe) {
    const rest = word.slice(toThe.length)
    return OWN_LAM(rest) ? `ل${rest}` : rest
  }
  if (OWN_START(word)) return word
  if (word.startsWith('و') && OWN_START(word.slice(1))) return word.slice(1)
  for (const prefix of PREFIXES) {
    if (!word.startsWith(prefix) || word.length - prefix.length < 3) continue
    // «بالتزام» is «ب» with «التزام», «والغاء» «و» with «الغاء».
    const noun = word.slice(prefix.length - 2)
    return OWN_AL(noun) ? noun : word.slice(prefix.length)
  }
  return word.startsWith('و') && word.length >= 5 ? word.slice(1) : word
}

/**
 * Light stem of a folded Arabic word, never below three letters: one conjunction or preposition with the article goes,
 * then at most two endings. A preposition without the article stays, for nothing tells «بمدينة» from «بناية».
 */
export function arabicStem(word: string): string {
  let stem = withoutPrefix(word)
  for (let round = 0; round < 2; round++) {
    const suffix = SUFFIXES.find(candidate => stem.endsWith(candidate) && stem.length - candidate.length >= 3)
    if (!suffix) break
    stem = stem.slice(0, -suffix.length)
  }
  return stem
}

/**
 * The stems a folded Arabic word may have when a letter before it is taken for a preposition or conjunction: «بكازاخستان»
 * may be «كازاخستان». For searching alone, where a form too many does no harm; empty where nothing can be cut.
 */
export function arabicGuesses(word: string): string[] {
  const found = new Set<string>()
  let rest = word
  for (let round = 0; round < 2; round++) {
    if (!/^[وفبلك]/.test(rest) || rest.length < 5) break
    rest = rest.slice(1)
    found.add(arabicStem(rest))
  }
  found.delete(arabicStem(word))
  return [...found].filter(stem => stem.length >= 3)
}
