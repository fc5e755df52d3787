// Rules of whom to tell of what: what contradicts itself in them, and what is made of them.
import type { NotifyCondition, NotifyRule, NotifyTarget } from '../model/notify.ts'
import type { Fault } from './faults.ts'
import { items, member } from './raw.ts'
import { type ConfigInput, toMillis } from './schema.ts'

type NotifyInput = NonNullable<ConfigInput['notify']>[number]

const NEWS = ['query', 'agencies', 'killed'] as const
const TARGETS = ['webhook', 'mail', 'command'] as const

/** Rules that say nothing, several things or the same name. */
export function notifyFaults(filled: unknown): Fault[] {
  const names = new Map<unknown, number>()
  return items(member(filled, 'notify')).flatMap(([at, rule]) => {
    const path = ['notify', at]
    const has = (key: string): boolean => member(rule, key) !== undefined
    const faults: Fault[] = []
    const conditions = [NEWS.some(has), has('silent'), has('failure')].filter(Boolean).length
    if (conditions === 0)
      faults.push({ path, says: 'must say when: "query", "agencies", "killed", "silent" or "failure"' })
    if (conditions > 1) faults.push({ path, says: '"silent" and "failure" stand alone: make several rules of it' })
    const targets = TARGETS.filter(has).length
    if (targets !== 1) faults.push({ path, says: 'must say whom by one of "webhook", "mail" and "command"' })
    for (const key of ['shape', 'key']) {
      if (has(key) && !has('webhook')) faults.push({ path: [...path, key], says: 'belongs to a "webhook"' })
    }
    const name = member(rule, 'name')
    const before = names.get(name)
    if (before !== undefined) faults.push({ path: [...path, 'name'], says: `is the name of notify[${before}] too` })
    else if (name !== undefined) names.set(name, Number(at))
    return faults
  })
}

export function notifyRules(given: readonly NotifyInput[] | undefined): NotifyRule[] {
  return (given ?? []).map(rule => ({ name: rule.name, when: conditionOf(rule), to: targetOf(rule) }))
}

function conditionOf({ query, agencies, killed, silent, failure }: NotifyInput): NotifyCondition {
  if (failure === true) return { kind: 'failure' }
  if (silent !== undefined) return { kind: 'silent', span: toMillis(silent) }
  return { kind: 'news', query: query ?? null, agencies: agencies ?? null, withdrawn: killed === true }
}

function targetOf({ webhook, shape = 'json', key, mail, command }: NotifyInput): NotifyTarget {
  if (webhook !== undefined) return { kind: 'webhook', url: webhook, shape, key: key ?? null }
  return mail === undefined ? { kind: 'command', command: command ?? [] } : { kind: 'mail', to: mail }
}
