// The editor's commands: explain, merge, split, decisions.
import { writeFileSync } from 'node:fs'
import {
  decisionItems,
  mergeStories,
  mergeThreads,
  type Named,
  readNamed,
  splitStory,
  splitThread,
} from '../desk/editor.ts'
import { type Explanation, explain } from '../desk/explain.ts'
import { counted, stamp } from '../language/say.ts'
import type { Outcome } from '../model/units.ts'
import { type Common, changing, Failed, json, out, reading, say } from './shared.ts'

function named(text: string, fallback: Named['what'], allowed: readonly Named['what'][]): Named {
  const found = readNamed(text, fallback)
  if (found !== null && allowed.includes(found.what)) return found
  const forms = allowed.map(what => (what === fallback ? `12 or ${what}:12` : `${what}:12`)).join(', ')
  throw new Failed(`${JSON.stringify(text)} is no id: it must be like ${forms}`, 2)
}

function done(outcome: Outcome<number>): number {
  if (!outcome.ok) throw new Failed(outcome.reason)
  return outcome.value
}

export function merge(ids: string[], options: Common): void {
  const all = ids.map(id => named(id, 'thread', ['thread', 'story']))
  const what = all[0]?.what ?? 'thread'
  if (all.length < 2) throw new Failed('name at least two ids to merge', 2)
  if (all.some(one => one.what !== what)) throw new Failed('threads and stories cannot be merged with each other', 2)
  const numbers = all.map(({ id }) => id)
  changing(options, store => {
    const kept = done(
      what === 'thread' ? mergeThreads(store, numbers, Date.now()) : mergeStories(store, numbers, Date.now()),
    )
    if (options.json) json({ what, id: kept, merged: numbers.filter(id => id !== kept) })
    else
      out(`${what} ${kept} now holds what was in ${numbers.filter(id => id !== kept).join(', ')}; those ids lead to it`)
  })
}

export function split(id: string, members: string[], options: Common): void {
  const { what, id: number } = named(id, 'thread', ['thread', 'story'])
  const inside = what === 'thread' ? 'story' : 'report'
  const leaving = members.map(member => named(member, inside, [inside]).id)
  changing(options, store => {
    const opened = done(
      what === 'thread'
        ? splitThread(store, number, leaving, Date.now())
        : splitStory(store, number, leaving, Date.now()),
    )
    if (options.json) json({ what, id: opened, from: number })
    else out(`${inside} ${leaving.join(', ')} left ${what} ${number} for ${what} ${opened}`)
  })
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
        `${stamp(at)}  ${members} ${one.join(' ')} ${kind === 'together' ? 'belong with' : 'are apart from'} ${other.join(' ')}`,
      )
    }
    say(counted(all.length, 'decision', 'decisions'))
  })
}

export function explainItem(id: string, options: Common): void {
  const asked = named(id, 'story', ['story', 'report', 'thread'])
  reading(options, (store, config) => {
    const found = explain(store, asked, config.threads)
    if (!found.ok) throw new Failed(found.reason)
    if (options.json) return json(found.value)
    out(lines(found.value).join('\n'))
  })
}

/** An explanation as a person reads it. */
function lines(explanation: Explanation): string[] {
  return explanation.paragraphs
    .flatMap(({ heading, sentences }) => ['', heading, ...sentences.map(line => `  ${line}`)])
    .slice(1)
}
