// Every statement that the files of `src/store` write, read from their source: texts that begin as statements do, and what is given to
// `sql.run` and its like. What stands in a template is worked out as far as it is constant; of a condition both ways are taken.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'vite'

export const STORE: string = fileURLToPath(new URL('../../src/store/', import.meta.url))

// biome-ignore lint/suspicious/noExplicitAny: a tree of any language's syntax.
type Node = any

export interface Written {
  /** `read/facts.ts:120`. */
  at: string
  /** The nearest function or constant of the module that it stands in. */
  within: string
  /** As it may be sent; empty where `unknown` says what is not known. */
  texts: string[]
  unknown: string | null
}

const BEGINS = /^\s*(?:select|insert|update|delete|with|values|merge)\s/i
const HANDLES = new Set(['run', 'all', 'get', 'each', 'soon'])
/** Ways that one statement may be put together. */
const MOST_WAYS = 200

interface Module {
  file: string
  source: string
  program: Node
  /** By name: what a constant is, a function, or whence it is imported. */
  top: Map<string, Node>
}

const modules = new Map<string, Module>()

function moduleOf(file: string): Module | null {
  const known = modules.get(file)
  if (known) return known
  if (!file.startsWith(STORE)) return null
  const source = readFileSync(file, 'utf8')
  const { program, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  const module: Module = { file, source, program, top: new Map() }
  modules.set(file, module)
  const link = (node: Node, parent: Node): void => {
    node.parent = parent
    node.module = module
    for (const child of childrenOf(node)) link(child, node)
  }
  link(program, null)
  for (const statement of program.body as Node[]) {
    const declared = statement.declaration ?? statement
    if (statement.type === 'ImportDeclaration') {
      for (const one of statement.specifiers) module.top.set(one.local.name, { ...one, from: statement.source.value })
    } else if (declared.type === 'VariableDeclaration') {
      for (const one of declared.declarations) if (one.id.type === 'Identifier') module.top.set(one.id.name, one.init)
    } else if (declared.type === 'FunctionDeclaration') module.top.set(declared.id.name, declared)
  }
  return module
}

function childrenOf(node: Node): Node[] {
  const found: Node[] = []
  for (const [key, value] of Object.entries(node)) {
    if (key === 'parent' || key === 'module') continue
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && typeof one === 'object' && typeof (one as Node).type === 'string') found.push(one)
    }
  }
  return found
}

function* below(node: Node): Iterable<Node> {
  yield node
  for (const child of childrenOf(node)) yield* below(child)
}

const isFunction = (node: Node): boolean =>
  ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'].includes(node?.type)

/** Not known before it runs. */
const UNKNOWN = Symbol('unknown')
class Hole extends Error {}

/** A function with the values of its own and outer parameters. */
interface Closure {
  node: Node
  scope: Scope
}
type Scope = Map<Node, unknown>

/** Goes every way once: each run of `work` is told other answers to `choose`. */
function everyWay<T>(work: (choose: (count: number) => number) => T): T[] {
  const results: T[] = []
  let path: number[] = []
  for (let way = 0; way < MOST_WAYS; way++) {
    const counts: number[] = []
    let at = 0
    results.push(
      work(count => {
        counts.push(count)
        const taken = path[at] ?? 0
        path[at++] = taken
        return taken
      }),
    )
    path = path.slice(0, at)
    while (path.length > 0 && (path.at(-1) ?? 0) + 1 >= (counts[path.length - 1] ?? 0)) path.pop()
    const last = path.pop()
    if (last === undefined) return results
    path.push(last + 1)
  }
  throw new Hole(`more than ${MOST_WAYS} ways`)
}

class Evaluation {
  readonly #choose: (count: number) => number
  /** A condition that is asked twice is answered alike. */
  readonly #decided = new Map<string, boolean>()
  readonly #parameters = new Map<Node, unknown>()
  #depth = 0

