// What is stored shortened is given back whole: markup over its text, and the search column over the raw words.
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { searchable, searchableOf } from '../../src/language/search.ts'
import { cut } from '../../src/language/words.ts'
import { FOLDED_COLUMNS, foldedColumns, foldedColumnsOf, foldedText, searchText } from '../../src/store/folded.ts'
import { markupSql, packMarkup, unpackMarkup } from '../../src/store/markup.ts'

const sentence = fc
  .array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom(...'the dam broke café Zürich الاحتجاجات المدينة إلى 🚤 Ёлка “quoted” &'.split(' ')),
      },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
      { weight: 1, arbitrary: fc.constantFrom('<', '>', '&amp;', '\n', '  ', '[', '"', '\u00a0', '\0', '\ud800') },
    ),
    { maxLength: 30 },
  )
  .map(words => words.join(' '))

/** Plain text, and markup that says nearly the same. */
const story = fc
  .array(
    fc.tuple(
      sentence,
      fc.constantFrom('p', 'b', 'a href="https://a.example/?x=1&y=2"'),
      fc.integer({ min: 0, max: 9 }),
    ),
  )
  .map(parts => ({
    text: parts.map(([said]) => said).join('\n'),
    markup: parts
      .filter(([, , kind]) => kind !== 0)
      .map(([said, tag, kind]) =>
        kind === 1
          ? said
          : `<${tag}>${said.replaceAll('&', '&amp;').replaceAll(' ', kind === 2 ? '\n' : ' ')}</${tag}>`,
      )
      .join(''),
  }))

describe('markup', () => {
  const db = new Database(':memory:')
  const stored = db
    .prepare(`select ${markupSql('stored', 'text')} from (select @stored as stored, @text as text)`)
    .pluck()

  it('is given back letter by letter, whatever it has in common with the text', () => {
    fc.assert(
      fc.property(story, ({ markup, text }) => {
        const packed = packMarkup(markup, text)
        expect(unpackMarkup(packed, text)).toBe(markup.startsWith('[') ? markup.toWellFormed() : markup)
        expect((packed ?? '').length).toBeLessThanOrEqual(
          markup.length + (markup.startsWith('[') ? 2 * markup.length + 8 : 0),
        )
      }),
      { numRuns: 2_000 },
    )
  })

  it('is given back by SQL as by the store', () => {
    fc.assert(
      fc.property(story, ({ markup, text }) => {
        // No text of a feed has either: SQLite ends some strings at U+0000, and has no half of a surrogate pair.
        fc.pre(!markup.includes('\0') && markup.isWellFormed() && text.isWellFormed())
        expect(stored.get({ stored: packMarkup(markup, text), text })).toBe(markup)
      }),
      { numRuns: 2_000 },
    )
  })

  it('takes an eighth of its room where the text says the same in paragraphs', () => {
    const text = Array.from({ length: 8 }, (_, at) =>
      `Paragraph ${at}: the dam broke after two days of rain 🚤. `.repeat(6),
    ).join('\n')
    const markup = text.replace(/^(.*)$/gm, '<p>$1</p>')
    expect((packMarkup(markup, text) ?? '').length).toBeLessThan(markup.length / 8)
  })

  it('is packed in time that does not grow with its square, however it differs from the text', () => {
    for (const markup of ['&'.repeat(200_000), '<'.repeat(200_000), 'a '.repeat(100_000), '<p>x'.repeat(50_000)]) {
      const text = `${'b '.repeat(16_000)}${markup.slice(0, 30_000)}`
      const began = performance.now()
      expect(unpackMarkup(packMarkup(markup, text), text)).toBe(markup)
      expect(performance.now() - began).toBeLessThan(2_000)
    }
  })
})

describe('the search column', () => {
  const db = new Database(':memory:')
  db.exec(`
    create table reports (id integer primary key, title text, text text, folded_by integer, folded_extra text, ${FOLDED_COLUMNS});
    create view search_text as ${searchText('reports')};
    create virtual table made using fts5 (folded, tokenize = "unicode61 remove_diacritics 2 categories 'L* N* M* Co'");
    create virtual table whole using fts5 (folded, tokenize = "unicode61 remove_diacritics 2 categories 'L* N* M* Co'");
    create virtual table made_words using fts5vocab (made, instance);
    create virtual table whole_words using fts5vocab (whole, instance);
  `)
  const put = db.prepare(
    'insert or replace into reports (id, title, text, folded_by, folded_extra) values (@id, @title, @text, @foldedBy, @foldedExtra)',
  )
  const made = db.prepare('select folded from search_text where id = ?').pluck()
  const generated = db.prepare('select folded from reports where id = ?').pluck()
  const index = db.transaction((texts: readonly [title: string, text: string, language: string | null][]): number[] => {
    db.exec('delete from reports; delete from made; delete from whole')
    return texts.map(([title, text, language], id) => {
      const columns = foldedColumns(title, text, language)
      const whole = searchableOf(cut(`${title}\n${text.slice(0, 40_000)}`), language)
      expect(foldedColumnsOf(title, text, whole)).toEqual(columns)
      put.run({ id, title, text, ...columns })
      // As the column of an older version, and as whoever writes the report makes it.
      expect(made.get(id)).toBe(generated.get(id))
      expect(foldedText(title, text, columns).toWellFormed()).toBe(made.get(id))
      db.prepare('insert into made (rowid, folded) values (?, ?)').run(id, made.get(id))
      const folded = searchable(`${title}\n${text.slice(0, 40_000)}`, language)
      db.prepare('insert into whole (rowid, folded) values (?, ?)').run(id, folded)
      return columns.foldedBy
    })
  })
  /** Words by text and place, of both. */
  const words = (table: string) =>
    db.prepare(`select doc, offset, term from ${table}_words order by doc, offset, term`).raw().all().map(String)

  it('has the words, in their places, that the folded text has', () => {
    const text = fc
      .tuple(sentence, story, fc.constantFrom('en', 'ar', 'ru', 'tr', null))
      .map(([title, { text }, language]): [string, string, string | null] => [
        title.replaceAll('\0', ''),
        text.replaceAll('\0', ''),
        language,
      ])
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), texts => {
        index(texts)
        expect(words('made')).toEqual(words('whole'))
      }),
      { numRuns: 100 },
    )
  })

  it('has them for every letter of the common scripts, alone and between others', () => {
    const letters = Array.from({ length: 0x2070 }, (_, code) => String.fromCharCode(code)).slice(1)
    index(letters.map(letter => [`x${letter}y`, `${letter} ${letter}${letter}`, null]))
    expect(words('made')).toEqual(words('whole'))
  })

  it('stores only stems of English, French and Arabic news', () => {
    const by = index([
      ['Élysée guards strike', 'The café owners of Zürich — “we protest”, they said…', 'fr'],
      ['احتجاجات في أَلْمَاتِي', 'عقد المجلس جلسةً طارئة وبالقرارات التي اتخذها ٢٠٢٢ بدأ العمل، إلى المدينة.', 'ar'],
    ])
    expect(by).toEqual([0, 1])
    expect(foldedColumns('Dam breaks', 'The dam broke.', 'en').foldedExtra).toBe('break')
  })
})
