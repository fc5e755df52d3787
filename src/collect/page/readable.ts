// The one user of Mozilla's Readability, loaded when the first page is read: whoever reads feeds only loads nothing.
import { VOID } from './elements.ts'
import { type Box, readTree } from './tree.ts'

/** Characters that are asked for before Readability looks again with fewer demands. */
const ENOUGH = 250

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, found =>
    found === '&' ? '&amp;' : found === '<' ? '&lt;' : found === '>' ? '&gt;' : '&quot;',
  )

/** The attributes by which Readability judges an element. */
const JUDGED = [
  'id',
  'class',
  'role',
  'itemprop',
  'href',
  'rel',
  'dir',
  'lang',
  'property',
  'style',
  'aria-hidden',
  'hidden',
]

/** Parts of one element beyond which they are put together in boxes: taking one out takes time by the number of its neighbours. */
const MANY = 1_000
const TOGETHER = 500

function write(box: Box, out: string[]): void {
  out.push(`<${box.name}`)
  for (const name of JUDGED) {
    const value = box.attributes[name]
    if (value !== undefined) out.push(` ${name}="${escaped(value)}"`)
  }
  if (VOID.has(box.name)) {
    out.push('/>')
    return
  }
  out.push('>')
  const isLong = box.parts.length > MANY
  for (const [at, part] of box.parts.entries()) {
    if (isLong && at % TOGETHER === 0) out.push(at === 0 ? '<div>' : '</div><div>')
    if (typeof part === 'string') out.push(escaped(part))
    else write(part, out)
  }
  out.push(isLong ? `</div></${box.name}>` : `</${box.name}>`)
}

/** A whole document of a tree. */
function written(body: Box, title: string): string {
  const out = [`<!doctype html><html><head><title>${escaped(title)}</title></head>`]
  write({ ...body, name: 'body' }, out)
  out.push('</html>')
  return out.join('')
}

interface Tools {
  parse(html: string): unknown
  read(document: unknown): string | null
}

let tools: Promise<Tools> | null = null

async function load(): Promise<Tools> {
  const [{ Readability }, { default: Parser }] = await Promise.all([
    import('@mozilla/readability'),
    // Reads only what is written without a fault, as ours is: a whole reader of HTML would be thirty times the size.
    import('@mozilla/readability/JSDOMParser.js'),
  ])
  const options = { charThreshold: ENOUGH, keepClasses: true, disableJSONLD: true }
  return {
    parse: html => new Parser().parse(html),
    read: document => new Readability(document as never, options).parse()?.content ?? null,
  }
}

/** What Readability takes for the text of a page; null where it finds none. */
export async function readable(body: Box, title: string): Promise<Box | null> {
  tools ??= load()
  const { parse, read } = await tools
  const content = read(parse(written(body, title)))
  return content === null ? null : readTree(content).body
}

/** Resolves when everything is loaded. */
export async function prepared(): Promise<void> {
  tools ??= load()
  await tools
}
