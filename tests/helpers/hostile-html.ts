// Pages of up to 8 MB made to be slow for whoever reads HTML, by what is too much in them.

const PARAGRAPH =
  '<p>The crews of the ferry voted on Friday, after nine days, to sail again from Saturday; the owners agreed.</p>'
const times = (text: string, count: number): string => text.repeat(count)

/** `bytes`: how large the pages are that have no natural size. */
export function hostilePages(bytes = 8_000_000): Record<string, string> {
  const fill = (text: string): string => times(text, Math.max(1, Math.floor(bytes / text.length)))
  const most = (count: number): number => Math.max(1, Math.floor((count * bytes) / 8_000_000))
  const data = (text: string): string => `<script type="application/ld+json">${text}</script>${PARAGRAPH}`
  return {
    nested: times('<div>', most(100_000)) + PARAGRAPH,
    'unclosed bold': times('<b>x', most(50_000)) + PARAGRAPH,
    'nested tables': times('<table><tr><td>', most(3_000)) + PARAGRAPH,
    'left brackets': times('<', most(500_000)),
    paragraphs: fill(PARAGRAPH),
    spans: fill('<span>a</span>'),
    breaks: fill('a<br>'),
    'double breaks': fill('a<br><br>'),
    links: fill('<a href="/a/17">x</a>'),
    'unclosed links': fill('<a href=x>y'),
    headings: fill('<h2><a href="/a/17">x</a></h2>'),
    'main headings': fill('<h1>Ferry crews vote</h1>'),
    articles: fill('<article><h2>Ferry crews vote to end strike</h2><p>one two three, four</p></article>'),
    tables: fill('<table><tr><td>x</td></tr></table>'),
    'lists in lists': fill('<ul><li>one'),
    definitions: fill('<dl><dt>a<dd>b'),
    'closing tags': fill('</b>'),
    'closing tags in the deep': times('<div><span>', 90) + fill('</b></i>'),
    attributes: `<div ${fill('a=b ')}>${PARAGRAPH}`,
    'a long attribute': `<div class="${fill('a b-c ')}">${PARAGRAPH}`,
    classes: times(`<div class="${times('comment-body a ', 40)}"><p>x y z, w</p></div>`, most(12_000)),
    entities: fill('&amp;'),
    ampersands: fill('&'),
    'a long title': `<title>${fill('x y ')}`,
    'nested data': data(times('[', most(1_000_000))),
    'long data': data(
      `{"@type":"NewsArticle","headline":"${times('ferry &amp; ', most(5_000))}","articleBody":"${times('word , ', most(100_000))}"}`,
    ),
    'broken data': data(`{a:${times("'x',", most(100_000))}`),
    slashes: data(`{${times('/', most(1_000_000))}`),
    comments: fill('<!-->'),
    metas: fill('<meta name=a content=b>'),
    dates: fill('<time datetime="2026-01-01">2026-01-01</time>'),
    spaces: fill(' \n') + PARAGRAPH,
    'one word': fill('x'),
    'Chinese without an end': fill('海湾'),
    zeros: fill('\0'),
    hidden: fill('<p style="display:none">x</p>'),
    passwords: fill('<form><input type=password>'),
    drawings: fill('<svg/>'),
    commas: `<p>${fill(',,,,')}`,
    'a long report': `<article><h1>Ferry crews vote to end strike</h1>${fill(PARAGRAPH)}`,
  }
}
