// The elements of a page as selectors need them: each knows its parent and its place.
import { textOfTree } from '../page/blocks.ts'
import type { Box, PageTree } from '../page/tree.ts'

export interface Element {
  name: string
  attributes: Readonly<Record<string, string>>
  parent: Element | null
  /** Elements in it. */
  children: Element[]
  box: Box
}

/** The root element of a page, with its body in it. */
export function elementsOf({ body }: PageTree): Element {
  const root: Element = {
    name: 'html',
    attributes: {},
    parent: null,
    children: [],
    box: { name: 'html', attributes: {}, parts: [body] },
  }
  const ahead: Element[] = [root]
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    for (const box of next.box.parts) {
      if (typeof box === 'string') continue
      const child: Element = { name: box.name, attributes: box.attributes, parent: next, children: [], box }
      next.children.push(child)
      ahead.push(child)
    }
  }
  return root
}

/** An element and all in it, in the order of the page. */
export function* within(element: Element): Generator<Element> {
  const ahead: Element[] = [element]
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    yield next
    for (let at = next.children.length - 1; at >= 0; at--) ahead.push(next.children[at] as Element)
  }
}

/** The nearest of an element and those around it that fits. */
export function nearest(element: Element, fits: (element: Element) => boolean): Element | null {
  for (let next: Element | null = element; next !== null; next = next.parent) if (fits(next)) return next
  return null
}

/** Its text on one line. */
export const lineOfElement = ({ box }: Element): string => textOfTree(box).replace(/\s+/g, ' ').trim()
