import { describe, expect, it } from 'vitest'
import { areEditions, formOf } from '../../src/decide/thread/form.ts'
import { threadWords } from '../../src/decide/thread/words.ts'
import { countries } from '../../src/language/countries.ts'
import { fold } from '../../src/language/fold.ts'
import { soundKey } from '../../src/language/sound.ts'
import { words } from '../../src/language/words.ts'

const HOUR = 3_600_000
const MONDAY = Date.UTC(2022, 0, 3, 6)

const key = (word: string) => soundKey(fold(word))
const codes = (text: string, language: string) => countries(words(fold(text)), language).map(({ code }) => code)

describe('the key of a name', () => {
  it.each([
    ['توكاييف', 'Tokayev', 'Токаев'],
    ['أوساكا', 'Osaka', 'Осака'],
    ['خامنئي', 'Khamenei', 'Хаменеи'],
    ['زيلينسكي', 'Zelensky', 'Зеленски'],
    ['غوتيريش', 'Goterich', 'Готериш'],
    ['ماكرون', 'Macron', 'Макрон'],
    ['فلاديمير', 'Vladimir', 'Владимир'],
  ])('is the same for %s, %s and %s', (arabic, latin, cyrillic) => {
    expect(key(latin)).toBe(key(arabic))
    expect(key(cyrillic)).toBe(key(arabic))
  })

  it('brings Greek letters to the same', () => {
    expect(key('Μητσοτάκης')).toBe(key('Mitsotakis'))
  })

  it('tells names apart', () => {
    const names = ['Tokayev', 'Macron', 'Osaka', 'Khamenei', 'Vladimir', 'Merkel', 'Almaty', 'Nairobi']
    expect(new Set(names.map(key)).size).toBe(names.length)
  })

  it('is empty for numbers and for scripts that do not spell sounds', () => {
    expect(key('2022')).toBe('')
    expect(key('東京')).toBe('')
  })
})

describe('countries', () => {
  it('are found in languages whose tags have three letters, whatever follows them', () => {
    expect(codes('خۆپیشاندان لە عێراق', 'ckb')).toEqual(['IQ'])
    expect(codes('خۆپیشاندان لە عێراق', 'CKB-IQ')).toEqual(['IQ'])
    expect(codes('Nagprotesta sa Pilipinas at Indonesia', 'fil')).toEqual(['PH', 'ID'])
  })

  it('are one code in every language', () => {
    expect(codes('Protests spread in Kazakhstan', 'en')).toEqual(['KZ'])
    expect(codes('احتجاجات في كازاخستان', 'ar')).toEqual(['KZ'])
    expect(codes('Протесты в Казахстане', 'ru')).toEqual(['KZ'])
    expect(codes('Proteste in Kasachstan', 'de')).toEqual(['KZ'])
  })

  it('are found by their people, and by names of several words', () => {
    expect(codes('Brazilian and Japanese teams', 'en')).toEqual(['BR', 'JP'])
    expect(codes('South Korea and the United States', 'en')).toEqual(['KR', 'US'])
    expect(codes('المنتخب الياباني', 'ar')).toEqual(['JP'])
    expect(codes('السعودية تستضيف القمة', 'ar')).toEqual(['SA'])
  })

  it('are known by the forms of their languages', () => {
    expect(codes('Kazakh and Indian envoys, Turkish and Norwegian ships, two Nigerians', 'en')).toEqual([
      'KZ',
      'IN',
      'TR',
      'NO',
      'NG',
    ])
    expect(codes('وصل وفد كندي وآخر هندي من الألمانية واليمنيين إلى بمصر ولليبيا', 'ar')).toEqual(
      expect.arrayContaining(['CA', 'IN', 'DE', 'YE', 'EG']),
    )
    expect(codes('российские, японский и украинская; россиянки в Казахстане', 'ru')).toEqual([
      'RU',
      'JP',
      'UA',
      'RU',
      'KZ',
    ])
    expect(codes('argentinos y japonesas, colombianos', 'es')).toEqual(['AR', 'JP', 'CO'])
    expect(codes('les Russes et les Mauriciens', 'fr')).toEqual(['RU', 'MU'])
    expect(codes('japanische und spanische Läufer, Schweizer', 'de')).toEqual(['JP', 'ES', 'CH'])
  })

  it('are not words that only begin like them', () => {
    expect(codes('Children of George and Francis grenade romance chilling Albany franchise', 'en')).toEqual([])
    expect(codes('تشيلسي والبحر وبيروت وبوتين والمالية والغابات والكاميرا والغربية والبريطانية والكروي', 'ar')).toEqual(
      [],
    )
    expect(codes('кита того росстат', 'ru')).not.toContain('TG')
    expect(codes('gran maltrato de Martín, cambiar liberal', 'es')).toEqual([])
  })

  it('may have any short ending in a language whose endings nobody knows', () => {
    expect(codes('কলম্বিয়ায় ভূমিকম্প', 'bn')).toEqual(['CO'])
  })

  it('are not looked for in a language whose names nobody knows', () => {
    expect(countries(['kazakhstan'], 'zxx')).toEqual([])
    expect(countries(['kazakhstan'], '!!')).toEqual([])
  })
})

