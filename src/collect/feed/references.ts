// Character references in HTML that the HTML parser would not read as their writers meant.

import { joinHalves, type Removed } from './characters.ts'
import { htmlEntity } from './htmlparser2.ts'

/** Names that HTML reads without their semicolon too (HTML standard, named character references). */
const LEGACY = new Set(
  `AElig AMP Aacute Acirc Agrave Aring Atilde Auml COPY Ccedil ETH Eacute Ecirc Egrave Euml GT Iacute Icirc Igrave Iuml LT
  Ntilde Oacute Ocirc Ograve Oslash Otilde Ouml QUOT REG THORN Uacute Ucirc Ugrave Uuml Yacute aacute acirc acute aelig
  agrave amp aring atilde auml brvbar ccedil cedil cent copy curren deg divide eacute ecirc egrave eth euml frac12 frac14
  frac34 gt iacute icirc iexcl igrave iquest iuml laquo lt macr micro middot nbsp not ntilde oacute ocirc ograve ordf ordm
  oslash otilde ouml para plusmn pound quot raquo reg sect shy sup1 sup2 sup3 szlig thorn times uacute ucirc ugrave uml uuml
  yacute yen yuml`.split(/\s+/),
)
const LONGEST = 6

/** Whether the name begins with one that needs no semicolon: `copyright`, `notit`. */
function beginsLegacy(name: string): boolean {
  for (let length = 2; length <= Math.min(LONGEST, name.length); length++) {
    if (LEGACY.has(name.slice(0, length))) return true
  }
  return false
}

const REFERENCE = /&(?:#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,8}));?|([A-Za-z][A-Za-z0-9]{0,40})(;?))/g

/**
 * Joins characters written as two references to the halves of a surrogate pair (`&#55357;&#56628;`), and keeps the `&` of
 * `&copy=2` and of words such as `R&Degree`: a name without semicolon counts only where no letter, digit or `=` follows,
 * in text as the HTML standard has it for attributes.
 */
export function mendReferences(html: string, removed?: Removed): string {
  if (!html.includes('&')) return html
  const mended = html.replace(
    REFERENCE,
    (all: string, hex: string | undefined, decimal: string | undefined, name: string | undefined, ...rest) => {
      if (name === undefined) {
        const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
        if (code >= 0xd800 && code <= 0xdfff) return String.fromCharCode(code)
        // The parser would write U+FFFD for a NUL.
        return code === 0 ? ' ' : all
      }
      const [semicolon, offset] = rest as [string, number]
      if (!beginsLegacy(name)) return all
      const isMeant =
        semicolon !== '' ? htmlEntity(name) !== null : LEGACY.has(name) && html[offset + all.length] !== '='
      return isMeant ? all : `&amp;${all.slice(1)}`
    },
  )
  const { text, lost } = joinHalves(mended)
  if (removed !== undefined) removed.halves += lost
  return text
}
