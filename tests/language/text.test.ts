import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arabicStem } from '../../src/language/arabic.ts'
import { fold } from '../../src/language/fold.ts'
import { searchable, searchExpression } from '../../src/language/search.ts'
import { textDirection } from '../../src/language/tag.ts'
import { shingles, stem, terms } from '../../src/language/terms.ts'
import { hash32, words } from '../../src/language/words.ts'

const LAW = { seed: 20_220_105, numRuns: 2_000 }
// Plain unicode seldom meets the marks and letters that folding is about, so half of each text is made of them.
const troublesome = fc.constantFrom(
  ...'أإآٱاىيئؤوةهءکكیۀۃەھ٠۵٪،ـ',
  ...'\u064b\u064e\u0651\u0653\u0654\u0655\u0670\u06d6\u200f\u200c\u00ad\ufe0f',
  ...'éÉßẞİıøæœłđñçΆάςΣйЙїґ',
  ...'\u0300\u0301\u0307\u0308\u0327\u0345',
  ...'ﷲﻻﬁ①Å㎏½ｶﾞ한각가',
  ' ',
  'e',
  'a',
)
// One letter or mark of each block of the living scripts.
const block = fc.tuple(fc.nat(0x2ff), fc.nat(0x3f)).map(([high, low]) => {
  const code = high * 0x40 + low
  return String.fromCharCode(code >= 0xd800 && code < 0xe000 ? 0x41 : code)
})
const anyText = fc
  .array(fc.oneof(troublesome, block, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 24 })
  .map(parts => parts.join(''))

describe('folding', () => {
  it.each([
    ['أَحْمَدُ', 'احمد'],
    ['إيران', 'ايران'],
    ['القرآن', 'القران'],
    ['ٱلله', 'الله'],
    ['مستشفى', 'مستشفي'],
    ['مدرسة', 'مدرسه'],
    ['مسؤول', 'مسوول'],
    ['مئات', 'ميات'],
    ['محمـــد', 'محمد'],
    ['سوريّة\u200f', 'سوريه'],
    ['ﻻ', 'لا'],
    ['٢٠٢٢', '2022'],
    ['«كتاب»', '"كتاب"'],
    ['؟', '?'],
    ['کشور', 'كشور'],
    ['ایران', 'ايران'],
    ['می\u200cشود', 'ميشود'],
    ['۱۴۰۰', '1400'],
    ['خانۀ', 'خانه'],
    ['پاکستان میں', 'پاكستان ميں'],
    ['Élysée', 'elysee'],
    ['STRASSE straße', 'strasse strasse'],
    ['İstanbul ılık', 'istanbul ilik'],
    ['Œuvre Ærø Łódź', 'oeuvre aero lodz'],
    ['“don’t”', '"don\'t"'],
    ['co\u00adoperate', 'cooperate'],
    ['Ёлка', 'елка'],
    ['Йод и район', 'йод и район'],
    ['Україна', 'україна'],
    ['за\u0301мок, ѓубре, Їжак', 'замок, ѓубре, їжак'],
    ['ΑΣ ας', 'ασ ασ'],
    ['Điện Biên Phủ, Trường Sơn', 'dien bien phu, truong son'],
    ['Þór Guðmundsson', 'thor gudmundsson'],
    ['ڕێگا ۀ ۂ ۓ', 'ڕيگا ه ه ي'],
    ['صلى\u0610 الله', 'صلي الله'],
    ['שָׁלוֹם', 'שלום'],
    ['२०२२ ২০২২', '2022 2022'],
    ['2−1 ‐ ‒ ʼ', "2-1 - - '"],
    ['\u2067عاجل\u2069\u202c', 'عاجل'],
    ['Άθήνα', 'αθηνα'],
    ['ＮＨＫ', 'nhk'],
    ['plain ASCII 42!', 'plain ascii 42!'],
    ['', ''],
  ])('%s becomes %s', (raw, folded) => {
    expect(fold(raw)).toBe(folded)
  })

  it('is idempotent', () => {
    fc.assert(
      fc.property(anyText, text => {
        const once = fold(text)
        expect(fold(once)).toBe(once)
      }),
      LAW,
    )
  })

  // A letter folds by itself or with its neighbours; which way was taken must not show.
  it('is the same whether or not a letter elsewhere needs its neighbours', () => {
    fc.assert(
      fc.property(anyText, text => {
        expect(fold(`${text} ﬃ`)).toBe(`${fold(text)} ffi`)
      }),
      LAW,
    )
  })

  it('is idempotent for every letter of every script, with a mark behind it', () => {
    for (let code = 0; code < 0x20000; code++) {
      if (code >= 0xd800 && code < 0xe000) continue
      const letter = String.fromCodePoint(code)
      for (const text of [letter, `${letter}\u0301`, `ا${letter}`]) {
        const once = fold(text)
        if (fold(once) !== once) expect.fail(`U+${code.toString(16)}`)
      }
    }
  })

  it('is idempotent for ё with a second diaeresis', () => {
    const once = fold('ё\u0308')
    expect(fold(once)).toBe(once)
  })

  it('does not care in which normal form the text came', () => {
    fc.assert(
      fc.property(anyText, text => {
        expect(fold(text.normalize('NFD'))).toBe(fold(text.normalize('NFC')))
      }),
      LAW,
    )
  })
})

