// Finds elements by CSS selectors. Loaded for pages alone.
import { compile, type Options } from 'css-select'
import type { Outcome } from '../../model/units.ts'
import { type Element, within } from './nodes.ts'

/** Looks at elements that the selectors of one page may take: half a second. */
const MOST_STEPS = 10_000_000

export class TooSlowError extends Error {}

export interface Selecting {
  /** All elements in one that a selector finds, in the order of the page. */
  all(selector: Selector, element: Element): Element[]
  /** The first: the element itself, or one in it. */
  first(selector: Selector, element: Element): Element | null
}

export type Selector = (element: Element) => boolean

/** Selectors for one page. All of them together take a bounded number of steps; then {@link TooSlowError} is thrown. */
export class Selectors implements Selecting {
  #steps = 0
  readonly #options: Options<Element, Element>

  constructor() {
    const step = (): void => {
      if (++this.#steps > MOST_STEPS) throw new TooSlowError()
    }
    const parentOf = (element: Element): Element | null => {
      step()
      return element.parent
    }
    this.#options = {
      cacheResults: false,
      adapter: {
        isTag: (_element): _element is Element => {
          step()
          return true
        },
        getAttributeValue: ({ attributes }, name) => {
          step()
          return Object.hasOwn(attributes, name) ? attributes[name] : undefined
        },
        hasAttrib: ({ attributes }, name) => {
          step()
          return Object.hasOwn(attributes, name)
        },
        getChildren: ({ children }) => {
          step()
          return children
        },
        getName: ({ name }) => {
          step()
          return name
        },
        getParent: parentOf,
        getSiblings: element => parentOf(element)?.children ?? [element],
        equals: (one, other) => {
          step()
          return one === other
        },
        // No selector that is let through by the configuration asks for texts.
        getText: () => '',
        removeSubsets: elements => elements,
      },
    }
  }

  /** A selector made ready, or why it is none. */
  read(written: string): Outcome<Selector> {
    try {
      return { ok: true, value: compile<Element, Element>(written, this.#options) as Selector }
    } catch (error) {
      return { ok: false, reason: error instanceof Error ? error.message : String(error) }
    }
  }

  all(selector: Selector, element: Element): Element[] {
    return [...within(element)].filter(selector)
  }

  first(selector: Selector, element: Element): Element | null {
    for (const one of within(element)) if (selector(one)) return one
    return null
  }
}