  constructor(choose: (count: number) => number) {
    this.#choose = choose
  }

  value(node: Node, scope: Scope): unknown {
    if (this.#depth > 60) throw new Hole('circle')
    this.#depth++
    try {
      return this.#value(node, scope)
    } finally {
      this.#depth--
    }
  }

  #value(node: Node, scope: Scope): unknown {
    switch (node.type) {
      case 'Literal':
        return node.regex ? new RegExp(node.regex.pattern, node.regex.flags) : node.value
      case 'TemplateLiteral':
        return node.quasis
          .map((quasi: Node, at: number) => {
            const hole = node.expressions[at]
            return quasi.value.cooked + (hole ? this.#text(hole, scope) : '')
          })
          .join('')
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
      case 'TSNonNullExpression':
      case 'ParenthesizedExpression':
      case 'ChainExpression':
        return this.value(node.expression, scope)
      case 'ConditionalExpression':
        return this.value(this.#holds(node.test, scope) ? node.consequent : node.alternate, scope)
      case 'LogicalExpression':
        return this.#logical(node, scope)
      case 'BinaryExpression':
        return this.#binary(node, scope)
      case 'ArrayExpression':
        return node.elements.flatMap((one: Node) => {
          if (one.type !== 'SpreadElement') return [this.value(one, scope)]
          const spread = this.value(one.argument, scope)
          if (!Array.isArray(spread)) throw new Hole(sourceOf(one))
          return spread
        })
      case 'ObjectExpression':
        return Object.fromEntries(
          node.properties.map((one: Node) =>
            one.type === 'Property'
              ? [one.key.name ?? one.key.value, { lazy: one.value, scope }]
              : ['...', { lazy: one.argument, scope }],
          ),
        )
      case 'ArrowFunctionExpression':
      case 'FunctionExpression':
      case 'FunctionDeclaration':
        return { node, scope } satisfies Closure
      case 'MemberExpression':
        return this.#member(node, scope)
      case 'CallExpression':
        return this.#call(node, scope)
      case 'NewExpression':
        if (node.callee.name === 'Array') return new Array(this.value(node.arguments[0], scope) as number).fill('')
        return UNKNOWN
      case 'Identifier':
        return this.#named(node, scope)
      default:
        return UNKNOWN
    }
  }

  #text(node: Node, scope: Scope): string {
    const value = this.value(node, scope)
    if (typeof value === 'string' || typeof value === 'number') return `${value}`
    throw new Hole(sourceOf(node))
  }

  #holds(test: Node, scope: Scope): boolean {
    const value = this.value(test, scope)
    if (value !== UNKNOWN) return Boolean(value)
    const asked = sourceOf(test)
    let decided = this.#decided.get(asked)
    if (decided === undefined) {
      decided = this.#choose(2) === 0
      this.#decided.set(asked, decided)
    }
    return decided
  }

