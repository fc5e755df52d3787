// What a page asks of robots that have read it: in X-Robots-Tag and in <meta name="robots">, of all of them or of one by its name.
import type { RobotQuestion } from '../model/collected.ts'
import type { Millis } from '../model/units.ts'
import { readDate } from './feed/dates.ts'
import { LONGEST_LINE, MOST_LINES } from './robot.ts'

/** What is asked, as it concerns us; the rules that we have no use for are not kept. */
export type Directive =
  /** The page is not to be kept for searching: `noindex`, `none`, or a date in the past from which it is not. */
  | 'noindex'
  /** Its links are not to be followed: `nofollow`, `none`. */
  | 'nofollow'
  /** What is kept of it is not to be shown: `noarchive`, `nocache`, `nosnippet`, `max-snippet:0`. */
  | 'noarchive'

/** Each directive with who says so, in the page's own word: `its X-Robots-Tag says "none"`. */
export type Directives = ReadonlyMap<Directive, string>

/** Rules of a line that are read. */
const MOST_RULES = 60

const MEANS: Readonly<Record<string, readonly Directive[]>> = {
  noindex: ['noindex'],
  none: ['noindex', 'nofollow'],
  nofollow: ['nofollow'],
  noarchive: ['noarchive'],
  nocache: ['noarchive'],
  nosnippet: ['noarchive'],
}
/** Rules with a value: what stands before the colon of other pieces is the name of a robot. */
const VALUED = /^(?:unavailable_after|max-snippet|max-image-preview|max-video-preview)$/
const NAMED = /^([\w*.-]{1,60})[ \t]{0,20}:(.*)$/s

/** What a header and the `meta` elements of a page ask of us. Of several that differ all hold: none takes back what another asks. */
export function directivesOf(metas: ReadonlyMap<string, string>, { header, name, now }: RobotQuestion): Directives {
  const found = new Map<Directive, string>()
  const own = name.toLowerCase()
  const add = (line: string, where: string, isNamed: boolean): void => {
    for (const { robot, rule, value } of rulesOf(line, isNamed)) {
      if (robot !== null && robot !== '*' && robot !== own) continue
      for (const directive of meaningOf(rule, value, now)) {
        if (!found.has(directive)) found.set(directive, `${where} says "${value === '' ? rule : `${rule}: ${value}`}"`)
      }
    }
  }
  for (const line of header.slice(0, MOST_LINES)) add(line, 'its X-Robots-Tag', true)
  for (const meta of ['robots', own]) add(metas.get(meta) ?? '', `its <meta name="${meta}">`, false)
  return found
}

function meaningOf(rule: string, value: string, now: Millis): readonly Directive[] {
  if (rule === 'unavailable_after') {
    const reading = readDate(value, 'en')
    return reading.kind === 'time' && reading.time <= now ? ['noindex'] : []
  }
  if (rule === 'max-snippet') return value === '0' ? ['noarchive'] : []
  return Object.hasOwn(MEANS, rule) ? (MEANS[rule] ?? []) : []
}

interface Rule {
  /** Whom it concerns; null for everybody. */
  robot: string | null
  rule: string
  value: string
}

/** The rules of one line. A name holds for all that follows it; a date may have commas of its own. */
function rulesOf(line: string, isNamed: boolean): Rule[] {
  const rules: Rule[] = []
  let robot: string | null = null
  for (const piece of line.slice(0, LONGEST_LINE).split(',').slice(0, MOST_RULES)) {
    let text = piece.trim()
    for (let colon = NAMED.exec(text); colon !== null; colon = NAMED.exec(text)) {
      const [, word = '', rest = ''] = colon
      if (VALUED.test(word.toLowerCase())) break
      // "25-Jun-10 15:00" behind a comma goes on with a date.
      if (!isNamed || /^\d/.test(word)) break
      robot = word.toLowerCase()
      text = rest.trim()
    }
    const last = rules[rules.length - 1]
    if (last?.rule === 'unavailable_after' && /^\d/.test(text)) {
      last.value = `${last.value}, ${text}`
      continue
    }
    const valued = NAMED.exec(text)
    const rule = (valued?.[1] ?? text).toLowerCase()
    if (rule !== '') rules.push({ robot, rule, value: valued?.[2]?.trim() ?? '' })
  }
  return rules
}
