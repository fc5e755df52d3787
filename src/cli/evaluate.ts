// The command that measures: filing and threading over labelled items.
import { writeFileSync } from 'node:fs'
import { THREADS } from '../config/load.ts'
import { createEncoder, tryEncoder } from '../encode/encoder.ts'
import { textToEncode } from '../encode/text.ts'
import { createLog } from '../log.ts'
import type { ThreadSettings } from '../model/config.ts'
import { type EvalItem, evaluate, type GroupScore, readItems, type Vectors } from '../run/evaluate.ts'
import { worstErrors } from '../run/worst.ts'
import { configuredToPoll, Failed, json, out } from './shared.ts'
import { table } from './table.ts'

/** Errors of each kind that `eval --errors` writes. */
const ERRORS = 100
const ENCODED_AT_ONCE = 100

/** What the configured encoder gives the items; nothing where there is none. */
async function vectorsOf(items: readonly EvalItem[], { encoder }: ThreadSettings): Promise<Vectors> {
  const vectors = new Map<string, readonly number[] | null>()
  if (!encoder) return vectors
  const tried = await tryEncoder(encoder)
  if (!tried.ok) throw new Failed(`threads.encoder: ${tried.reason}`, 2)
  const running = createEncoder(encoder, createLog('warn', process.stderr.isTTY === true))
  try {
    for (let from = 0; from < items.length; from += ENCODED_AT_ONCE) {
      const some = items.slice(from, from + ENCODED_AT_ONCE)
      const found = await running.encode(some.map(({ title, text }) => textToEncode(title, text ?? '')))
      for (const [at, { id }] of some.entries()) vectors.set(id, found[at] ?? null)
    }
  } finally {
    running.close()
  }
  return vectors
}

/** Print how good stories and threads of the items in `file` are; write what was asked for. */
export async function evaluateItems(
  file: string,
  options: { out?: string; errors?: string; config?: string; json?: boolean },
): Promise<void> {
  const threads = options.config ? configuredToPoll({ config: options.config }).threads : THREADS
  const items = await readItems(file)
  if (!items.ok) throw new Failed(items.reason)
  const vectors = await vectorsOf(items.value, threads)
  const { assignments, placements, result } = evaluate(items.value, threads, vectors)
  const write = (to: string, rows: readonly object[]): void => {
    try {
      writeFileSync(to, rows.map(row => `${JSON.stringify(row)}\n`).join(''))
    } catch (error) {
      throw new Failed(`cannot write ${to} (${error instanceof Error ? error.message : String(error)})`)
    }
  }
  if (options.out) write(options.out, assignments)
  if (options.errors) write(options.errors, worstErrors(items.value, assignments, placements, ERRORS))
  if (options.json) return json(result)
  const line = (name: string, score: GroupScore | null): string[] =>
    score
      ? [
          name,
          String(score.labelled),
          `${score.groups} (${score.goldGroups})`,
          ...Object.values(score.bcubed).map(String),
          ...Object.values(score.pairs).map(String),
        ]
      : [name, '0', '–', '–', '–', '–', '–', '–', '–']
  out(
    table(
      ['label', 'items', 'groups (gold)', 'B³ precision', 'recall', 'F1', 'pairs precision', 'recall', 'F1'],
      [
        line('story', result.story),
        line('thread', result.thread),
        ...(Object.keys(result.languages).length > 1
          ? Object.entries(result.languages).map(([language, score]) =>
              'bcubed' in score
                ? line(`  in ${language}`, score)
                : ['  across', '', '', '', '', '', ...Object.values(score.pairs).map(String)],
            )
          : []),
      ],
    ),
  )
  out(`${result.items} items in ${result.seconds} s, ${result.itemsPerSecond} a second, ${result.peakRssMB} MB at most`)
}
