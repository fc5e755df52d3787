// What an opening tag does, by its name: which open elements it ends, what it is written as, how its content is read. The
// first and the last are htmlparser2's rules, what is written is our policy.

import { detached } from './detached.ts'
import { isUnwrapped, KEPT_ELEMENTS, REMOVED_ELEMENTS, rewritten } from './policy.ts'

/** What an opening tag of one name does. */
export interface Rule {
  /** In lower case. */
  name: string
  /** Name that it is written under; null where the element goes. */
  output: string | null
  /** The opening tag without attributes; empty for an image, which goes then. */
  bare: string
  /** Open elements that end where it begins, if they are innermost. */
  ends: ReadonlySet<string> | null
  isVoid: boolean
  isUnwrapped: boolean
  /** How its content is read. */
  content: 'markup' | 'removed' | 'empty' | 'refused'
}

const words = (text: string): Set<string> => new Set(text.split(' '))

const VOID = words(
  'area base basefont br col command embed frame hr img input isindex keygen link meta param source track wbr',
)
/** Elements of other vocabularies, those whose content is no markup, and a form, which stands in no other. */
const REFUSED = words(
  'svg math mi mo mn ms mtext annotation-xml foreignobject desc title textarea xmp plaintext noembed noframes form animate animatemotion animatetransform set',
)
const ENDS = new Map<string, Set<string>>([
  ['tr', words('tr th td')],
  ['th', words('th')],
  ['td', words('thead th td')],
  ['body', words('head link script')],
  ['a', words('a')],
  ['li', words('li')],
  ['option', words('option')],
  ['optgroup', words('optgroup option')],
])
const FORM = words('input option optgroup select button datalist textarea')
for (const [names, ended] of [
  ['h1 h2 h3 h4 h5 h6', words('h1 h2 h3 h4 h5 h6 p')],
  ['select input output button datalist textarea', FORM],
  ['dd dt', words('dd dt')],
  ['rt rp', words('rt rp')],
  ['tbody tfoot', words('thead tbody')],
  [
    'p address article aside blockquote details div dl fieldset figcaption figure footer form header hr main nav ol pre section table ul',
    words('p'),
  ],
] as const) {
  for (const name of words(names)) ENDS.set(name, ended)
}

function newRule(name: string): Rule {
  const isVoid = VOID.has(name)
  const { tagName } = rewritten(name, {}, null)
  const output = KEPT_ELEMENTS.includes(tagName) ? tagName : null
  const content = REFUSED.has(name)
    ? 'refused'
    : name === 'script' || name === 'style'
      ? 'removed'
      : name === 'iframe'
        ? 'empty'
        : REMOVED_ELEMENTS.includes(name)
          ? 'refused'
          : 'markup'
  const bare = output === null || name === 'img' ? '' : `<${output}${isVoid ? ' />' : '>'}`
  return { name, output, bare, ends: ENDS.get(name) ?? null, isVoid, isUnwrapped: isUnwrapped(name), content }
}

/** Rules by name as written, so that no name is lowered twice; a bounded number of them. */
const rules = new Map<string, Rule>()
const MAX_RULES = 2_000

export function ruleOf(written: string): Rule {
  const known = rules.get(written)
  if (known !== undefined) return known
  const lower = written.toLowerCase()
  const name = lower === 'image' ? 'img' : lower
  const rule = newRule(detached(name))
  if (rules.size < MAX_RULES && written.length < 50) rules.set(detached(written), rule)
  return rule
}

// What is kept is known before any document could fill the table.
for (const name of KEPT_ELEMENTS) ruleOf(name)