describe('words', () => {
  it('keep their marks and lose everything between', () => {
    expect(words(fold('«قال: إنَّ الأَمْرَ» انتهى، 12 مرّة'))).toEqual(['قال', 'ان', 'الامر', 'انتهي', '12', 'مره'])
    expect(words(fold("it's over-the-top, isn't it"))).toEqual(['it', 's', 'over', 'the', 'top', 'isn', 't', 'it'])
    expect(words('')).toEqual([])
  })

  it('of scripts without spaces are pairs of characters', () => {
    expect(words(fold('中国人民 AP'))).toEqual(['中国', '国人', '人民', 'ap'])
    expect(words(fold('東京'))).toEqual(['東京'])
  })

  it('are never empty and hold no space', () => {
    fc.assert(
      fc.property(anyText, text => {
        for (const word of words(fold(text))) expect(word).toMatch(/^[\p{L}\p{M}\p{N}]+$/u)
      }),
      LAW,
    )
  })
})

describe('text made to be slow', () => {
  const spent = (work: () => unknown): number => {
    const before = process.threadCpuUsage()
    work()
    const { user, system } = process.threadCpuUsage(before)
    return (user + system) / 1000
  }
  const A = '\u0316'
  const B = '\u0315'

  it.each([
    ['combining marks of two kinds in turn', `a${(A + B).repeat(30_000)}`],
    ['combining marks of two kinds one after the other', `a${A.repeat(30_000)}${B.repeat(30_000)}`],
    ['combining marks kept apart by what nobody sees', `${A.repeat(9)}\u200c${B.repeat(9)}\u200d`.repeat(3_000)],
    ['ligatures of eighteen letters', '\ufdfa '.repeat(60_000)],
    ['a word of 200,000 letters', 'nationalisations'.repeat(12_500)],
    ['an Arabic word of 200,000 letters', 'والاحتجاجات'.repeat(18_000)],
    ['a Thai word of 200,000 letters', 'การประท้วง'.repeat(20_000)],
  ])('is read in linear time: %s', (_, text) => {
    expect(spent(() => searchable(text, 'en'))).toBeLessThan(1_500)
    expect(spent(() => terms(text, 'en'))).toBeLessThan(1_500)
    expect(searchExpression(text)).not.toBe('')
  })

  it('keeps the marks of every script', () => {
    for (const text of ['กี่ปี้', 'བསྒྲུབས', 'हिन्दी', 'й']) expect(fold(text)).toBe(text)
  })

  it('is cut into pieces where a word is no word, and loses none of it', () => {
    const packed = 'iVBORw0KGgoAAAANSUhEUg'.repeat(20).toLowerCase()
    const pieces = words(`start ${packed} end`)
    expect(pieces.join('')).toBe(`start${packed}end`)
    expect(Math.max(...pieces.map(piece => piece.length))).toBeLessThanOrEqual(80)
    const long = 'donaudampfschifffahrtselektrizitatenhauptbetriebswerkbauunterbeamtengesellschaft'
    expect(words(long)).toEqual([long])
  })
})

