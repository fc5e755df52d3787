// Hides how OPML 2.0 (http://opml.org/spec2.opml) is written.
import { cleanLine, escapeHtml } from './pages/html.ts'

/** Attributes beyond OPML's own stand in a namespace, as its specification asks; other readers pass over them. */
export const OPML_NAMESPACE = 'urn:x-minwal:opml'

export interface Outline {
  text: string
  /** Further attributes, in order. Those without a value are left out. */
  attributes?: Readonly<Record<string, string | null>>
  outlines?: readonly Outline[]
}

/** An OPML document. All text becomes one line without what XML forbids; names beginning with `minwal:` are ours. */
export function writeOpml(title: string, outlines: readonly Outline[]): string {
  const own = outlines.some(usesNamespace) ? ` xmlns:minwal="${OPML_NAMESPACE}"` : ''
  return `<?xml version="1.0" encoding="utf-8"?>
<opml version="2.0"${own}>
  <head>
    <title>${oneLine(title)}</title>
  </head>
  <body>
${outlines.map(outline => write(outline, '    ')).join('')}  </body>
</opml>
`
}

function usesNamespace({ attributes = {}, outlines = [] }: Outline): boolean {
  return Object.keys(attributes).some(name => name.startsWith('minwal:')) || outlines.some(usesNamespace)
}

function oneLine(text: string): string {
  return escapeHtml(cleanLine(text))
}

function write({ text, attributes = {}, outlines }: Outline, indent: string): string {
  const given = Object.entries(attributes).flatMap(([name, value]) =>
    value === null ? [] : [[name, oneLine(value)] as const],
  )
  // The type stands first, as everyone writes it.
  const [type, rest] = [given.filter(([name]) => name === 'type'), given.filter(([name]) => name !== 'type')]
  const written = [...type, ['text', oneLine(text)] as const, ...rest]
    .map(([name, value]) => ` ${name}="${value}"`)
    .join('')
  if (outlines === undefined) return `${indent}<outline${written}/>\n`
  return `${indent}<outline${written}>\n${outlines.map(inner => write(inner, `${indent}  `)).join('')}${indent}</outline>\n`
}
