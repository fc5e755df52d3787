// The packs of phrases: what each language writes around and in a report. A language is added by a file beside this one and a
// line here.
import { ar } from './ar.ts'
import { de } from './de.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fa } from './fa.ts'
import { fr } from './fr.ts'
import { pt } from './pt.ts'
import { ru } from './ru.ts'
import type { Phrases } from './shape.ts'
import { tr } from './tr.ts'

export type { Phrases, Slugs, TollWords } from './shape.ts'

export const PACKS: readonly Phrases[] = [ar, en, fr, es, de, pt, ru, tr, fa]
