// The command that measures: filing and threading over labelled items.
import { writeFileSync } from 'node:fs'
import { THREADS } from '../config/load.ts'
import { textToEncode } from '../decide/thread/model.ts'
import { createEncoder } from '../encode/encoder.ts'
import { silent } from '../log.ts'
import type { PollSettings, ThreadSettings } from '../model/config.ts'
import { askerOf } from '../run/encoding.ts'
import { type EvalItem, evaluate, type GroupScore, readItems, type Vectors } from '../run/evaluate.ts'
import { worstErrors } from '../run/worst.ts'
import { progress } from './progress.ts'
import { configuredToPoll, Failed, json, out } from './shared.ts'
import { show } from './shown.ts'

/** Errors of each kind that `eval --errors` writes. */
const ERRORS = 100

/** What the configured encoder gives the items; nothing where there is none. */
async function vectorsOf(
  items: readonly EvalItem[],
  { encoder }: ThreadSettings,
  poll: PollSettings | null,
): Promise<Vectors> {
  const vectors = new Map<string, readonly number[] | null>()
  if (!encoder || poll === null) return vectors
  const running = createEncoder(encoder, { log: silent, asker: () => askerOf(poll) })
  try {
    for (let from = 0; from < items.length; ) {
      const some = items.slice(from, from + running.batch)
      const encoded = await running.encode(some.map(({ title, text }) => textToEncode(title, text ?? '')))
      if (!encoded.ok) throw new Failed(`threads.encoder: ${encoded.reason}`, 2)
      for (const [at, { id }] of some.entries()) vectors.set(id, encoded.value.vectors[at] ?? null)
      from += some.length
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
  const config = options.config ? configuredToPoll({ config: options.config }) : null
  const threads = config?.threads ?? THREADS
  const items = await readItems(file)
  if (!items.ok) throw new Failed(items.reason)
  const vectors = await vectorsOf(items.value, threads, config?.poll ?? null)
  const bar = progress(items.value.length, 'items')
  const { assignments, placements, result } = evaluate(items.value, threads, vectors, () => bar.step())
  bar.end()
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
  show({
    head: ['label', 'items', 'groups (gold)', 'B³ precision', 'recall', 'F1', 'pairs precision', 'recall', 'F1'],
    rows: [
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
  })
  out(`${result.items} items in ${result.seconds} s, ${result.itemsPerSecond} a second, ${result.peakRssMB} MB at most`)
}