describe('what all languages share', () => {
  it('is countries, names by sound, and numbers that say something', () => {
    const english = threadWords({ title: 'Tokayev: 748 hurt in Kazakhstan in 2022', body: '', language: 'en' })
    const arabic = threadWords({ title: 'توكاييف: إصابة ٧٤٨ في كازاخستان', body: '', language: 'ar' })
    const common = [...english.shared.keys()].filter(term => arabic.shared.has(term)).sort()
    expect(common).toEqual(['#748', '@KZ', '~tkf'])
    expect(english.shared.has('#2022')).toBe(false)
  })
})

describe('the form of a headline', () => {
  const form = (title: string, language = 'en') => formOf(words(fold(title)), language)

  it('is the same on another day, with another filling', () => {
    const monday = form('Larkfield weather for Monday, January 3')
    const tuesday = form('Larkfield weather for Tuesday, January 4')
    expect(tuesday.shape).toBe(monday.shape)
    expect(tuesday.filling).not.toBe(monday.filling)
    expect(monday.dated).toBe(true)
    expect(form('أسعار العملات ليوم 3 يناير', 'ar').shape).toBe(form('أسعار العملات ليوم 4 فبراير', 'ar').shape)
  })

  it('leaves out a number with its sign', () => {
    expect(form('Update KB4493509 is out today').shape).toBe(form('Update KB4501835 is out today').shape)
    expect(form('Update KB4493509 is out today').dated).toBe(false)
  })

  it('that opens with a full date is an entry of a log, however it goes on', () => {
    const april = form('April 9, 2019: KB4493509 (OS Build 17763.437)')
    const may = form('May 3, 2019: KB4495667 (OS Builds 17763.475 and 17134.765) Preview')
    expect(may.shape).toBe(april.shape)
    expect(may.filling).not.toBe(april.filling)
    expect([april.dated, may.dated]).toEqual([true, true])
    expect(form('January 6 panel asks for a second hearing').shape).not.toBe(form('January 6 panel asks').shape)
  })

  it('is none where hardly a word is left', () => {
    expect(form('Gold 1900').shape).toBe(0)
  })

  it('does not call a toll a date', () => {
    expect(form('Quake kills 12 in Larkfield').dated).toBe(false)
  })
})

describe('two editions of one form', () => {
  const at = (title: string, time: number) => {
    const { shape, filling, dated } = formOf(words(fold(title)), 'en')
    return { time, form: [shape, filling, dated ? 1 : 0] } as const
  }
  const sunday = at('TV for Sunday, August 23', MONDAY)

  it('name two days, or come half a day apart', () => {
    expect(areEditions(sunday, at('TV for Saturday, August 22', MONDAY))).toBe(true)
    expect(areEditions(sunday, at('TV for Sunday, August 23', MONDAY + 13 * HOUR))).toBe(true)
  })

  it('are one where they say the same within hours, and none where the form names no day or is another', () => {
    expect(areEditions(sunday, at('TV for Sunday, August 23', MONDAY + 11 * HOUR))).toBe(false)
    expect(areEditions(sunday, at('Films for Saturday, August 22', MONDAY))).toBe(false)
    expect(areEditions(at('Quake kills 12 in Larkfield', MONDAY), at('Quake kills 31 in Larkfield', MONDAY))).toBe(
      false,
    )
  })
})
