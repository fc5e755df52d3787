import { existsSync, readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readWire, wireNames } from '../../src/decide/wire/read.ts'
import type { Agency } from '../../src/model/config.ts'
import type { Figure, WireReading } from '../../src/model/decided.ts'

function agency(id: string, name: string, aliases: string[]): Agency {
  return { id, name, aliases, language: null, homepage: null, feeds: [] }
}
const NAMES = wireNames([
  agency('reuters', 'Reuters', []),
  agency('harir', 'حرير', ['Harir']),
  agency('meridian', 'Meridian', ['ميريديان']),
  agency('vostok', 'Vostok-Info', ['Восток-Инфо']),
  agency('aawsat', 'الشرق الأوسط', ['Asharq Al-Awsat']),
])

interface Case {
  say: string
  title: string
  text: string
  authors?: string[]
  source?: string
  /** Moment at which it is read, ISO 8601. */
  at?: string
  want: Partial<Omit<WireReading, 'dateline' | 'figures' | 'embargo'>> & {
    embargo?: string
    figures?: (Omit<Figure, 'bound' | 'said' | 'words' | 'whom'> & Partial<Figure>)[]
    dateline?: { place: string | null; agency: string | null; matched?: string }
  }
}

const FIXTURES = new URL('../fixtures/wire/', import.meta.url)
const files = readdirSync(FIXTURES).filter(name => name.endsWith('.json'))

function read(title: string, text: string, authors: readonly string[] = [], source: string | null = null) {
  return readWire({ title, text, authors, source, at: Date.UTC(2022, 0, 5) }, NAMES)
}

describe.each(files)('wire furniture in %s', file => {
  const cases = JSON.parse(readFileSync(new URL(file, FIXTURES), 'utf8')) as Case[]
  it.each(cases)('$say', ({ title, text, authors, source, at, want }) => {
    const got = readWire(
      { title, text, authors: authors ?? [], source: source ?? null, ...(at ? { at: Date.parse(at) } : {}) },
      NAMES,
    )
    const { matched, ...dateline } = got.dateline ?? { matched: null, place: null, agency: null }
    // What a case does not name must be absent or unchanged.
    expect({ ...got, dateline: got.dateline && dateline }).toEqual({
      title: want.title ?? title,
      body: want.body ?? text,
      dateline: want.dateline ? { place: want.dateline.place, agency: want.dateline.agency } : null,
      credits: want.credits ?? [],
      signal: want.signal ?? null,
      figures: (want.figures ?? []).map(figure => ({ bound: null, said: null, words: null, whom: null, ...figure })),
      furniture: want.furniture ?? got.furniture,
      part: want.part ?? null,
      embargo: want.embargo ? Date.parse(want.embargo) : null,
    })
    // Whatever was taken off is shown, and nothing is shown that was not.
    const taken = got.title !== title.trim() || got.body !== text.trim()
    expect(got.furniture.some(({ where }) => where !== 'author' && where !== 'source')).toBe(taken)
    if (want.dateline?.matched) expect(matched).toBe(want.dateline.matched)
  })
})

// Pieces wire copy is made of, so that generated input reaches every rule.
const PIECES = [
  ...[
    'PARIS',
    'Paris',
    'القاهرة',
    'МОСКВА',
    'رويترز',
    'Reuters',
    'AFP',
    'ТАСС',
    'حرير',
    'Larkfield',
    '7 أغسطس',
    'Jan 6',
  ],
  ...[
    '(',
    ')',
    '«',
    '»',
    '"',
    '[',
    ']',
    '/',
    ' - ',
    '- ',
    '-',
    ' — ',
    '_',
    ' _ ',
    'ـ',
    ':',
    ': ',
    '. ',
    '.',
    ',',
    '،',
    '|',
  ],
  ...['\n', '\n\n', ' ', '   ', '\u200f', '\u00a0', '\t', '\r\n', '#', '*', '!', '..', '…'],
  ...['عاجل', 'تصحيح', 'UPDATE 2', 'KILL', 'СРОЧНО', 'Corrects toll in paragraph 2', 'يرجى إلغاء الخبر'],
  ...['مقالات ذات صلة', 'Read more', 'Share', 'Reporting by A; Editing by B', 'المصدر', 'Source', '###', '// انتهى //'],
  ...[
    '18',
    '١٨',
    '4 404',
    '3,000',
    '1.5 million',
    '200 ألف',
    'killed',
    'قتيلا',
    'مقتل',
    'إلى',
    'from',
    'погибших',
    'و748',
  ],
  ...[
    'عام / ',
    '/ إضافة أولى وأخيرة',
    '(2/3)',
    'By Jane Doe',
    'بقلم: سلمى',
    'EMBARGOED UNTIL 7 January',
    'ثلاثة قتلى',
    'قتيلان',
  ],
  ...[
    'The post X appeared first on Y.',
    '© 2022 X',
    ', police said',
    'according to',
    'وفق وزارة الصحة',
    'twenty-one killed',
  ],
  ...['the road opened again', 'أعلنت السلطات فتح الطريق', 'Дорогу открыли', 'yol açıldı'],
]
const copy = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map(pieces => pieces.join('')),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map(pieces => pieces.join(' ')),
)

