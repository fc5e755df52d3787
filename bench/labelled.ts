// The labelled sets, and what the real filing and threading make of them: shared by bench/eval.ts and the test of quality.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { loadConfig } from '../src/config/load.ts'
import type { ThreadSettings } from '../src/model/config.ts'
import type { EvalItem, EvalResult } from '../src/run/evaluate.ts'
import { evaluate, readItems } from '../src/run/evaluate.ts'
import { root, shared } from './helpers.ts'

const folder = path.join(shared, 'corpora', 'threads')
const scorer = path.join(shared, 'tools', 'score.mjs')

/** The settings of the shipped configuration, for all sets alike. */
export function settings(): ThreadSettings {
  const loaded = loadConfig(path.join(root, 'config.json'), process.env)
  if (!loaded.ok) throw new Error(loaded.faults.join('\n'))
  return loaded.config.threads
}

export interface LabelledSet {
  name: string
  file: string
  /** Only items in this language. */
  language: string | null
  /** Labelled pairs for score.mjs. */
  pairs: string | null
}

const set = (name: string, file: string, language: string | null = null, pairs: string | null = null): LabelledSet => ({
  name,
  file: path.join(folder, file),
  language,
  pairs: pairs === null ? null : path.join(folder, pairs),
})

export const SETS = {
  /** The project's own, there on every machine: what papers make of agencies' copy, and short wires of general news. */
  agencies: {
    name: 'our own',
    file: path.join(root, 'tests', 'fixtures', 'labelled', 'agencies.jsonl'),
    language: null,
    pairs: null,
  },
  general: {
    name: 'our own, general news',
    file: path.join(root, 'tests', 'fixtures', 'labelled', 'general.jsonl'),
    language: null,
    pairs: null,
  },
  olympicsEnglish: set('olympics-2021 English', 'olympics-2021.jsonl', 'en'),
  olympicsArabic: set('olympics-2021 Arabic', 'olympics-2021.jsonl', 'ar'),
  olympics: set('olympics-2021 all', 'olympics-2021.jsonl'),
  saudiEvents: set('saudi-events-2015', 'saudi-events-2015.jsonl'),
  ecbplus: set('ecbplus', 'ecbplus.jsonl'),
  saudiCopies: set('saudi-copies-2015', 'saudi-copies-2015.jsonl', null, 'saudi-copies-2015.pairs.tsv'),
} as const

/** Whether the set and what scores it are there. */
export function present(labelled: LabelledSet): boolean {
  return existsSync(labelled.file) && (labelled.pairs === null || (existsSync(labelled.pairs) && existsSync(scorer)))
}

export interface PairScore {
  recall: number
  precision: number
  /** Share of the pairs that look alike but are two stories, and were kept so. */
  keptApart: number
}

export interface LabelledResult extends EvalResult {
  storyPairs: PairScore | null
}

export async function itemsOf(labelled: LabelledSet): Promise<EvalItem[]> {
  const read = await readItems(labelled.file)
  if (!read.ok) throw new Error(read.reason)
  return labelled.language === null ? read.value : read.value.filter(({ lang }) => lang === labelled.language)
}

/** File the set's items, or those `given`, or the first `most` of them, with the default settings and score what came of them. */
export async function measure(
  labelled: LabelledSet,
  most = Number.POSITIVE_INFINITY,
  given?: EvalItem[],
): Promise<LabelledResult> {
  const items = firstOf(given ?? (await itemsOf(labelled)), most)
  const { assignments, result } = evaluate(items, settings())
  const storyPairs = labelled.pairs === null ? null : scorePairs(items, labelled.pairs, assignments)
  return { ...result, storyPairs }
}

function firstOf(items: EvalItem[], most: number): EvalItem[] {
  if (items.length <= most) return items
  const time = ({ published }: EvalItem): number => (published === null ? 0 : Date.parse(published))
  return items.toSorted((a, b) => time(a) - time(b)).slice(0, most)
}

/** The pairs as an independent program scores them. */
export function scorePairs(
  items: readonly EvalItem[],
  allPairs: string,
  assignments: readonly { id: EvalItem['id'] }[],
): PairScore {
  const where = mkdtempSync(path.join(tmpdir(), 'minwal-eval-'))
  try {
    const lines = (rows: readonly object[]) => rows.map(row => `${JSON.stringify(row)}\n`).join('')
    const questions = path.join(where, 'items.jsonl')
    writeFileSync(questions, lines(items))
    const answers = path.join(where, 'assignments.jsonl')
    writeFileSync(answers, lines(assignments))
    const pairs = path.join(where, 'pairs.tsv')
    const [head = '', ...rows] = readFileSync(allPairs, 'utf8').split('\n')
    const known = new Set(items.map(({ id }) => String(id)))
    const kept = rows.filter(row => {
      const [one = '', other = ''] = row.split('\t')
      return known.has(one) && known.has(other)
    })
    writeFileSync(pairs, `${[head, ...kept].join('\n')}\n`)
    const args = [scorer, questions, answers, '--label', 'story', '--pairs', pairs]
    const scored = spawnSync(process.execPath, args, { encoding: 'utf8' })
    if (scored.status !== 0) throw new Error(`score.mjs failed: ${scored.stderr}`)
    return (JSON.parse(scored.stdout) as { storyPairs: PairScore }).storyPairs
  } finally {
    rmSync(where, { recursive: true, force: true })
  }
}
