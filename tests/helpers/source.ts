// What the rules of the house need to know of a source file, read from its syntax tree.
import { parseSync } from 'vite'

export interface Source {
  /** What it imports, statically, for its types or when it runs, as written. */
  imports: string[]
  /** Functions, methods and members with a body: their name and the lines they take. */
  functions: { name: string; lines: number }[]
  /** What it calls, makes without arguments and takes members of: `fetch()`, `new Date()`, `Date.now`. */
  uses: string[]
  lines: number
}

interface Node {
  type: string
  start: number
  end: number
  [key: string]: unknown
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'

const nameOf = (node: unknown): string | null =>
  isNode(node) && node.type === 'Identifier' ? (node['name'] as string) : null

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])

export function sourceOf(text: string): Source {
  const found: Source = { imports: [], functions: [], uses: [], lines: text.trimEnd().split('\n').length }
  const linesOf = ({ start, end }: Node): number => text.slice(start, end).split('\n').length

  const see = (node: Node, name: string | null): void => {
    if (FUNCTIONS.has(node.type))
      found.functions.push({ name: nameOf(node['id']) ?? name ?? 'nameless', lines: linesOf(node) })
    const from = node['source']
    if (isNode(from) && typeof from['value'] === 'string') found.imports.push(from['value'])
    if (node.type === 'NewExpression' && (node['arguments'] as unknown[]).length === 0) {
      const made = nameOf(node['callee'])
      if (made !== null) found.uses.push(`new ${made}()`)
    }
    if (node.type === 'CallExpression') {
      const called = nameOf(node['callee'])
      if (called !== null) found.uses.push(`${called}()`)
      // A part of a package that has no entry is loaded by its path.
      const [first] = node['arguments'] as Node[]
      if (called === 'findPackageJSON' && typeof first?.['value'] === 'string') found.imports.push(first['value'])
    }
    if (node.type === 'MemberExpression') {
      const [object, property] = [nameOf(node['object']), nameOf(node['property'])]
      if (object !== null) found.uses.push(`${object}.${property ?? '?'}`)
    }
  }

  const visit = (value: unknown, name: string | null): void => {
    if (Array.isArray(value)) for (const child of value) visit(child, name)
    else if (isNode(value)) {
      see(value, name)
      const named = nameOf(value['id']) ?? nameOf(value['key']) ?? name
      for (const child of Object.values(value)) if (typeof child === 'object') visit(child, named)
    }
  }
  visit(parseSync('file.ts', text).program, null)
  return found
}
