// `minwal notify`: whom the configuration tells of what, and a test notice for each of them.
import type { NotifyRule } from '../model/notify.ts'
import { testNotice } from '../publish/notices.ts'
import { createSender } from '../run/notify-send.ts'
import { type Common, configured, configuredToRead, Failed, json } from './shared.ts'
import { show } from './shown.ts'

export async function notify(names: string[], options: Common & { test?: boolean }): Promise<void> {
  const {
    notify: rules = [],
    poll,
    title,
    language,
    link,
  } = options.test === true ? configured(options) : configuredToRead(options)
  const unknown = names.find(name => !rules.some(rule => rule.name === name))
  if (unknown !== undefined) throw new Failed(`there is no rule "${unknown}": \`minwal notify\` lists them`, 2)
  const chosen = names.length === 0 ? rules : rules.filter(({ name }) => names.includes(name))
  if (chosen.length === 0) throw new Failed('the configuration tells nobody of anything: set "notify"', 2)
  if (options.test !== true) {
    const rows = chosen.map(rule => ({ rule: rule.name, when: whenOf(rule), to: whomOf(rule) }))
    if (options.json) json(rows)
    else show({ head: ['rule', 'when', 'to'], rows: rows.map(({ rule, when, to }) => [rule, when, to]) })
    return
  }
  const sender = createSender(poll)
  const results = await Promise.all(
    chosen.map(async rule => ({
      rule: rule.name,
      to: whomOf(rule),
      fault: await sender.send(rule, testNotice({ title, language, link, at: Date.now() })),
    })),
  )
  await sender.close()
  if (options.json) json(results)
  else
    show({
      head: ['rule', 'to', 'result'],
      rows: results.map(({ rule, to, fault }) => [rule, to, fault ?? 'taken']),
    })
  if (results.some(({ fault }) => fault !== null)) process.exitCode = 1
}

function whenOf({ when }: NotifyRule): string {
  if (when.kind === 'failure') return 'Minwal does not do its work'
  if (when.kind === 'silent') return `an agency or a feed is silent for ${Math.round(when.span / 3_600_000)} h`
  const parts = [
    ...(when.withdrawn ? ['withdrawn'] : []),
    ...(when.query === null ? [] : [`"${when.query}"`]),
    ...(when.agencies === null ? [] : [`${when.agencies} agencies`]),
  ]
  return parts.join(', ')
}

/** The address of a webhook is a secret as a rule: its host says enough. */
function whomOf({ to }: NotifyRule): string {
  if (to.kind === 'webhook') return `${to.shape} at ${new URL(to.url).host}`
  return to.kind === 'mail' ? to.to : (to.command[0] ?? '')
}
