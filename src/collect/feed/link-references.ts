// Character references that templates leave in an address by escaping it once too often: `?a=1&#038;b=2` inside CDATA, in
// JSON, or in an attribute that was escaped twice.

/** `&amp;`, `&#38;`, `&#x26;`, also one behind the other, as escaping again and again makes them. */
const AMPERSAND = /&(?:amp;|#0{0,8}38;|#x0{0,8}26;)+/gi
/** Any printable ASCII character: Handlebars writes `=` as `&#x3D;` and `/` as `&#x2F;`. */
const NUMBERED = /&#(?:x0{0,8}([2-7][0-9a-f])|0{0,8}(3[3-9]|[4-9]\d|1[01]\d|12[0-6]));/gi
/** Escaping three times over has not been seen. */
const ROUNDS = 3

/**
 * The address as it is meant. A reader's browser would ask for another page with the references in it, for `#` begins the
 * fragment. Names without a semicolon (`&copy=2`) are parameters and stay. Time is linear in the length of the address.
 */
export function withoutReferences(address: string): string {
  let plain = address
  for (let round = 0; round < ROUNDS && plain.includes(';') && plain.includes('&'); round++) {
    const next = plain
      .replace(AMPERSAND, '&')
      .replace(NUMBERED, (_, hex: string | undefined, decimal: string | undefined) =>
        String.fromCharCode(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)),
      )
    if (next === plain) break
    plain = next
  }
  return plain
}
