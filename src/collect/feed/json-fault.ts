// Finds where a text stops being JSON (RFC 8259). V8 gives the place of some faults only, and quotes the text.

const LITERAL = /true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const BLANK = /[ \t\n\r]*/y

/** End of the string that begins at `at`; the place of what must not stand in it, as a negative number less one. */
function stringEnd(source: string, at: number): number {
  for (let place = at + 1; place < source.length; place++) {
    const code = source.charCodeAt(place)
    if (code === 0x22) return place + 1
    if (code < 0x20) return -1 - place
    if (code !== 0x5c) continue
    const escaped = source[place + 1] ?? ''
    if (escaped === 'u' && !/^[0-9a-fA-F]{4}$/.test(source.slice(place + 2, place + 6))) return -1 - place
    if (!'"\\/bfnrtu'.includes(escaped)) return -1 - place
    place++
  }
  return -1 - source.length
}

/** Place of the first character that no JSON text has there; the length where the text is cut off. Linear, not recursive. */
export function jsonFault(source: string): number {
  const open: string[] = []
  let expects: 'value' | 'first' | 'key' | 'colon' | 'next' = 'value'
  let at = 0
  for (;;) {
    BLANK.lastIndex = at
    BLANK.exec(source)
    at = BLANK.lastIndex
    const character = source[at]
    const inside = open[open.length - 1]
    if (character === undefined) return at
    if (expects === 'next' && inside === undefined) return at
    if (expects === 'colon') {
      if (character !== ':') return at
      expects = 'value'
      at++
    } else if (character === inside && (expects === 'next' || expects === 'first')) {
      open.pop()
      expects = 'next'
      at++
    } else if (expects === 'next') {
      if (character !== ',') return at
      expects = inside === '}' ? 'key' : 'value'
      at++
    } else if (expects === 'key' || (expects === 'first' && inside === '}')) {
      if (character !== '"') return at
      const end = stringEnd(source, at)
      if (end < 0) return -1 - end
      at = end
      expects = 'colon'
    } else if (character === '{' || character === '[') {
      open.push(character === '{' ? '}' : ']')
      expects = 'first'
      at++
    } else {
      LITERAL.lastIndex = at
      const end = character === '"' ? stringEnd(source, at) : LITERAL.test(source) ? LITERAL.lastIndex : -1 - at
      if (end < 0) return -1 - end
      at = end
      expects = 'next'
    }
  }
}

/** What is wrong with a text that is no JSON, and where, for a user. */
export function describeJsonFault(source: string): string {
  const at = jsonFault(source)
  if (at >= source.length) return 'it ends in the middle: it may be cut off'
  const before = source.slice(0, at)
  const line = before.split('\n').length
  const column = before.length - before.lastIndexOf('\n')
  const found = source
    .slice(at, at + 20)
    .toWellFormed()
    .replace(/\s+/g, ' ')
    .trim()
  return `it cannot be read from line ${line}, column ${column} on${found === '' ? '' : `, where «${found}» stands`}`
}