describe('stems', () => {
  it.each([
    ['والاحتجاجات', 'احتجاج'],
    ['احتجاجات', 'احتجاج'],
    ['بالقرارات', 'قرار'],
    ['للمتظاهرين', 'متظاهر'],
    ['ومدينه', 'مدين'],
    ['قال', 'قال'],
    ['ولد', 'ولد'],
    ['الي', 'الي'],
  ])('the Arabic %s is cut to %s', (word, stemmed) => {
    expect(arabicStem(word)).toBe(stemmed)
    expect(stem(word, 'en')).toBe(stemmed)
  })

  it('follow the language of Latin words, English where it is unknown', () => {
    expect(stem('protesters', 'en')).toBe('protest')
    expect(stem('protesters', null)).toBe('protest')
    expect(stem('protesters', 'en-GB')).toBe('protest')
    expect(stem('elections', 'fr')).toBe(stem('election', 'fr'))
    expect(stem('noticias', 'es')).toBe(stem('noticia', 'es'))
  })

  it('read Cyrillic as Russian, whatever the language says', () => {
    expect(stem('города', 'en')).toBe(stem('городов', null))
  })

  it('leave numbers and other scripts alone', () => {
    expect(stem('2022', 'en')).toBe('2022')
    expect(stem('中国', 'zh')).toBe('中国')
  })

  it('never cut an Arabic word below three letters', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'ابتجدرسعفقكلمنهوي'), minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(letters, word => {
        const cut = arabicStem(word)
        expect(cut.length).toBeGreaterThanOrEqual(Math.min(3, word.length))
        expect(word).toContain(cut)
      }),
      LAW,
    )
  })
})

// Each line the forms of one word: with conjunctions, prepositions and article, in number and gender. Among them words
// whose first letters are their own: «وزارة», «لجنة», «كاليفورنيا», «التزام».
const FORMS = [
  'وزير الوزير ووزير والوزير بالوزير للوزير',
  'وزارة الوزارة ووزارة للوزارة بالوزارة وزارات وزارته',
  'وزراء الوزراء ووزراء للوزراء',
  'فرنسا وفرنسا الفرنسي فرنسية الفرنسية والفرنسيين',
  'بريطانيا وبريطانيا البريطاني بريطانية للبريطانيين والبريطانيون',
  'كازاخستان وكازاخستان الكازاخستاني الكازاخستانية',
  'لبنان ولبنان اللبناني لبنانية للبنانيين واللبنانيون للبنان',
  'باكستان وباكستان الباكستانية الباكستاني',
  'واشنطن وواشنطن',
  'وكالة الوكالة ووكالة للوكالة وكالات والوكالات',
  'ولاية الولاية الولايات ولايات للولايات وولاية',
  'لجنة اللجنة للجنة واللجنة وللجنة باللجنة وباللجنة',
  'لاجئ اللاجئين للاجئين واللاجئون',
  'لقاء اللقاء للقاء واللقاء لقاءات',
  'إلغاء الإلغاء بإلغاء وإلغاء',
  'التزام الالتزام والتزام بالتزام بالالتزام',
  'إلكتروني الإلكتروني إلكترونية الإلكترونية والإلكترونية',
  'ألمانيا الألماني وألمانيا الألمانية',
  'كاليفورنيا وكاليفورنيا',
  'مدينة المدينة بالمدينة للمدينة وبالمدينة وللمدينة فالمدينة فللمدينة',
  'دولة الدولة والدولة للدولة ودولة',
  'متظاهر المتظاهرين للمتظاهرين متظاهرون والمتظاهرين',
  'احتجاج الاحتجاجات والاحتجاجات احتجاجات بالاحتجاجات',
  'سوريا السوري سورية السورية وسوريا والسوريين',
  'الشرطة للشرطة والشرطة شرطة وبالشرطة',
  'تلفزيون التلفزيون التلفزيوني تلفزيونية',
  'كتاب الكتاب كالكتاب وكالكتاب',
]
const matches = (typed: string, stored: string): boolean => {
  const held = new Set(words(searchable(stored, 'ar')))
  const asked = [...(searchExpression(typed) ?? '').matchAll(/"([^"]+)"/g)].map(([, form]) => form ?? '')
  return asked.some(form => held.has(form))
}

