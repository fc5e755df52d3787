// The packs of phrases: what each language writes around and in a report. A language is added by a file beside this one and a
// line here.
import { ar } from './ar.ts'
import { de } from './de.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fa } from './fa.ts'
import { fr } from './fr.ts'
import { it } from './it.ts'
import { pt } from './pt.ts'
import { ru } from './ru.ts'
import type { Phrases } from './shape.ts'
import { tr } from './tr.ts'

export type { Group, People, Phrases, Slugs, TollWords } from './shape.ts'

/** English last: what opens its embargoes is the beginning of what opens those of others. */
export const PACKS: readonly Phrases[] = [ar, fr, es, de, pt, ru, tr, it, fa, en]

/** What all packs have of one kind, as alternatives of a pattern. */
export function alternatives(pick: (pack: Phrases) => string | undefined): string {
  return PACKS.map(pick).filter(Boolean).join('|')
}
