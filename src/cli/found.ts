// How sources that were found are shown, and asked about.
import { everyText, withoutLogin } from '../config/secrets.ts'
import type { FoundSource } from '../run/find-sources.ts'
import { ask, canAsk } from './ask.ts'
import { isoOrNull } from './json.ts'
import { Failed, hidden, say } from './shared.ts'
import { moment, show, timed } from './shown.ts'

/** An address for a message. */
export function plainly(address: string): string {
  return hidden(withoutLogin(address))
}

/** A source for programs. */
export const shown = ({ newest, first, ...source }: FoundSource): object =>
  everyText(
    {
      ...source,
      url: plainly(source.url),
      newest: isoOrNull(newest),
      first: first.map(entry => ({ ...entry, published: isoOrNull(entry.published) })),
    },
    hidden,
  )

/** The sources, and what the first of them holds. */
export function list(found: readonly FoundSource[]): void {
  show(
    {
      head: ['format', 'entries', timed('newest'), 'title', 'feed'],
      rows: found.map(feed => [
        feed.format,
        String(feed.entries),
        moment(feed.newest),
        hidden(feed.title ?? ''),
        plainly(feed.url),
      ]),
      widest: 80,
    },
    ...found.slice(0, 1).flatMap(contentsOf),
  )
}

/** Languages, the share without a text, and the first entries of a source, in lines. */
function contentsOf({ languages, withoutText, first, entries }: FoundSource): string[] {
  if (entries === 0) return []
  const named = Object.entries(languages).map(([tag, count]) => `${tag === '' ? 'unknown' : tag} ${count}`)
  return [
    '',
    `languages: ${named.join(', ')}; without a text: ${Math.round(withoutText * 100)}%`,
    ...first.map(({ title, published }) => `${moment(published)}  ${hidden(title)}`),
  ]
}

/**
 * The sources with the one to add first: the likeliest, or the one that whoever sits at a terminal chooses.
 */
export async function chosen(
  found: readonly FoundSource[],
  { yes, json }: { yes?: boolean; json?: boolean },
): Promise<readonly FoundSource[]> {
  if (found.length < 2 || yes || json || !canAsk()) return found
  for (const [at, { format, entries, newest, url }] of found.entries()) {
    say(`${at + 1}  ${format}, ${entries} entries, newest ${moment(newest)}  ${plainly(url)}`)
  }
  for (;;) {
    const answer = await ask(`which is to be added, 1 to ${found.length}? [1] `)
    if (answer === null) throw new Failed('nothing was added: the question was not answered')
    const wanted = found[answer.trim() === '' ? 0 : Number(answer) - 1]
    // Whoever chooses the map of a section wants it.
    if (wanted !== undefined) return [{ ...wanted, section: false }, ...found.filter(one => one !== wanted)]
  }
}
