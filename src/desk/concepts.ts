// The table of concepts, read from its file when the window has a second language.
import { readFileSync } from 'node:fs'
import type { ThreadIndex } from '../decide/thread/place.ts'
import { type Concepts, openConcepts } from '../language/concepts.ts'

let opened: Concepts | null = null

/** The concepts for a story, given the primary subtag of its language; null where the window has no other language. */
export function conceptsBeside(threads: ThreadIndex, language: string): Concepts | null {
  if (!threads.weights.vocabulary.hasOther(language)) return null
  opened ??= openConcepts(readFileSync(new URL('../language/concepts.bin', import.meta.url)))
  return opened
}