describe('the forms of an Arabic word', () => {
  it.each(FORMS)('%s have one stem', line => {
    expect(new Set(line.split(' ').map(form => stem(fold(form), 'ar'))).size).toBe(1)
  })

  it('find each other, also behind a preposition without the article', () => {
    for (const line of FORMS) {
      const forms = line.split(' ')
      const bare = forms[0] ?? ''
      const more =
        bare.length > 3 && !bare.startsWith('ال') ? ['ب', 'ل', 'ف', 'وب', 'ول'].map(letter => letter + bare) : []
      for (const typed of [...forms, ...more]) {
        for (const stored of [...forms, ...more]) {
          expect(matches(typed, stored), `${typed} finds ${stored}`).toBe(true)
        }
      }
    }
  })

  it('do not find other words that merely look alike', () => {
    for (const [typed, stored] of [
      ['زير', 'وزير'],
      ['جنة', 'للجنة'],
      ['شنطة', 'واشنطن'],
      ['فرنسا', 'كازاخستان'],
      ['غاء', 'إلغاء'],
      ['كترون', 'إلكتروني'],
    ] as const) {
      expect(matches(typed, stored), `${typed} finds ${stored}`).toBe(false)
    }
  })

  it.each(['والدول', 'واليوم', 'والاحتجاجات', 'وعودة', 'فالحكومة', 'بالياسمين', 'واللقاء', 'للأجيال', 'للجانبين'])(
    '%s begins with a conjunction or preposition, whatever the words of the lists look like',
    form => {
      expect(stem(fold(form), 'ar')).not.toMatch(/^(?:وا|فا|با|لل|وع)/)
    },
  )
})

describe('terms', () => {
  it('leave out words that say nothing, in every language of the list', () => {
    expect(terms('The prime minister said that he will not resign', 'en')).toEqual(['prime', 'minist', 'resign'])
    expect(terms('وقال الوزير إن القرار من أجل المدينة', 'ar')).toEqual(['وزير', 'قرار', 'اجل', 'مدين'])
    expect(terms('Президент и парламент не согласны', 'ru')).toHaveLength(3)
  })

  it('keep numbers of one digit and drop letters that stand alone', () => {
    expect(terms('group G beats 7', 'en')).toEqual(['group', 'beat', '7'])
  })
})

describe('what is indexed for searching', () => {
  it('holds the folded words and each stem that is not one of them, once', () => {
    expect(searchable('الاحتجاجات والاحتجاجات', 'ar')).toBe('الاحتجاجات والاحتجاجات\nاحتجاج')
    expect(searchable('dam', 'en')).toBe('dam')
  })

  it('is asked for by words alone: whatever is typed, the expression is quoted words', () => {
    fc.assert(
      fc.property(anyText, typed => {
        const expression = searchExpression(typed)
        if (expression === null) expect(words(fold(typed))).toEqual([])
        else {
          const bare = expression.replace(/^folded : /, '').replaceAll(/"[\p{L}\p{M}\p{N}]+"/gu, '')
          expect(bare).toMatch(/^[() ]*(?:(?:AND|OR)[() ]*)*$/)
        }
      }),
      LAW,
    )
  })

  it('never asks for more than twenty words', () => {
    expect(searchExpression('word '.repeat(400))?.split(' AND ')).toHaveLength(20)
    expect(searchExpression('?!')).toBeNull()
  })
})

describe('hashes and shingles', () => {
  it('are the same on every machine', () => {
    expect([hash32(''), hash32('a'), hash32('وكالة')]).toEqual([hash32(''), hash32('a'), hash32('وكالة')])
    expect(hash32('a')).not.toBe(hash32('b'))
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const hash = hash32(text)
        expect(Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32).toBe(true)
      }),
      LAW,
    )
  })

  it('stand for runs of three words, each once', () => {
    expect(shingles(['a', 'b', 'c', 'd'])).toEqual([hash32('a b c'), hash32('b c d')])
    expect(shingles(['a', 'b', 'c', 'a', 'b', 'c'])).toHaveLength(3)
    expect(shingles(['a', 'b'])).toEqual([hash32('a b')])
    expect(shingles([])).toEqual([])
  })
})

describe('languages', () => {
  it('have a direction', () => {
    expect(['ar', 'fa-IR', 'he', 'ur', 'en', 'ru', 'arz-x', 'fr', null].map(textDirection)).toEqual([
      'rtl',
      'rtl',
      'rtl',
      'rtl',
      'ltr',
      'ltr',
      'ltr',
      'ltr',
      'auto',
    ])
  })
})
