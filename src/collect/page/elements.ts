// Which elements of HTML do what: tables for reading a tree, and for cutting its text into blocks.

const set = (names: string): ReadonlySet<string> => new Set(names.split(' '))

/** Elements without a content. */
export const VOID = set('area br col embed hr img source track wbr param frame')

/** Those that part words, or are seen. */
export const SHOWN_VOID = set('br hr img wbr')

/** Elements in which no text of a page stands. */
export const DROPPED = set(
  'script style noscript template iframe object svg math canvas audio video map select datalist textarea title head noframes noembed applet',
)

/** Elements before which an open paragraph ends, and which begin a block of text. */
export const BLOCK = set(
  'address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol p pre section summary table tbody td tfoot th thead tr ul',
)

export const HEADINGS = set('h1 h2 h3 h4 h5 h6')

/** What HTML calls special: inline elements are not closed across it. */
export const SPECIAL: ReadonlySet<string> = new Set([...BLOCK, 'body', 'button', 'caption', 'colgroup'])

/** What closing tags of blocks do not reach beyond. */
export const SCOPES = set('table td th caption button')

const LIST_STOPS = set(
  'ul ol menu dir dl table td th article aside section main nav header footer blockquote figure form details fieldset',
)

/** Parts of lists that end others. */
export const LIST_ENDS: ReadonlyMap<string, { closes: readonly string[]; within: ReadonlySet<string> }> = new Map([
  ['li', { closes: ['li'], within: LIST_STOPS }],
  ['dd', { closes: ['dd', 'dt'], within: LIST_STOPS }],
  ['dt', { closes: ['dd', 'dt'], within: LIST_STOPS }],
])

/** Parts of tables that end others, of the same table. */
export const TABLE_ENDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['td', ['td', 'th']],
  ['th', ['td', 'th']],
  ['tr', ['tr']],
  ['tbody', ['tbody', 'thead', 'tfoot']],
  ['thead', ['tbody', 'thead', 'tfoot']],
  ['tfoot', ['tbody', 'thead', 'tfoot']],
])

/** Attributes that something is read from. */
export const KEPT_ATTRIBUTES = set(
  'id class role itemprop itemtype hidden aria-hidden style datetime dir lang href rel type content property name data-url',
)
