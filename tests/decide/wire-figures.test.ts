import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFigures } from '../../src/decide/wire/figures.ts'

/** `killed 18, at least, said by X`: as the table writes it. */
function told(text: string): string[] {
  return readFigures([text]).map(
    ({ kind, value, bound, said }) => `${kind} ${value}${bound ? `, ${bound}` : ''}${said ? `, said by ${said}` : ''}`,
  )
}

describe('figures', () => {
  it.each<[string, ...string[]]>([
    // Arabic
    ['ارتفع العدد إلى 18 قتيلا و748 مصابا.', 'killed 18', 'injured 748'],
    ['قتل ثلاثة أشخاص وأصيب خمسة عشر آخرون في انهيار الجسر.', 'killed 3', 'injured 15'],
    ['سقط قتيلان وثلاثة جرحى في الحادث.', 'killed 2', 'injured 3'],
    ['مقتل شخصين وإصابة أربعة وعشرين آخرين', 'killed 2', 'injured 24'],
    ['مقتل ما لا يقل عن 26 شخصا في الفيضان', 'killed 26, at least'],
    ['أدى الانهيار إلى مقتل أكثر من 160 شخصا', 'killed 160, at least'],
    ['إصابة نحو 40 عاملا في المصنع', 'injured 40, about'],
    ['سقط 18 قتيلا على الأقل في القصف', 'killed 18, at least'],
    ['أعلنت وزارة الصحة أن 18 شخصا قتلوا في الفيضان.', 'killed 18, said by وزارة الصحة'],
    ['قتل 18 شخصا في الفيضان، وفق وزارة الداخلية.', 'killed 18, said by وزارة الداخلية'],
    ['ارتفعت الحصيلة إلى 164 قتيلا بحسب الدفاع المدني.', 'killed 164, said by الدفاع المدني'],
    ['اعتقال قرابة 300 متظاهر', 'arrested 300, about'],
    ['نزوح ما يصل إلى 5,000 شخص من القرى', 'displaced 5000, up to'],
    ['قضى 11 شخصا في الفيضان', 'killed 11'],
    ['ما زال 12 مفقودا تحت الأنقاض', 'missing 12'],
    // English
    ['At least 18 people were killed and 748 injured in the city.', 'killed 18, at least', 'injured 748'],
    ['Three people were killed and twenty-one wounded on Friday.', 'killed 3', 'injured 21'],
    [
      'The flood killed more than 160 people, the health ministry said on Sunday.',
      'killed 160, at least, said by the health ministry',
    ],
    ['About 40 workers were injured, according to the fire service.', 'injured 40, about, said by the fire service'],
    ['Police said 18 people were killed when the bridge fell.', 'killed 18, said by Police'],
    ['Up to 300 people were missing.', 'missing 300, up to'],
    ['As many as 25 were killed.', 'killed 25, up to'],
    ['The death toll rose from 12 to 164, officials said.', 'killed 164, said by officials'],
    ['Nearly 2,000 people have been displaced since Monday.', 'displaced 2000, about'],
    ['Police detained eleven protesters.', 'arrested 11'],
    ['One person was killed and two injured.', 'killed 1', 'injured 2'],
    ['Four or more people were killed.', 'killed 4, at least'],
    // French
    ['Le bilan est de 18 morts et 748 blessés.', 'killed 18', 'injured 748'],
    ['Au moins trois personnes ont été tuées, selon la préfecture.', 'killed 3, at least, said by la préfecture'],
    [
      'Une crue a fait plus de 160 morts, a annoncé le ministère de la Santé.',
      'killed 160, at least, said by le ministère de la Santé',
    ],
    ['Environ 40 ouvriers ont été blessés.', 'injured 40, about'],
    ["Jusqu'à 300 personnes sont portées disparues.", 'missing 300, up to'],
    ['Vingt et un blessés et seize morts dans la collision.', 'injured 21', 'killed 16'],
    ['La police a annoncé que 12 manifestants avaient été arrêtés.', 'arrested 12, said by La police'],
    // Spanish
    ['Al menos 18 muertos y 748 heridos.', 'killed 18, at least', 'injured 748'],
    [
      'Tres personas murieron y once personas resultaron heridas, informó la policía.',
      'killed 3, said by la policía',
      'injured 11, said by la policía',
    ],
    ['La riada dejó más de 160 muertos, según Protección Civil.', 'killed 160, at least, said by Protección Civil'],
    ['Unos 40 obreros resultaron heridos.', 'injured 40, about'],
    ['El ministro dijo que treinta y dos personas fueron detenidas.', 'arrested 32, said by El ministro'],
    ['Hasta 300 desaparecidos tras el alud.', 'missing 300, up to'],
    // Russian
    ['Погибли 18 человек, 748 пострадали.', 'killed 18', 'injured 748'],
    ['По данным МВД, погибли не менее 26 человек.', 'killed 26, at least, said by МВД'],
    ['Трое погибли и пятеро ранены при обрушении моста.', 'killed 3', 'injured 5'],
    ['Пострадали около 40 рабочих, сообщили спасатели.', 'injured 40, about, said by спасатели'],
    ['Задержаны более 3 тыс. человек', 'arrested 3000, at least'],
    ['Двадцать один человек погиб, по словам губернатора.', 'killed 21, said by губернатора'],
    // German, Turkish: without a promise, but not wrong either
    ['Mindestens 18 Menschen wurden getötet, 748 verletzt.', 'killed 18, at least', 'injured 748'],
    ["Selde 18'den fazla kişi öldü.", 'killed 18, at least'],
  ])('%s', (text, ...figures) => {
    expect(told(text)).toEqual(figures)
  })

  it.each<[string, ...string[]]>([
    // a group is the same in every language
    [
      'Eighteen members of the security forces were killed.',
      'killed 18 security forces: Eighteen members of the security forces',
    ],
    ['18 of the security forces were killed.', 'killed 18 security forces: 18 of the security forces'],
    ['12 policemen were killed.', 'killed 12 security forces: 12 policemen'],
    ['The blast killed 26 armed men.', 'killed 26 armed men: 26 armed men'],
    ['Police said 26 "armed criminals" had been killed.', 'killed 26 armed men: 26 "armed criminals"'],
    ['Three civilians were wounded.', 'injured 3 civilians: Three civilians'],
    ['مقتل 26 مسلحا', 'killed 26 armed men: 26 مسلحا'],
    ['قتل 26 «مجرما مسلحا» أمس', 'killed 26 armed men: 26 «مجرما مسلحا»'],
    ['مقتل 18 من رجال الأمن', 'killed 18 security forces: 18 من رجال الأمن'],
    ['سقط 18 قتيلا من قوات الأمن', 'killed 18 security forces: 18 قتيلا من قوات الأمن'],
    ['قتل ثمانية من أفراد الشرطة والحرس الوطني', 'killed 8 security forces: ثمانية من أفراد الشرطة والحرس الوطني'],
    ['مقتل جنديين في انفجار', 'killed 2 soldiers: جنديين'],
    ['إصابة خمسة مدنيين', 'injured 5 civilians: خمسة مدنيين'],
    ['Quatre gendarmes ont été tués.', 'killed 4 security forces: Quatre gendarmes'],
    ["13 membres des forces de l'ordre tués", "killed 13 security forces: 13 membres des forces de l'ordre"],
    ['La police a arrêté 12 manifestants.', 'arrested 12 protesters: 12 manifestants'],
    ['Погибли 12 мирных жителей', 'killed 12 civilians: 12 мирных жителей'],
    ['Убиты 26 вооруженных преступников', 'killed 26 armed men: 26 вооруженных преступников'],
    ['После ночи штурма: 18 погибших силовиков', 'killed 18 security forces: 18 погибших силовиков'],
    ['Murieron 12 policías en el asalto.', 'killed 12 security forces: 12 policías'],
    ['Seis niños resultaron heridos.', 'injured 6 children: Seis niños'],
    ['26 Soldaten wurden getötet.', 'killed 26 soldiers: 26 Soldaten'],
    ['12 policiais feridos', 'injured 12 security forces: 12 policiais'],
    ['Saldırıda 12 asker yaralandı.', 'injured 12 soldiers: 12 asker'],
    // a toll that rises: whom it counts stands before
    ['Kazakh police dead rise to 18', 'killed 18 security forces: police dead rise to 18'],
    ['ارتفاع حصيلة قوات الأمن إلى 18 قتيلا', 'killed 18 security forces: حصيلة قوات الأمن إلى 18'],
    ['Число погибших силовиков выросло до 18', 'killed 18 security forces: Число погибших силовиков выросло до 18'],
    // what is said of one of two numbers is meant of both
    [
      'Twelve policemen were killed and 353 wounded.',
      'killed 12 security forces: Twelve policemen',
      'injured 353 security forces: Twelve policemen were killed and 353 wounded',
    ],
    ['مقتل 26 مسلحا وإصابة 18 آخرين', 'killed 26 armed men: 26 مسلحا', 'injured 18 armed men: 26 مسلحا وإصابة 18'],
    [
      '18 قتيلا و748 مصابا من قوات الأمن',
      'killed 18 security forces: 18 قتيلا و748 مصابا من قوات الأمن',
      'injured 748 security forces: 748 مصابا من قوات الأمن',
    ],
    [
      'Twelve policemen were killed. It rained. 353 were wounded.',
      'killed 12 security forces: Twelve policemen',
      'injured 353',
    ],
    [
      'Twelve policemen were killed and 353 people wounded.',
      'killed 12 security forces: Twelve policemen',
      'injured 353: 353 people',
    ],
    // all people, or nobody named
    ['18 killed', 'killed 18'],
    ['مقتل 18', 'killed 18'],
    ['مقتل 18 في انفجار', 'killed 18'],
    ['18 people were killed near the police station.', 'killed 18: 18 people'],
    ['18 killed, police said', 'killed 18'],
    ['The storm killed 12 on Thursday.', 'killed 12'],
    ['إصابة 12 الأحد', 'injured 12'],
    ['12 человек погибли', 'killed 12: 12 человек'],
    // a part is not the whole: children are among the 22, not all of them
    ['22 killed, ten of them children', 'killed 22'],
    ['سقط 22 قتيلا بينهم أطفال', 'killed 22'],
    // people of no group: by their stem
    ['Five miners were killed.', 'killed 5 miner: Five miners'],
    ['Погибли пять горняков', 'killed 5 горняк: пять горняков'],
    ['مقتل 5 صيادين', 'killed 5 صياد: 5 صيادين'],
  ])('whom they count: %s', (text, ...figures) => {
    expect(
      readFigures([text]).map(
        ({ kind, value, whom, words }) => `${kind} ${value}${whom ? ` ${whom}` : ''}${words ? `: ${words}` : ''}`,
      ),
    ).toEqual(figures)
  })

  it('say once what a title leaves open and the text tells', () => {
    expect(readFigures(['18 killed in Almaty', '18 policemen were killed in Almaty.'])).toMatchObject([
      { kind: 'killed', value: 18, words: '18 policemen', whom: 'security forces' },
    ])
  })

  it('are two where one number counts two groups', () => {
    const found = readFigures([
      'Three soldiers and three civilians were killed. Three soldiers were killed in the night.',
    ])
    expect(found.map(({ value, whom }) => [value, whom])).toEqual([
      [3, 'civilians'],
      [3, 'soldiers'],
    ])
  })

  it('give their words in at most 80 characters', () => {
    const long = `18 members of the ${'very special '.repeat(2)}security forces and ${'soldiers and '.repeat(8)}guards were killed.`
    for (const { words } of readFigures([long])) expect(words?.length ?? 0).toBeLessThanOrEqual(80)
  })

  it.each([
    ['three', '3', ' policemen were killed and '],
    ['twenty-one', '21', ' people were injured in '],
    ['trois', '3', ' gendarmes ont été tués à '],
    ['trece', '13', ' civiles murieron en '],
    ['восемь', '8', ' силовиков погибли в '],
    ['ثلاثة', '3', ' مسلحين قتلوا في '],
    ['خمسة عشر', '15', ' مدنيا أصيبوا في '],
  ])('are the same in words and in digits: %s', (inWords, inDigits, rest) => {
    const read = (number: string) =>
      readFigures([`${number}${rest}X.`]).map(({ kind, value, bound, said, whom, words }) => ({
        ...{ kind, value, bound, said, whom },
        words: words?.replace(number, '#'),
      }))
    expect(read(inWords)).toHaveLength(1)
    expect(read(inWords)).toEqual(read(inDigits))
  })

  it.each([
    // nobody, dozens, hundreds
    'No one was killed in the flood.',
    'Dozens were killed and hundreds injured.',
    'عشرات القتلى ومئات الجرحى في انهيار الجسر',
    'Des dizaines de morts et des centaines de blessés',
    'Decenas de muertos y cientos de heridos',
    'Десятки погибших и сотни раненых',
    'لم يسقط قتلى في الحادث',
    // ages, dates, years, money, shares, measures
    'An 18-year-old was killed on the road.',
    'A man aged 45 was killed.',
    'He was killed in 2018 near the border.',
    'Rioters injured on 6 January were treated.',
    'She died on March 3 in hospital.',
    'The strike killed trade worth $18 million.',
    'The flood killed 18 percent of the herd.',
    'قتل في عام 2018 قرب الحدود',
    'قتل عن 45 عاما',
    'قتل شاب يبلغ 18 عاما',
    'توفي يوم 6 يناير في المستشفى',
    'Il a été tué le 12 mars.',
    'Âgé de 45 ans, il est mort.',
    'Murió el 3 de marzo.',
    'Murió a los 45 años.',
    'Он погиб 6 января.',
    'Он умер в 2018 году.',
    'Погиб 45-летний водитель.',
    // ranges tell no number
    'Between 10 and 15 people were killed.',
    '10-15 people were killed.',
    '10 to 15 people were killed.',
    'بين 10 و15 قتيلا',
    'Entre 10 et 15 morts',
    // parts of a figure are not the figure
    'Three of the injured left hospital.',
    '3 من الجرحى غادروا المستشفى',
    'One of the wounded is a child.',
    '3 des blessés sont rentrés.',
    // what is killed, held or missing is not always people
    '14 flights were delayed and detained.',
    'Из-за циклона задержаны 14 рейсов.',
    'The coast guard detained three vessels.',
    'The port holds 14 detained ships.',
    'Two boats are missing.',
    'The storm killed 300 sheep.',
    'Bird flu killed 12 swans.',
    'Police arrested 12 cars of smuggled goods.',
    'توقيف ثلاث سيارات محملة بالوقود',
    'نفوق وقتل 300 خروف',
    'L’incendie a tué 40 moutons.',
    'Задержаны три судна',
    'Murieron 30 vacas por el rayo.',
    'Drei Schiffe wurden festgenommen.',
    'فرنسا تسجل 332 ألف إصابة جديدة بفيروس كورونا',
    'They are missing two of their best players.',
    'الفريق لديه 11 لاعبا غير مصابين',
    // other things
    'The team has five injured players.',
    'He put three men on the injured list.',
    'She once killed a snake.',
    'The army seized three trucks.',
    'Both sides arrested the decline within two years.',
    'The bill died in two committees.',
    'Police arrested the man at 10 pm.',
    'The trial of 12 jurors ended.',
    'They killed a 16 foot shark.',
    'قضى أربعين يوما في البحر',
    'وقضى نحو 17 مليونا من الوقت في الانتظار',
    'Two days after the attack the road opened.',
    'A first one, then another.',
  ])('no figure: %s', text => {
    expect(told(text)).toEqual([])
  })

  it.each([
    ['two sources in one sentence', 'Police said 18 people were killed, according to the mayor.'],
    ['a pronoun', 'It said 18 people were killed.'],
    ['a pronoun in Arabic', 'وقال إن 18 شخصا قتلوا.'],
    ['another sentence', 'The ministry said the road was closed. It was raining. 18 people were killed.'],
    ['nobody', '18 people were killed.'],
  ])('%s: who said it is left open', (_, text) => {
    expect(readFigures([text]).map(({ said }) => said)).toEqual([null])
  })

  it('name a source in at most 80 characters', () => {
    const long = `18 people were killed, according to ${'the very long name of an office '.repeat(4)}.`
    expect(readFigures([long])[0]?.said).toBeNull()
  })

  it('of any text are whole, bounded, and in its words', () => {
    const piece = fc.constantFrom(
      ...[
        '18',
        '748',
        '١٨',
        'ثلاثة',
        'وثلاثة',
        'قتيلان',
        'شخصين',
        'مقتل',
        'قتيلا',
        'جرحى',
        'وفق',
        'وزارة الصحة',
        'أعلنت',
        'أن',
        'من',
        'قوات الأمن',
        'مسلحا',
        'آخرين',
      ],
      ...[
        'three',
        'twenty',
        '-',
        'one',
        'killed',
        'people',
        'at least',
        'between',
        'and',
        'or more',
        'policemen',
        'of the security forces',
        'others',
        ', police said',
        'according to',
      ],
      ...[
        'trois',
        'vingt et',
        'morts',
        'selon',
        'treinta y',
        'dos',
        'muertos',
        'según',
        'трое',
        'погибли',
        'по данным',
        'МВД',
      ],
      ...['.', ',', '\n', '(', ')', '«', '»', ' ', '  ', 'из', 'to', 'of the', '$', '%'],
    )
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }).map(pieces => pieces.join(' ')),
        text => {
          const figures = readFigures([text])
          expect(figures).toEqual(readFigures([text]))
          for (const { value, matched, said, words, whom } of figures) {
            expect(Number.isInteger(value) && value > 0).toBe(true)
            expect(text).toContain(words ?? '')
            expect(words?.length ?? 0).toBeLessThanOrEqual(80)
            expect(whom === null || words !== null).toBe(true)
            expect(text).toContain(matched)
            if (said !== null) {
              expect(text).toContain(said)
              expect(said.length).toBeLessThanOrEqual(80)
            }
          }
        },
      ),
      { seed: 20_220_105, numRuns: 2_000 },
    )
  })
})
