// The editor's commands: explain, merge, split, decisions.
import { writeFileSync } from 'node:fs'
import { decisionItems, type Named, readNamed } from '../desk/editor.ts'
import { counted } from '../language/say.ts'
import type { Outcome } from '../model/units.ts'
import type { Aggregator, Explanation, Item } from '../run/aggregator.ts'
import { iso, isoOrNull } from './json.ts'
import { aggregatorOnFile, type Common, Failed, json, out, reading, say } from './shared.ts'
import { moment } from './shown.ts'

function named(text: string, fallback: Named['what'], allowed: readonly Named['what'][]): Named {
  const found = readNamed(text, fallback)
  if (found !== null && allowed.includes(found.what)) return found
  const forms = allowed.map(what => (what === fallback ? `12 or ${what}:12` : `${what}:12`)).join(', ')
  throw new Failed(`${JSON.stringify(text)} is no id: it must be like ${forms}`, 2)
}

/** The id of a thread, or of a story. */
function grouped(text: string): { what: 'thread' | 'story'; id: number } {
  const { what, id } = named(text, 'thread', ['thread', 'story'])
  return { what: what === 'story' ? 'story' : 'thread', id }
}

/** What is asked of an aggregator on the database that is there; its reason where there is none. */
async function asked<T>(
  options: Common,
  work: (aggregator: Aggregator) => Outcome<T> | Promise<Outcome<T>>,
): Promise<T> {
  const { aggregator } = await aggregatorOnFile(options)
  try {
    const outcome = await work(aggregator)
    if (!outcome.ok) throw new Failed(outcome.reason)
    return outcome.value
  } finally {
    await aggregator.stop()
  }
}

const itemOf = (what: 'thread' | 'story', id: number): Item => (what === 'thread' ? { thread: id } : { story: id })

export async function merge(ids: string[], options: Common): Promise<void> {
  const all = ids.map(grouped)
  const what = all[0]?.what ?? 'thread'
  if (all.length < 2) throw new Failed('name at least two ids to merge', 2)
  if (all.some(one => one.what !== what)) throw new Failed('threads and stories cannot be merged with each other', 2)
  const numbers = all.map(({ id }) => id)
  const items = numbers.map(id => itemOf(what, id))
  const kept = await asked(options, ({ editor }) => editor.merge(items))
  const gone = numbers.filter(id => id !== kept)
  if (options.json) json({ what, id: kept, merged: gone })
  else out(`${what} ${kept} now holds what was in ${gone.join(', ')}; those ids lead to it`)
}

export async function split(id: string, members: string[], options: Common): Promise<void> {
  const { what, id: number } = grouped(id)
  const inside = what === 'thread' ? 'story' : 'report'
  const leaving = members.map(member => named(member, inside, [inside]).id)
  const opened = await asked(options, ({ editor }) => editor.split(itemOf(what, number), leaving))
  if (options.json) json({ what, id: opened, from: number })
  else out(`${inside} ${leaving.join(', ')} left ${what} ${number} for ${what} ${opened}`)
}

export function decisions(options: Common & { export?: string }): void {
  reading(options, store => {
    if (options.export !== undefined) {
      const items = decisionItems(store)
      const lines = items.map(item => `${JSON.stringify(item)}\n`).join('')
      if (options.export === '-') out(lines || '\n')
      else {
        try {
          writeFileSync(options.export, lines)
        } catch (error) {
          throw new Failed(`cannot write ${options.export} (${error instanceof Error ? error.message : String(error)})`)
        }
        say(`${items.length} items written to ${options.export}: \`minwal eval ${options.export}\` scores them`)
      }
      return
    }
    const all = store.decisions()
    if (options.json) return json(all.map(decision => ({ ...decision, at: new Date(decision.at).toISOString() })))
    for (const { at, what, kind, one, other } of all) {
      const members = what === 'thread' ? 'stories' : 'reports'
      out(
        `${moment(at)}  ${members} ${one.join(' ')} ${kind === 'together' ? 'belong with' : 'are apart from'} ${other.join(' ')}`,
      )
    }
    say(counted(all.length, 'decision', 'decisions'))
  })
}

export async function explainItem(id: string, options: Common): Promise<void> {
  const { what, id: number } = named(id, 'story', ['story', 'report', 'thread'])
  const item = what === 'report' ? { report: number } : itemOf(what, number)
  const found = await asked(options, aggregator => aggregator.explain(item))
  if (options.json) json(explanationJson(found))
  else out(lines(found).join('\n'))
}

function explanationJson({ figures, regroupings, reports, ...rest }: Explanation): object {
  return {
    ...rest,
    reports: reports.map(({ page, ...report }) => ({
      ...report,
      page: page === null ? null : { ...page, asked: iso(page.asked), again: isoOrNull(page.again) },
    })),
    regroupings: regroupings.map(regrouping => ({ ...regrouping, at: iso(regrouping.at) })),
    figures: figures.map(figure => ({ ...figure, time: iso(figure.time) })),
  }
}

/** An explanation as a person reads it. */
function lines(explanation: Explanation): string[] {
  return explanation.paragraphs
    .flatMap(({ heading, sentences }) => ['', heading, ...sentences.map(line => `  ${line}`)])
    .slice(1)
}
