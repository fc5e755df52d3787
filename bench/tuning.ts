// What do `threads.threshold` and `threads.window` do? B-cubed precision and recall of threads on labelled news, each with
// the other at its default. Prints the table of docs/configuration.md, and one JSON line.
//
//   node bench/tuning.ts
//
// Reads ../shared/corpora/threads and skips each set, saying so, where it is absent. Takes some minutes.

import type { ThreadSettings } from '../src/model/config.ts'
import { evaluate, readItems } from '../src/run/evaluate.ts'
import { printJson, skipped } from './helpers.ts'
import { type LabelledSet, present, SETS, settings } from './labelled.ts'

const HOUR = 3_600_000
const THRESHOLDS = [0.2, 0.24, 0.28, 0.32, 0.36, 0.4]
const WINDOWS = [24, 72, 168]

const sets = [SETS.olympicsEnglish, SETS.olympicsArabic, SETS.saudiEvents, SETS.ecbplus].filter(labelled => {
  if (!present(labelled)) skipped('tuning', labelled.name)
  return present(labelled)
})
const standard = settings()
const tried: { setting: string; settings: ThreadSettings }[] = [
  ...THRESHOLDS.map(threshold => ({ setting: `threshold ${threshold}`, settings: { ...standard, threshold } })),
  ...WINDOWS.map(hours => ({ setting: `window ${hours}h`, settings: { ...standard, window: hours * HOUR } })),
]

const items = new Map(await Promise.all(sets.map(async labelled => [labelled, await itemsOf(labelled)] as const)))
const scores = new Map<string, Score[]>()
const rows = tried.map(({ setting, settings }) => {
  // The default stands in both halves of the table, and is measured once.
  const key = `${settings.threshold} ${settings.window}`
  const found = scores.get(key) ?? sets.map(labelled => score(labelled, settings))
  scores.set(key, found)
  const isDefault = settings.threshold === standard.threshold && settings.window === standard.window
  return { setting, isDefault, scores: found }
})

if (sets.length > 0) {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`
  process.stdout.write(line(['', ...sets.map(({ name }) => name)]))
  process.stdout.write(line(['---', ...sets.map(() => '---')]))
  for (const { setting, isDefault, scores } of rows) {
    const name = isDefault ? `**${setting}**` : setting
    process.stdout.write(
      line([name, ...scores.map(({ precision, recall }) => `${precision.toFixed(2)} · ${recall.toFixed(2)}`)]),
    )
  }
  printJson('tuning', { rows })
}

interface Score {
  set: string
  precision: number
  recall: number
  f1: number
  threads: number
}

function score(labelled: LabelledSet, settings: ThreadSettings): Score {
  const { thread } = evaluate(items.get(labelled) ?? [], settings).result
  if (thread === null) throw new Error(`${labelled.file} labels no threads`)
  return { set: labelled.name, ...thread.bcubed, threads: thread.groups }
}

async function itemsOf({ file, language }: LabelledSet) {
  const read = await readItems(file)
  if (!read.ok) throw new Error(read.reason)
  return language === null ? read.value : read.value.filter(({ lang }) => lang === language)
}
