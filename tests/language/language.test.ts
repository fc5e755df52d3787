import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detectLanguage, languageOf } from '../../src/language/detect.ts'
import { languageOfHeadline } from '../../src/language/headline.ts'

const LAW = { seed: 20_220_105, numRuns: 300 }

const SENTENCES: readonly (readonly [string, string])[] = [
  ['ar', 'عاد المحتجون إلى الساحة بعد ساعات من الهدوء'],
  ['fa', 'رئیس جمهور گفت که کشور برای گفتگو آماده است'],
  ['ur', 'پاکستان میں بارش کے باعث سڑکیں بند ہو گئیں'],
  ['ckb', 'سەرۆکی هەرێم ڕایگەیاند کە کۆبوونەوەکە دوا دەخرێت'],
  ['ps', 'د ولسوالۍ چارواکي وايي چې سړک بېرته پرانستل شوی دی'],
  ['ug', 'شەھەردىكى مەكتەپلەر ئەتە قايتا ئېچىلىدۇ'],
  ['ru', 'Снегопад накрыл города на юге страны'],
  ['uk', 'Снігопад накрив міста на півдні країни'],
  ['bg', 'Правителството обяви, че пътят през планината ще бъде отворен утре'],
  ['sr', 'Председник је изјавио да ће пут бити отворен до краја недеље'],
  ['kk', 'Үкімет көшедегі қозғалысты қайта ашатынын мәлімдеді'],
  ['ky', 'Өкмөт көчөнү кайра ача турганын билдирди, өзгөчө кырдаал бүттү'],
  ['be', 'Улады паведамілі, што дарога ў горадзе зноў адкрыта'],
  ['mk', 'Владата соопшти дека патот ќе биде отворен, а ѓубрето ќе се изнесе'],
  ['zh', '中国人民银行'],
  ['ja', '東京でのニュース'],
  ['ko', '정부는 도로를 다시 열었다'],
  ['el', 'Η κυβέρνηση άνοιξε ξανά τον δρόμο'],
  ['he', 'הממשלה פתחה מחדש את הכביש'],
  ['en', 'The government said on Thursday that the coastal road would open again'],
  ['fr', 'Le gouvernement a annoncé jeudi la réouverture de la route côtière'],
  ['es', 'El gobierno anunció el jueves que la carretera de la costa volverá a abrir'],
  ['de', 'Die Regierung kündigte am Donnerstag an, dass die Küstenstraße wieder öffnet'],
  ['it', 'Il governo ha annunciato giovedì che la strada costiera sarà riaperta'],
  ['pt', 'O governo anunciou na quinta-feira que a estrada do litoral será reaberta'],
  ['tr', 'Hükümet perşembe günü sahil yolunun yeniden açılacağını duyurdu'],
  ['nl', 'De regering kondigde donderdag aan dat de kustweg weer opengaat'],
  ['pl', 'Rząd ogłosił w czwartek, że droga nadmorska zostanie ponownie otwarta'],
  ['id', 'Pemerintah mengatakan bahwa jalan pesisir akan dibuka kembali karena air sudah surut'],
  ['ms', 'Kerajaan berkata bahawa jalan pantai akan dibuka semula kerana air sudah surut'],
  ['sv', 'Regeringen meddelade på torsdagen att kustvägen öppnas igen'],
  ['cs', 'Vláda ve čtvrtek oznámila, že pobřežní silnice bude znovu otevřena'],
  ['hu', 'A kormány csütörtökön bejelentette, hogy újra megnyitják a parti utat'],
]

describe('the language of a text', () => {
  it.each(SENTENCES)('is %s for a sentence in it', (language, text) => {
    expect(detectLanguage(text)).toBe(language)
  })

  it.each([
    ['nothing', ''],
    ['digits', '12 345'],
    ['a name', 'Larkfield'],
    ['two words that many languages have', 'Hotel Central'],
    ['a handful of marks', '«…» — !!'],
  ])('is unknown for %s', (_, text) => {
    expect(detectLanguage(text)).toBeNull()
  })

  it('is read from the script where there are few words: Arabic and Russian need no more', () => {
    expect(detectLanguage('عاجل')).toBe('ar')
    expect(detectLanguage('Срочно')).toBe('ru')
  })

  it('is not moved by a foreign name or two', () => {
    expect(detectLanguage('قال المدير التنفيذي لشركة Larkfield Motors إن المصنع سيفتح الشهر المقبل')).toBe('ar')
    expect(detectLanguage('Компания Larkfield Motors откроет завод')).toBe('ru')
    expect(detectLanguage('Президент Владимир Петровић посетил город и встретился с жителями')).toBe('ru')
  })

  it('looks at the beginning alone, so that length costs nothing', () => {
    const [, french] = SENTENCES.find(([language]) => language === 'fr') ?? ['', '']
    const opening = `${french}. `.repeat(12).slice(0, 600)
    expect(detectLanguage(opening + 'x'.repeat(1_000_000))).toBe('fr')
    expect(detectLanguage(`${opening}${SENTENCES[0]?.[1] ?? ''}`.repeat(3))).toBe('fr')
  })

  it('is the same whatever was asked before, for any text, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.constantFrom(...SENTENCES), (noise, [, text]) => {
        const mixed = `${text} ${noise}`
        const once = detectLanguage(mixed)
        detectLanguage(noise)
        expect(detectLanguage(mixed)).toBe(once)
        if (once !== null) expect(once).toMatch(/^[a-z]{2,3}$/)
      }),
      LAW,
    )
  })
})

