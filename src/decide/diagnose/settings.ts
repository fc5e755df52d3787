// What of the configuration smells.
import { duration } from '../../language/say.ts'
import type { ConfigFacts, DoctorFacts, Finding } from '../../model/inspected.ts'
import { NAMED, smell } from './finding.ts'

export function configuration({ config }: DoctorFacts): Finding[] {
  const told = (subject: string, what: string, todo: string): Finding => smell('configuration', { what, subject, todo })
  const found: Finding[] = []
  if (config.link !== null) found.push(told('link', config.link, 'set "link"'))
  if (!config.reachable) {
    found.push(
      told(
        'poll.userAgent',
        'servers that are polled are not told where you can be reached',
        'set "link" to a public address, or name an address in "poll.userAgent"',
      ),
    )
  }
  return [...found, ...manners(config), ...keeping(config)]
}

/** How servers are asked. */
function manners({ hasty, hostDelay, open, allowPrivate }: ConfigFacts): Finding[] {
  const found = hasty.slice(0, NAMED).map(({ url, every }) =>
    smell('configuration', {
      what: `the feed is asked every ${duration(every)}, whatever it brings`,
      subject: url,
      todo: 'leave "every" out: how often it has news is learnt',
    }),
  )
  if (hostDelay === 0) {
    found.push(
      smell('configuration', {
        what: 'feeds of one host are asked without a pause',
        subject: 'poll.hostDelay',
        todo: 'leave it at 5s unless the hosts are yours',
      }),
    )
  }
  if (open && allowPrivate) {
    found.push(
      smell('configuration', {
        what: 'pages are open to other machines, and any feed may lie at a private address of this network',
        subject: 'poll.allowPrivate',
        todo: 'set "allowPrivate" at the feeds that need it',
      }),
    )
  }
  return found
}

function keeping({ retains }: ConfigFacts): Finding[] {
  if (retains !== false) return []
  return [
    smell('configuration', {
      what: 'nothing is ever deleted: the database grows for ever',
      subject: 'retain',
      todo: 'set "retain", like {"reports": "400d"}',
    }),
  ]
}