describe('laws of readWire', () => {
  it('reads any text without throwing, and the body is one unbroken piece of it', () => {
    fc.assert(
      fc.property(copy, copy, fc.array(copy, { maxLength: 3 }), fc.option(copy), (title, text, authors, source) => {
        const got = read(title, text, authors, source)
        expect(text).toContain(got.body)
        expect(got.body).toBe(got.body.trim())
        expect(got.furniture.length).toBeLessThanOrEqual(24)
        const places = { title, opening: text, closing: text, author: authors.join('\n'), source: source ?? '' }
        for (const { matched, where } of got.furniture) {
          expect(matched.length).toBeGreaterThan(0)
          expect(matched.length).toBeLessThanOrEqual(200)
          expect(places[where]).toContain(matched)
        }
        expect(title).toContain(got.title)
        if (got.dateline) {
          expect(got.dateline.matched).not.toBe('')
          expect(text.indexOf(got.dateline.matched)).toBeGreaterThanOrEqual(0)
          expect(text.indexOf(got.dateline.matched)).toBeLessThanOrEqual(text.lastIndexOf(got.body))
          expect(got.dateline.place !== null || got.dateline.agency !== null).toBe(true)
        }
      }),
      { numRuns: 4_000 },
    )
  })

  it('keeps a headline that has anything to read', () => {
    fc.assert(
      fc.property(copy, title => {
        const got = read(title, '').title
        expect(/[\p{L}\p{N}]/u.test(title) ? got.length : 1).toBeGreaterThan(0)
      }),
    )
  })

  it('gives each agency once and each figure once, at most twenty, in words that stand in the report', () => {
    fc.assert(
      fc.property(copy, copy, (title, text) => {
        const got = read(title, text, ['Reuters'], 'AFP')
        const agencies = got.credits.map(credit => credit.agency ?? credit.name)
        expect(new Set(agencies).size).toBe(agencies.length)
        const figures = got.figures.map(({ kind, value, whom }) => `${kind} ${value} ${whom}`)
        expect(new Set(figures).size).toBe(figures.length)
        expect(figures.length).toBeLessThanOrEqual(20)
        for (const { value, matched } of got.figures) {
          expect(Number.isInteger(value) && value > 0).toBe(true)
          expect(got.title.includes(matched) || got.body.includes(matched)).toBe(true)
        }
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('edges', () => {
  it('know every character that JavaScript trims', () => {
    for (let code = 0; code < 0x10000; code++) {
      const letter = String.fromCharCode(code)
      if (letter.trim() === '') expect(read('', `${letter}The road opened.${letter}`).body).toBe('The road opened.')
    }
  })
})

describe('bounds of readWire', () => {
  const opening = 'ALMATY, Jan 6 (Meridian) — The road opened again.\n'
  const ending = '\nThe ferry runs as well.\nReuters.\n\nRead more:\nAnother headline'

  it('keeps twenty figures of a text that has more', () => {
    const text = Array.from({ length: 50 }, (_, at) => `Report ${'x'.repeat(3)}: ${at + 1} killed.`).join('\n')
    expect(read('', text).figures).toHaveLength(20)
  })

  it.each([
    ['opening parentheses', '('],
    ['closing parentheses', ')'],
    ['digits', '7'],
    ['grouped digits', '1 '],
    ['grouped thousands', '111,'],
    ['spaces', ' '],
    ['line ends', '\n'],
    ['dashes', '- '],
    ['slashes', '/'],
    ['underscores', ' _'],
    ['credits', 'Reuters\n'],
    ['headings', 'Read more\n'],
    ['slugs', 'UPDATE 1-'],
    ['tolls', '18 killed '],
    ['Arabic prefixes', 'وال'],
    ['share tails', 'The post '],
    ['appearances', 'The post x appeared first on '],
    ['parts', '(2/3) '],
    ['additions', 'إضافة أولى '],
    ['bylines', 'By Jane Doe and '],
    ['embargoes', 'EMBARGOED UNTIL 7 January '],
    ['sections', 'عام / '],
    ['sources', 'according to the ministry '],
    ['speakers', ', police said '],
    ['numbers in words', 'twenty-one '],
    ['duals', 'قتيلان '],
    ['letters', 'A'],
  ])(
    'a million characters of %s between two ends change neither what the ends say nor the order of work',
    (_, piece) => {
      const middle = (length: number) => `The road.\n${piece.repeat(length / piece.length)}\nThe water fell.`
      const got = read('T', opening + middle(1_000_000) + ending)
      expect(got.dateline).toEqual({ place: 'ALMATY', agency: 'meridian', matched: 'ALMATY, Jan 6 (Meridian) —' })
      expect(got.credits.map(credit => `${credit.where} ${credit.agency}`)).toEqual([
        'dateline meridian',
        'closing reuters',
      ])
      expect(got.body.endsWith('The ferry runs as well.')).toBe(true)

      // The piece alone, at both ends: quadratic work on two million characters would take minutes.
      const alone = (length: number) => {
        const text = piece.repeat(length / piece.length)
        let best = Number.POSITIVE_INFINITY
        for (let run = 0; run < 3; run++) {
          // Of this thread: what else the machine does is not in it.
          const from = process.threadCpuUsage()
          readWire({ title: text, text, authors: [text], source: text }, NAMES)
          const { user, system } = process.threadCpuUsage(from)
          best = Math.min(best, (user + system) / 1_000)
        }
        return best
      }
      const once = alone(1_000_000)
      const twice = alone(2_000_000)
      expect(twice).toBeLessThan(4 * Math.max(once, 25))
    },
  )
})

describe('names of agencies', () => {
  it('a wire the configuration names in one script answers in all', () => {
    for (const spelling of ['Reuters', 'رويترز', 'Рейтер', 'REUTERS', 'وكالة رويترز']) {
      expect(NAMES.lookup(spelling)).toEqual({ agency: 'reuters', name: 'Reuters' })
    }
  })

  it('a wire that is not configured has a name but no id', () => {
    for (const spelling of ['AFP', 'أ ف ب', 'أ.ف.ب', 'فرانس برس', 'Agence France-Presse']) {
      expect(NAMES.lookup(spelling)).toEqual({ agency: null, name: 'AFP' })
    }
  })

  it.each([
    ['Reuters', 'رويترز', 'Рейтер'],
    ['AP', 'أسوشيتد برس', 'أ ب'],
    ['dpa', 'د ب أ', 'ДПА'],
    ['Anadolu', 'الأناضول', 'Anadolu Ajansı'],
    ['SPA', 'واس', 'وكالة الأنباء السعودية'],
    ['WAM', 'وام', 'Emirates News Agency'],
    ['MENA', 'أ ش أ', 'أ.ش.أ'],
    ['KUNA', 'كونا', 'Kuwait News Agency'],
    ['QNA', 'قنا', 'Qatar News Agency'],
    ['Petra', 'بترا', 'Jordan News Agency'],
    ['Xinhua', 'شينخوا', 'Синьхуа'],
    ['TASS', 'تاس', 'ТАСС'],
    ['RIA Novosti', 'РИА Новости', 'RIA'],
    ['Interfax', 'Интерфакс', 'INTERFAX.RU'],
    ['EFE', 'إفي', 'Agencia EFE'],
    ['SANA', 'سانا', 'Syrian Arab News Agency'],
    ['IRNA', 'إرنا', 'ИРНА'],
    ['NNA', 'الوكالة الوطنية', 'الوكالة الوطنية للإعلام'],
    ['MAP', 'و م ع', 'Maghreb Arabe Presse'],
    ['TAP', 'وات', 'Tunis Afrique Presse'],
    ['APS', 'واج', 'Algérie Presse Service'],
    ['Wafa', 'وفا', 'وكالة الأنباء الفلسطينية'],
    ['Sputnik', 'سبوتنيك', 'Спутник'],
    ['CNN', 'سي إن إن', 'cnn'],
    ['BBC', 'بي بي سي', 'BBC News'],
    ['UPI', 'يو بي آي', 'United Press International'],
    ['Bloomberg', 'بلومبرغ', 'Блумберг'],
    ['ANSA', 'أنسا', 'Ansa'],
    ['Kyodo', 'كيودو', 'Киодо'],
    ['Yonhap', 'يونهاب', 'Ёнхап'],
    ['ISNA', 'إيسنا', 'ИСНА'],
    ['Fars', 'فارس', 'Фарс'],
    ['INA', 'واع', 'Iraqi News Agency'],
    ['ONA', 'العمانية', 'Oman News Agency'],
    ['BNA', 'بنا', 'Bahrain News Agency'],
    ['LANA', 'وال', 'Libyan News Agency'],
    ['SUNA', 'سونا', 'Sudan News Agency'],
    ['PTI', 'Press Trust of India', 'PTI'],
    ['ANI', 'Asian News International', 'ANI'],
    ['IANS', 'Indo-Asian News Service', 'IANS'],
    ['Bernama', 'برناما', 'Бернама'],
    ['Antara', 'أنتارا', 'Антара'],
    ['AAP', 'Australian Associated Press', 'AAP'],
    ['Canadian Press', 'CP', 'The Canadian Press'],
    ['Belga', 'بلجا', 'Бельга'],
    ['ANP', 'Algemeen Nederlands Persbureau', 'ANP'],
    ['APA', 'Austria Presse Agentur', 'APA'],
    ['Keystone-ATS', 'Keystone-SDA', 'ATS'],
    ['Lusa', 'لوسا', 'Луза'],
    ['PAP', 'Polska Agencja Prasowa', 'ПАП'],
    ['ČTK', 'CTK', 'ЧТК'],
    ['MTI', 'Magyar Távirati Iroda', 'МТИ'],
    ['Agerpres', 'AGERPRES', 'Аджерпрес'],
    ['BTA', 'Bulgarian News Agency', 'БТА'],
    ['Ukrinform', 'أوكرينفورم', 'Укринформ'],
    ['Kazinform', 'كازإنفورم', 'Казинформ'],
    ['Kabar', 'KABAR', 'Кабар'],
    ['Trend', 'TREND', 'Тренд'],
    ['Azertac', 'AZERTAC', 'АЗЕРТАДЖ'],
    ['Armenpress', 'أرمنبرس', 'Арменпресс'],
    ['Interpressnews', 'IPN', 'Интерпрессньюс'],
    ['NTB', 'Norsk Telegrambyrå', 'NTB'],
    ['TT', 'Tidningarnas Telegrambyrå', 'TT'],
    ['Ritzau', 'Ritzaus Bureau', 'RITZAU'],
    ['STT', 'Suomen Tietotoimisto', 'STT'],
    ['Tanjug', 'Танјуг', 'TANJUG'],
    ['Pajhwok', 'Pajhwok Afghan News', 'پژواک'],
  ])('%s is known as %s and %s', (name, ...spellings) => {
    const plain = wireNames([])
    for (const spelling of [name, ...spellings]) expect(plain.lookup(spelling)).toEqual({ agency: null, name })
  })

  it('an ordinary word is no agency', () => {
    for (const word of ['', ' ', 'أعلنت', 'said', 'дорога', 'x'.repeat(1_000_000)])
      expect(NAMES.lookup(word)).toBeNull()
  })
})

describe('the page this project comes from', () => {
  const shared = new URL('../../../shared/seeds/', import.meta.url)
  const seed = existsSync(shared) ? readdirSync(shared).find(name => name.endsWith('.txt')) : undefined
  it.skipIf(seed === undefined)('gives up its dateline, its credit and its tail, and keeps its attributions', () => {
    const page = readFileSync(new URL(seed ?? '', shared), 'utf8')
    const line = page.indexOf('\n')
    const got = read(page.slice(0, line), page.slice(line))
    expect(got.dateline).toEqual({ place: null, agency: 'harir', matched: 'حرير _' })
    expect(got.credits).toEqual([
      { agency: 'harir', name: 'حرير', where: 'dateline' },
      { agency: 'reuters', name: 'Reuters', where: 'closing' },
    ])
    expect(got.figures.map(({ kind, value }) => ({ kind, value }))).toEqual([
      { kind: 'killed', value: 18 },
      { kind: 'injured', value: 748 },
    ])
    expect(got.title).toBe(page.slice(0, line).trim())
    expect(got.body.startsWith('أعلنت')).toBe(true)
    expect(got.body).toContain('حسب قناة')
    expect(got.body).not.toContain('رويترز')
    expect(got.body).not.toContain('ذات صلة')
  })
})
