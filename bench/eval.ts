// How good are stories and threads, and how fast are they made? The real filing over labelled news, one setting for all
// sets: B-cubed F1 of threads, and of stories the pairs found and the look-alikes kept apart. Prints a table and one
// JSON line. Beside each B-cubed F1 stands what plain average link reaches with the best threshold for the set
// (bench/average-link.ts).
//
//   node bench/eval.ts [--titles] [SET ...]
//
// `--titles` leaves out the texts, as maps of news do, and with them the copies. A SET is a key of SETS in bench/labelled.ts.
//
// Reads ../shared/corpora/threads and skips each set, saying so, where it is absent.
import { parseArgs } from 'node:util'
import { averageLink } from './average-link.ts'
import { printJson, printTable, rounded, skipped } from './helpers.ts'
import { itemsOf, type LabelledResult, measure, present, SETS } from './labelled.ts'

/** Every pair of more items than this is too much to compare. */
const COMPARED = 6_000

const { values: options, positionals } = parseArgs({
  options: { titles: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const chosen = Object.entries(SETS).filter(([key]) => positionals.length === 0 || positionals.includes(key))

const results: { set: string; result: LabelledResult; baseline: number | undefined }[] = []
for (const [, labelled] of chosen) {
  if (options.titles && labelled.pairs !== null) continue
  if (!present(labelled)) {
    skipped('eval', labelled.name)
    continue
  }
  const whole = await itemsOf(labelled)
  const items = options.titles ? whole.map(item => ({ ...item, text: '' })) : whole
  const result = await measure(labelled, undefined, items)
  const baseline = result.thread && items.length <= COMPARED ? averageLink(items).f1 : undefined
  results.push({ set: labelled.name, result, baseline })
}
if (results.length > 0) {
  const shown = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(3))
  printTable(
    [
      'set',
      'items',
      'threads',
      'precision',
      'recall',
      'B³ F1',
      'average link',
      'copies found',
      'kept apart',
      'items/s',
    ],
    results.map(({ set, result, baseline }) => [
      set,
      result.items,
      result.thread?.groups ?? '–',
      shown(result.thread?.bcubed.precision),
      shown(result.thread?.bcubed.recall),
      shown(result.thread?.bcubed.f1),
      shown(baseline),
      shown(result.storyPairs?.recall),
      shown(result.storyPairs?.keptApart),
      rounded(result.itemsPerSecond, 0),
    ]),
  )
  printJson('eval', {
    sets: results.map(({ set, result, baseline }) => ({
      set,
      items: result.items,
      itemsPerSecond: result.itemsPerSecond,
      thread: result.thread?.bcubed ?? null,
      averageLink: baseline ?? null,
      story: result.story?.pairs ?? null,
      storyPairs: result.storyPairs,
    })),
  })
}
