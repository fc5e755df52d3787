// How good are stories and threads, and how fast are they made? The real filing over labelled news, one setting for all
// sets: B-cubed F1 of threads, and of stories the pairs found and the look-alikes kept apart. Prints a table and one
// JSON line.
//
//   node bench/eval.ts
//
// Reads ../shared/corpora/threads and skips each set, saying so, where it is absent.
import { printJson, printTable, rounded, skipped } from './helpers.ts'
import { type LabelledResult, measure, present, SETS } from './labelled.ts'

const results: { set: string; result: LabelledResult }[] = []
for (const labelled of Object.values(SETS)) {
  if (present(labelled)) results.push({ set: labelled.name, result: await measure(labelled) })
  else skipped('eval', labelled.name)
}
if (results.length > 0) {
  const shown = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(3))
  printTable(
    ['set', 'items', 'threads', 'precision', 'recall', 'B³ F1', 'copies found', 'kept apart', 'items/s'],
    results.map(({ set, result }) => [
      set,
      result.items,
      result.thread?.groups ?? '–',
      shown(result.thread?.bcubed.precision),
      shown(result.thread?.bcubed.recall),
      shown(result.thread?.bcubed.f1),
      shown(result.storyPairs?.recall),
      shown(result.storyPairs?.keptApart),
      rounded(result.itemsPerSecond, 0),
    ]),
  )
  printJson('eval', {
    sets: results.map(({ set, result }) => ({
      set,
      items: result.items,
      itemsPerSecond: result.itemsPerSecond,
      thread: result.thread?.bcubed ?? null,
      storyPairs: result.storyPairs,
    })),
  })
}
