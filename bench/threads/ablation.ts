// What each piece of evidence adds: the labelled sets, filed again and again with one thing left out, beside plain average
// link over all items at once (bench/average-link.ts).

import path from 'node:path'
import type { ThreadWords } from '../../src/decide/thread/place.ts'
import { scoreAcross, scoreGroups } from '../../src/run/evaluate.ts'
import { averageLink } from '../average-link.ts'
import { printJson, printTable, skipped } from '../helpers.ts'
import { itemsOf, type LabelledSet, present, SETS, settings } from '../labelled.ts'
import { readVectors, vectorsFile } from '../labelled-vectors.ts'
import { streamOf, threadItems, type Variant, wordsOfItems } from './stream.ts'

const without = (mark: string) => (said: ThreadWords) => ({
  ...said,
  shared: new Map([...said.shared].filter(([term]) => !term.startsWith(mark))),
})

const VARIANTS: Variant[] = [
  { name: 'all' },
  { name: 'no review', review: false },
  { name: 'no forms', words: said => ({ ...said, form: { shape: 0, filling: 0, dated: false } }) },
  { name: 'countries apart', tuning: { differentCountries: 1 } },
  { name: 'no slugs', words: said => ({ ...said, header: null }) },
  { name: 'nothing across languages', words: said => ({ ...said, shared: new Map() }) },
  { name: 'across: no names by sound', words: without('~') },
  { name: 'across: no countries', words: without('@') },
  { name: 'across: no numbers', words: without('#') },
  { name: 'across: no concepts', words: without('^') },
  { name: 'no body', titleOnly: true },
]

const ALL: LabelledSet[] = [
  SETS.olympicsEnglish,
  SETS.olympicsArabic,
  SETS.olympics,
  SETS.saudiEvents,
  SETS.ecbplus,
  SETS.agencies,
  SETS.general,
]

/**
 * Print the B-cubed F1 of the labelled sets whose names begin with `only` by the plain baseline and by each variant; with the
 * vectors of their items in a folder, where one is given.
 */
export async function ablate(
  only = '',
  folder: string | null = null,
  variants: readonly Variant[] = VARIANTS,
): Promise<void> {
  const rows = new Map<string, string[]>()
  const figures: Record<string, Record<string, unknown>> = {}
  const head = ['left out']
  const tell = (row: string, set: string, cell: string, figure: unknown) => {
    rows.set(row, [...(rows.get(row) ?? []), cell])
    figures[row] = { ...figures[row], [set]: figure }
  }
  for (const set of ALL) {
    if (!set.name.startsWith(only)) continue
    if (!present(set)) {
      skipped('threads', set.name)
      continue
    }
    const labelled = await itemsOf(set)
    const options = settings()
    const stream = streamOf(labelled, options.window)
    const languages = new Set(labelled.map(({ lang }) => lang)).size
    head.push(set.name, ...(languages > 1 ? ['pairs across'] : []))
    const plain = averageLink(labelled)
    tell('plain average link', set.name, `${plain.f1.toFixed(3)} (at ${plain.threshold.toFixed(2)})`, plain)
    if (languages > 1) tell('plain average link', `${set.name}, across`, '–', null)
    const said = wordsOfItems(stream, false)
    const vectors = folder === null ? null : readVectors(path.join(folder, path.basename(set.file)), labelled)
    if (folder !== null && vectors === null) {
      skipped('threads', `${vectorsFile(path.basename(set.file))} in ${folder}`)
      continue
    }
    for (const variant of variants) {
      const words = variant.titleOnly ? wordsOfItems(stream, true) : said
      const assignments = threadItems(stream, words, options, {
        ...variant,
        ...(vectors ? { vectors: vectors.vectors } : {}),
      })
      const score = scoreGroups(labelled, assignments, 'thread')?.bcubed
      if (!score) continue
      const { precision, recall, f1 } = score
      tell(variant.name, set.name, `${f1.toFixed(3)} (${precision.toFixed(2)}/${recall.toFixed(2)})`, score)
      if (languages === 1) continue
      const across = scoreAcross(labelled, assignments)?.pairs
      const cell = across ? `${across.precision.toFixed(2)}, ${across.recall.toFixed(3)}` : '–'
      tell(variant.name, `${set.name}, across`, cell, across)
    }
  }
  if (head.length === 1) return
  printTable(
    head,
    [...rows].map(([name, cells]) => [name, ...cells]),
  )
  printJson('threads-ablation', { f1: figures })
}

/** The same without the ablation: the plain baseline beside Minwal. */
export const besidePlain = (only = '', folder: string | null = null): Promise<void> =>
  ablate(only, folder, VARIANTS.slice(0, 1))
