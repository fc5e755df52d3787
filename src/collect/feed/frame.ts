// An open element of a feed, and what it hands down to the elements in it.

import type { Attributes } from './draft.ts'
import { rebase } from './links.ts'
import { newScope, type Scope } from './names.ts'

/** What is done inside an element. */
export type Kind =
  /** Before and around the feed. */
  | 'outside'
  | 'feed'
  | 'entry'
  /** Passed over with all its children. */
  | 'skip'
  /** Its children count as children of the element around it. */
  | 'open'
  /** Its text is gathered; for a body, its markup too. */
  | 'field'
  | 'body'
  | 'person'
  | 'source'
  | 'image'
  /** Inside one of the five before. */
  | 'inside'

/** An open element. */
export interface Frame {
  /** Lower-cased name as written: what a closing tag must match. */
  tag: string
  kind: Kind
  /** Canonical name. */
  name: string
  scope: Scope
  base: string | null
  language: string | null
  /** Length of the gathered text when it was opened. */
  from: number
  /** Whether a closing tag has to be written into the gathered markup. */
  emit: boolean
}

/** Namespaces, base and language that an element declares for itself and what is in it. */
export function inherit(frame: Frame, parent: Frame, attributes: Attributes): void {
  for (const [name, value] of attributes) {
    if (name.startsWith('xmlns') && (name.length === 5 || name[5] === ':')) {
      if (frame.scope === parent.scope) frame.scope = newScope(parent.scope)
      frame.scope.prefixes.set(name.slice(6), value)
    } else if (name === 'xml:base') {
      frame.base = rebase(value, parent.base)
    } else if (name === 'xml:lang') {
      frame.language = value
    }
  }
}