  #logical(node: Node, scope: Scope): unknown {
    const left = this.value(node.left, scope)
    if (left === UNKNOWN) return UNKNOWN
    if (node.operator === '??') return left ?? this.value(node.right, scope)
    return (node.operator === '||') === Boolean(left) ? left : this.value(node.right, scope)
  }

  #binary(node: Node, scope: Scope): unknown {
    const [left, right] = [this.value(node.left, scope), this.value(node.right, scope)] as [number, number]
    if ((left as unknown) === UNKNOWN || (right as unknown) === UNKNOWN) return UNKNOWN
    switch (node.operator) {
      case '+':
        return left + right
      case '-':
        return left - right
      case '*':
        return left * right
      case '/':
        return left / right
      case '===':
        return left === right
      case '!==':
        return left !== right
      default:
        return UNKNOWN
    }
  }

  #forced(value: unknown): unknown {
    if (value !== null && typeof value === 'object' && 'lazy' in value) {
      const { lazy, scope } = value as unknown as { lazy: Node; scope: Scope }
      return this.value(lazy, scope)
    }
    return value
  }

  #member(node: Node, scope: Scope): unknown {
    const of = this.value(node.object, scope)
    if (of === UNKNOWN || of === null || of === undefined) return UNKNOWN
    const name = node.computed ? this.value(node.property, scope) : node.property.name
    if (Array.isArray(of)) return name === 'length' ? of.length : (of[name as number] ?? UNKNOWN)
    if (typeof of === 'object' && !('node' in of)) {
      // Any of them, where it is not known which.
      const known = of as Record<string, unknown>
      if (name === UNKNOWN) return this.#forced(Object.values(known)[this.#choose(Object.keys(known).length)])
      return (name as string) in known ? this.#forced(known[name as string]) : UNKNOWN
    }
    return UNKNOWN
  }

  #call(node: Node, scope: Scope): unknown {
    const { callee } = node
    const given = (at: number): unknown => (node.arguments[at] ? this.value(node.arguments[at], scope) : undefined)
    if (callee.type === 'MemberExpression' && !callee.computed) {
      const of = this.value(callee.object, scope)
      const name = callee.property.name as string
      const applied = (one: unknown, at: number): unknown => this.#applied(given(0) as Closure, [one, at])
      if (Array.isArray(of)) {
        if (name === 'map') return of.map(applied)
        if (name === 'flatMap') return of.flatMap(applied)
        if (name === 'filter') return of.filter((one, at) => applied(one, at) === true)
        if (name === 'fill') return of.fill(given(0))
        if (name === 'join') {
          if (of.some(one => typeof one !== 'string' && typeof one !== 'number')) throw new Hole(sourceOf(node))
          return of.join(given(0) as string)
        }
      }
      if (typeof of === 'string') {
        if (name === 'split') return of.split(given(0) as string)
        if (name === 'trim') return of.trim()
        if (name === 'replaceAll' || name === 'replace') {
          const [from, to] = [given(0), given(1)]
          if ((typeof from === 'string' || from instanceof RegExp) && typeof to === 'string') return of[name](from, to)
        }
      }
      if (sourceOf(callee) === 'Object.keys') return Object.keys(given(0) as object)
      return UNKNOWN
    }
    const called = this.value(callee, scope)
    if (called === null || typeof called !== 'object' || !('node' in called)) return UNKNOWN
    return this.#applied(
      called as Closure,
      node.arguments.map((_: Node, at: number) => ({ lazy: node.arguments[at], scope })),
    )
  }

  #applied({ node, scope }: Closure, given: readonly unknown[]): unknown {
    const inner: Scope = new Map(scope)
    inner.set(node, given)
    if (node.body.type !== 'BlockStatement') return this.value(node.body, inner)
    const returns = [...below(node.body)].filter(one => one.type === 'ReturnStatement' && functionOf(one) === node)
    if (returns.length === 0 || returns.some(one => one.argument === null)) return UNKNOWN
    const [only] = returns.length === 1 ? returns : [returns[this.#choose(returns.length)]]
    return this.value(only.argument, inner)
  }

  #named(node: Node, scope: Scope): unknown {
    const { name, module } = node as { name: string; module: Module }
    if (name === 'undefined') return undefined
    for (let at: Node = node.parent; at !== null; at = at.parent) {
      if (isFunction(at)) {
        const place = at.params.findIndex((param: Node) => bindingOf(param, name) !== null)
        if (place >= 0) return this.#parameter(at, place, name, scope)
      }
      if (at.type === 'BlockStatement') {
        for (const statement of at.body) {
          if (statement.type === 'FunctionDeclaration' && statement.id.name === name)
            return { node: statement, scope } satisfies Closure
          if (statement.type !== 'VariableDeclaration') continue
          for (const one of statement.declarations) {
            if (one.id.type === 'Identifier' && one.id.name === name) {
              // What is added to later is not known here.
              if (statement.kind !== 'const' || isAddedTo(at, name)) return UNKNOWN
              return one.init === null ? UNKNOWN : this.value(one.init, scope)
            }
            if (bindingOf(one.id, name) !== null) return UNKNOWN
          }
        }
      }
      if (at.type === 'ForOfStatement' && at.left.type === 'VariableDeclaration') {
        const [one] = at.left.declarations
        const path = bindingOf(one.id, name)
        if (path !== null) return this.#oneOf(at, path, scope)
      }
    }
    return this.#ofModule(module, name, scope)
  }

  /** Any of what a loop goes through. */
  #oneOf(loop: Node, path: readonly (string | number)[], scope: Scope): unknown {
    let all = this.#parameters.get(loop)
    if (all === undefined) {
      const list = this.value(loop.right, scope)
      all = Array.isArray(list) && list.length > 0 ? list[this.#choose(list.length)] : UNKNOWN
      this.#parameters.set(loop, all)
    }
    return this.#within(all, path)
  }

  #within(value: unknown, path: readonly (string | number)[]): unknown {
    let at = this.#forced(value)
    for (const step of path) {
      if (at === null || typeof at !== 'object') return UNKNOWN
      at = this.#forced((at as Record<string, unknown>)[step])
      if (at === undefined) return UNKNOWN
    }
    return at
  }

  #ofModule(module: Module, name: string, scope: Scope): unknown {
    const found = module.top.get(name)
    if (found === undefined || found === null) return UNKNOWN
    if (found.from === undefined) return this.value(found, scope)
    const other = found.from.startsWith('.') ? moduleOf(normalize(join(dirname(module.file), found.from))) : null
    return other === null ? UNKNOWN : this.#ofModule(other, found.imported.name, scope)
  }

  /** What was given, or what any caller gives. */
  #parameter(of: Node, place: number, name: string, scope: Scope): unknown {
    const path = bindingOf(of.params[place], name) ?? []
    const given = scope.get(of) as unknown[] | undefined
    if (given !== undefined) {
      if (given[place] !== undefined) return this.#within(given[place], path)
      const param = of.params[place]
      return param.type === 'AssignmentPattern' ? this.value(param.right, scope) : UNKNOWN
    }
    const callers = callersOf(of)
    if (callers.length === 0) return UNKNOWN
    // All that it is called with comes from one caller.
    let caller = this.#parameters.get(of) as Node
    if (caller === undefined) {
      caller = callers[this.#choose(callers.length)]
      this.#parameters.set(of, caller)
    }
    const argument = caller.arguments[place]
    if (argument) return this.#within(this.value(argument, scope), path)
    const param = of.params[place]
    return param.type === 'AssignmentPattern' ? this.value(param.right, scope) : UNKNOWN
  }
}