const FRENCH =
  'Le gouvernement a annoncé jeudi la réouverture de la route côtière, fermée depuis les pluies de la semaine dernière. ' +
  'Les habitants des villages voisins, qui devaient faire un détour de deux heures, ont salué la décision. Les travaux ' +
  'de consolidation se poursuivront jusqu’à la fin du mois, selon le ministère des Transports.'

describe('a declared language', () => {
  it.each([
    ['yields to another script', 'en-us', 'عاد المحتجون إلى الساحة', 'ar'],
    ['stays for a short text within its script', 'fa', 'عاد المحتجون إلى الساحة', 'fa'],
    ['stays with its region', 'ar-EG', 'عاد المحتجون', 'ar-EG'],
    ['stays for a sentence', 'de', 'Ein Satz', 'de'],
    ['stays for a short text that looks like another language', 'en', 'Le gouvernement a annoncé la route', 'en'],
    ['stays where the text has nothing to read', 'es', '12:30', 'es'],
    ['stays for a headline of product names', 'ru', 'Larkfield Motors X200 Pro Max', 'ru'],
    ['yields to a paragraph in another language', 'en-us', FRENCH, 'fr'],
    ['yields to a paragraph in another script', 'ru', FRENCH, 'fr'],
    ['stays where the paragraph agrees', 'fr-CA', FRENCH, 'fr-CA'],
    ['that is no language tag counts for nothing', 'the usual', FRENCH, 'fr'],
    ['may be written in several scripts', 'sr', 'Predsednik je izjavio', 'sr'],
    [
      'of Chinese stays for a line with much Latin in it',
      'zh-cn',
      'JavaScript React Native 编程 精解 翻译完成',
      'zh-cn',
    ],
  ])('%s', (_, declared, text, language) => {
    expect(languageOf(declared, text)).toBe(language)
  })

  it.each([
    ["Novak Djokovic: Australia cancels tennis star's visa", 'en', 'en', 'en'],
    ['La policía detiene a tres hombres en Madrid por la estafa', 'en', 'en', 'es'],
    ['عاد المحتجون إلى الساحة', 'en', 'en', 'ar'],
  ])(
    'of a headline full of names, "%s", is what address and document agree on, where its other words do not contradict it',
    (title, path, tag, language) => {
      expect(languageOfHeadline(title, { path, tag, agency: null })).toBe(language)
    },
  )

  it('yields to letters that only another language of the script has', () => {
    const kazakh = `${SENTENCES.find(([language]) => language === 'kk')?.[1]}. `.repeat(6)
    const urdu = `${SENTENCES.find(([language]) => language === 'ur')?.[1]}. `.repeat(8)
    expect(languageOf('ru', kazakh)).toBe('kk')
    expect(languageOf('ar', urdu)).toBe('ur')
    // Mongolian shares them, and nobody declares it by mistake.
    expect(languageOf('mn', kazakh)).toBe('mn')
  })

  it('stays where a near relative is likelier by a little', () => {
    const danish =
      'Regeringen meddelte torsdag, at kystvejen åbner igen efter en uge. Beboerne i de nærliggende byer skulle køre to ' +
      'timers omvej og er glade for beslutningen. Arbejdet fortsætter til slutningen af måneden, siger ministeriet, som ' +
      'venter, at trafikken er normal i næste uge.'
    for (const declared of ['no', 'nb', 'da', 'sv']) expect(languageOf(declared, danish)).toBe(declared)
    expect(languageOf('en', danish)).toBe('da')
  })

  it('that is missing is replaced by what the text shows, or by nothing', () => {
    expect(languageOf(null, 'Снегопад накрыл города')).toBe('ru')
    expect(languageOf(null, FRENCH)).toBe('fr')
    expect(languageOf(null, 'Hotel Central')).toBeNull()
  })

  it('is in its own words for every sentence above', () => {
    for (const [language, text] of SENTENCES) expect(languageOf(language, text.repeat(6))).toBe(language)
  })
})
