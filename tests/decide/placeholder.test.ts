import { describe, expect, it } from 'vitest'
import { isPlaceholderTitle } from '../../src/decide/placeholder.ts'

describe('a placeholder for a title', () => {
  it.each([
    ...['Untitled', '(no title)', '[No title]', 'No Title', 'UNTITLED.', 'Untitled 3', 'Untitled-1', 'untitled_2.html'],
    ...['null', 'undefined', 'N/A', 'none', '[object Object]', 'Auto Draft', '{{title}}', '%title%', '<No Title>'],
    ...['', ' ', '-', '—', '…', '...', '***', '«»', '. . .', '\u200f'],
    ...[
      'بدون عنوان',
      '«بدون عنوان»',
      'بلا عنوان',
      'بدون عنوان 12',
      'لا يوجد عنوان',
      'بی‌عنوان',
      'بی عنوان',
      'ללא כותרת',
    ],
    ...[
      'Sans titre',
      '(sans titre)',
      'Ohne Titel',
      'Kein Titel',
      'Sin título',
      'Senza titolo',
      'Sem título',
      'Zonder titel',
    ],
    ...[
      'Без названия',
      'Без заголовка',
      'Без назви',
      'Başlıksız',
      'Bez názvu',
      'Cím nélkül',
      'Χωρίς τίτλο',
      'Utan titel',
    ],
    ...['Tanpa judul', 'Không có tiêu đề', '无标题', '無題', '未命名', 'タイトルなし', '제목 없음', 'शीर्षकहीन'],
  ])('is «%s»', title => {
    expect(isPlaceholderTitle(title)).toBe(true)
  })

  it.each([
    ...['Untitled film wins the prize', 'None of the above', 'Null hypothesis', 'Title fight in Sund', 'Draft begins'],
    ...[
      '7',
      '2024',
      '9/11',
      '21%',
      'C++',
      '🔴',
      'A',
      'عنوان المرحلة المقبلة',
      'Без заголовка не обошлось',
      '標題',
      'No',
    ],
  ])('is not «%s»', title => {
    expect(isPlaceholderTitle(title)).toBe(false)
  })

  it('is looked for in linear time', () => {
    expect(isPlaceholderTitle('-'.repeat(1_000_000))).toBe(false)
  })
})