const sourceOf = (node: Node): string => node.module.source.slice(node.start, node.end).replaceAll(/\s+/g, ' ')

function functionOf(node: Node): Node {
  let at = node.parent
  while (at !== null && !isFunction(at)) at = at.parent
  return at
}

/** Where in what is bound the name stands; null where it is none of its. */
function bindingOf(pattern: Node, name: string): (string | number)[] | null {
  switch (pattern.type) {
    case 'Identifier':
      return pattern.name === name ? [] : null
    case 'AssignmentPattern':
      return bindingOf(pattern.left, name)
    case 'ObjectPattern':
      for (const one of pattern.properties) {
        const inner = one.type === 'Property' ? bindingOf(one.value, name) : null
        if (inner !== null) return [one.key.name ?? one.key.value, ...inner]
      }
      return null
    case 'ArrayPattern':
      for (const [at, one] of pattern.elements.entries()) {
        const inner = one === null ? null : bindingOf(one, name)
        if (inner !== null) return [at, ...inner]
      }
      return null
    default:
      return null
  }
}

/** Whether a list or object grows after it was made: by itself, or in whatever it is given to. */
function isAddedTo(block: Node, name: string): boolean {
  for (const node of below(block)) {
    if (node.type !== 'CallExpression') continue
    if (node.callee.type === 'MemberExpression' && node.callee.object.name === name) {
      if (['push', 'unshift', 'set', 'add'].includes(node.callee.property.name)) return true
    }
    if (node.callee.name === 'add' && [...below(node.arguments[0])].some(one => one.name === name)) return true
  }
  return false
}

