// JSON with comments: read with faults that name line and column, and appended to without changing what is there.
import { createRequire } from 'node:module'
import type { Edit, Node, ParseError } from 'jsonc-parser'

/** Loaded for a file that is no plain JSON, or is to be changed. */
const jsonc = (): typeof import('jsonc-parser') =>
  createRequire(import.meta.url)('jsonc-parser') as typeof import('jsonc-parser')

/** What jsonc-parser's codes mean, for people. */
const SYNTAX: Readonly<Record<string, string>> = {
  InvalidSymbol: 'this word is no value: text stands in double quotes',
  InvalidNumberFormat: 'this is no number',
  PropertyNameExpected: 'a key in double quotes is missing here',
  ValueExpected: 'a value is missing here',
  ColonExpected: 'a colon is missing before this',
  CommaExpected: 'a comma is missing before this',
  CloseBraceExpected: 'a closing brace } is missing here',
  CloseBracketExpected: 'a closing bracket ] is missing here',
  EndOfFileExpected: 'the file should end before this',
  InvalidCommentToken: 'a comment is not allowed here',
  UnexpectedEndOfComment: 'this comment has no end',
  UnexpectedEndOfString: 'this text has no closing quotation mark',
  UnexpectedEndOfNumber: 'this number has no end',
  InvalidUnicode: 'this \\u escape needs four hexadecimal digits',
  InvalidEscapeCharacter: 'this backslash escapes nothing: write \\\\ for a backslash',
  InvalidCharacter: 'a control character stands here',
}

const MAX_FAULTS = 10

/** Where something stands in a text: both from 1, in characters. */
export interface Place {
  line: number
  column: number
}

/** The value of a text; a byte order mark is passed over. */
export function readJsonc(
  text: string,
): { ok: true; value: unknown } | { ok: false; faults: (Place & { what: string })[] } {
  const plain = text.replace(/^\ufeff/, '')
  // Files without comments are many, and read in a fifth of the time.
  try {
    return { ok: true, value: JSON.parse(plain) }
  } catch {
    // It has comments or trailing commas, or faults that are to be named.
  }
  const { parse, printParseErrorCode } = jsonc()
  const errors: ParseError[] = []
  const value: unknown = parse(plain, errors, { allowTrailingComma: true })
  if (errors.length === 0) return { ok: true, value }
  const faults = errors.slice(0, MAX_FAULTS).map(error => {
    const what = SYNTAX[printParseErrorCode(error.error)] ?? 'this is no JSON'
    return { ...placeAt(plain, error.offset), what }
  })
  return { ok: false, faults }
}

function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: [...(before.at(-1) ?? '')].length + 1 }
}

/** Finds values by their paths: where the key stands, or the value in a list; of one that is missing, what it is missing in. */
export function placesIn(text: string): (path: readonly PropertyKey[]) => Place {
  const { findNodeAtLocation, parseTree } = jsonc()
  const plain = text.replace(/^\ufeff/, '')
  const tree = parseTree(plain, [], { allowTrailingComma: true })
  return path => {
    for (let length = path.length; tree !== undefined && length > 0; length--) {
      const node = findNodeAtLocation(tree, path.slice(0, length) as (string | number)[])
      if (node === undefined) continue
      const [key] = node.parent?.type === 'property' ? (node.parent.children ?? []) : []
      return placeAt(plain, (key ?? node).offset)
    }
    return placeAt(plain, tree?.offset ?? 0)
  }
}

export type Path = readonly (string | number)[]

/** Values for the end of a list. */
export interface Appended {
  list: Path
  values: readonly unknown[]
}

/**
 * A text with values added to its lists. Comments, order and layout of all that was there stay byte for byte. The path of a
 * list that the text does not have is given instead.
 *
 * `modify` of jsonc-parser is not used: it puts a value before the comment that follows the last one, which then seems to be
 * about the new value, and lays out afresh the object that holds the list.
 */
export function appendToLists(
  text: string,
  additions: readonly Appended[],
): { ok: true; text: string } | { ok: false; missing: Path } {
  const { applyEdits, findNodeAtLocation, parseTree } = jsonc()
  const mark = text.startsWith('\ufeff') ? '\ufeff' : ''
  const body = text.slice(mark.length)
  const tree = parseTree(body, [], { allowTrailingComma: true })
  const edits: Edit[] = []
  for (const { list, values } of additions) {
    const node = tree && findNodeAtLocation(tree, [...list])
    if (node?.type !== 'array') return { ok: false, missing: list }
    edits.push(...append(body, node, values))
  }
  return { ok: true, text: mark + applyEdits(body, edits) }
}

/** Edits that put values behind the last of a list, laid out as the list is. */
function append(text: string, list: Node, values: readonly unknown[]): Edit[] {
  const close = list.offset + list.length - 1
  const end = text.slice(0, close).trimEnd().length
  const last = list.children?.at(-1)
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const unit = /^(?:\t| {2,8})(?=\S)/m.exec(text)?.[0] ?? '  '
  const inner = text.slice(list.offset, close)
  const several = inner.includes('\n') || (last === undefined && values.length > 1)
  const outer = /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', last?.offset ?? list.offset) + 1))?.[0] ?? ''
  const indent = last === undefined || !text.slice(list.offset, last.offset).includes('\n') ? outer + unit : outer
  const lines = values.map(value => {
    // A line break in JSON.stringify's text is never part of a string.
    const json = JSON.stringify(value, null, unit)
    const short = json.replace(/\n\s*/g, ' ')
    const isFlat = !json.includes('[\n') && short.length <= 110
    return several && !isFlat ? json.replaceAll('\n', `${eol}${indent}`) : short
  })
  const between = several ? `${eol}${indent}` : ' '
  const edits: Edit[] = []
  if (last !== undefined && !commaFollows(text, last.offset + last.length)) {
    edits.push({ offset: last.offset + last.length, length: 0, content: ',' })
  }
  const content = (last === undefined && !several ? '' : between) + lines.join(`,${between}`)
  edits.push({ offset: Math.max(end, last === undefined ? list.offset + 1 : 0), length: 0, content })
  return edits
}

/** Whether the next sign behind white space and comments is a comma. */
function commaFollows(text: string, from: number): boolean {
  const rest = /(?:\s|\/\/[^\r\n]*|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/)*/y
  rest.lastIndex = from
  rest.exec(text)
  return text[rest.lastIndex] === ','
}