function callersOf(of: Node): Node[] {
  const name = of.id?.name ?? (of.parent?.type === 'VariableDeclarator' ? of.parent.id.name : null)
  if (name === null || name === undefined) return []
  const found: Node[] = []
  for (const module of modules.values()) {
    const there = module.top.get(name)
    const isImported =
      there?.from !== undefined && normalize(join(dirname(module.file), there.from)) === (of.module as Module).file
    if (module !== of.module && !isImported) continue
    for (const node of below(module.program)) {
      if (node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === name)
        found.push(node)
    }
  }
  return found
}

function withinOf(node: Node): string {
  let name = ''
  for (let at = node; at !== null; at = at.parent) {
    if (at.type === 'FunctionDeclaration') name = at.id.name
    else if (at.type === 'VariableDeclarator' && at.parent.parent.type !== 'BlockStatement') name = at.id.name ?? name
  }
  return name
}

/** Statements of the files that are wanted, by their path within `src/store`. */
export function writtenStatements(isWanted: (file: string) => boolean): Written[] {
  const files = readdirSync(STORE, { recursive: true })
    .map(String)
    .filter(file => file.endsWith('.ts'))
    .sort()
  for (const file of files) moduleOf(join(STORE, file))
  return files.filter(isWanted).flatMap(file => statementsOf(moduleOf(join(STORE, file)) as Module, file))
}

function statementsOf(module: Module, file: string): Written[] {
  const found: Written[] = []
  const roots = new Set<Node>()
  for (const node of below(module.program)) {
    const isGiven =
      node.type === 'CallExpression' &&
      node.callee.type === 'MemberExpression' &&
      HANDLES.has(node.callee.property.name) &&
      /^sql$/.test(node.callee.object.name ?? '') &&
      node.arguments.length > 0
    if (isGiven) roots.add(node.arguments[0])
    const begins =
      node.type === 'TemplateLiteral'
        ? node.quasis[0].value.cooked
        : node.type === 'Literal' && typeof node.value === 'string'
          ? node.value
          : ''
    if (BEGINS.test(begins === '' ? beginningOf(node) : begins) && !isPartOf(node)) roots.add(node)
  }
  for (const node of roots) {
    const line = module.source.slice(0, node.start).split('\n').length
    const one: Written = {
      at: `${file}:${line}`,
      within: withinOf(node),
      texts: [],
      unknown: null,
    }
    try {
      const texts = everyWay(choose => new Evaluation(choose).value(node, new Map()))
      if (texts.some(text => typeof text !== 'string')) throw new Hole(sourceOf(node))
      one.texts = [...new Set(texts as string[])]
    } catch (error) {
      if (!(error instanceof Hole)) throw error
      one.unknown = error.message
    }
    found.push(one)
  }
  return found
}

/** What a template begins with whose first part is a constant. */
function beginningOf(node: Node): string {
  if (node.type !== 'TemplateLiteral' || node.expressions.length === 0) return ''
  try {
    const [beginning] = everyWay(choose => new Evaluation(choose).value(node.expressions[0], new Map()))
    return typeof beginning === 'string' ? beginning : ''
  } catch (error) {
    if (error instanceof Hole) return ''
    throw error
  }
}

/** What stands in another template is read with that. */
function isPartOf(node: Node): boolean {
  for (let at = node.parent; at !== null && !isFunction(at); at = at.parent) {
    if (at.type === 'TemplateLiteral') return true
    if (at.type === 'ImportDeclaration' || at.type === 'ThrowStatement') return true
  }
  return false
}
