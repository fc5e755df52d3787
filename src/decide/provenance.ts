// Whose copy a story is: who had it first, whom the copies credit, who ran how much of it when, and who still runs what its
// origin has corrected or withdrawn.

import { fold } from '../language/fold.ts'
import { shingles } from '../language/terms.ts'
import { wordsOf } from '../language/words.ts'
import type { Credit, RevisionClass, Signal } from '../model/decided.ts'
import type { Millis } from '../model/units.ts'

/** A report of the story, with the texts it had before, oldest first. */
export interface Member {
  id: number
  agency: string
  agencyName: string
  time: Millis
  signal: Signal | null
  title: string
  text: string
  /** Class and time of its last revision; the class is null for a first text. */
  change: RevisionClass | null
  changed: Millis
  credits: readonly Credit[]
  earlier: readonly { title: string; text: string; change: RevisionClass | null }[]
}

export interface Origin {
  /** Agency id where known, else null. */
  agency: string | null
  name: string
}

export interface Run {
  report: number
  agency: string
  time: Millis
  /** Share of the origin's text that it carries, 0 to 1. */
  share: number
  /** Whose copy this report says it is; null where it says nothing of another. */
  credited: Origin | null
}

export interface Provenance {
  origin: Origin
  /** Why: what the copies credit, or that it came first. */
  by: 'credits' | 'first'
  /** The report that came first. */
  first: number
  /** Every report, first to last. */
  runs: Run[]
  /** Whose copy each report is, counted once each: ten reprints of one wire are one source. */
  sources: number
  /** What the origin took back, and when; null where nothing was. */
  takenBack: { report: number; class: 'correction' | 'kill'; at: Millis } | null
  /** Reports that still run the old text. */
  stale: number[]
}

/** Words of each text that are compared. */
const COMPARED_WORDS = 600
/** A report of the origin shorter than a third of its longest only announced it. */
const FLASH_PART = 3
/** Where a report can say whose copy it is, the plainest first. */
const WHERE: readonly Credit['where'][] = ['dateline', 'opening', 'closing', 'source', 'title', 'author']
/** Copies revised after a withdrawal run it still where so much of the old text is left. */
const STILL = 0.5

/** Null for a story without reports. Its answer does not depend on their order. */
export function provenanceOf(members: readonly Member[]): Provenance | null {
  const ordered = members.toSorted((a, b) => a.time - b.time || a.id - b.id)
  const [first] = ordered
  if (!first) return null
  const credited = new Map(ordered.map(member => [member.id, creditOf(member)]))
  const { origin, by } = originOf(ordered, first, credited)
  const own = tellingOf(ordered, origin) ?? first
  const takenBack = withdrawalOf(ordered, origin, own)
  const share = sharesOf(own, takenBack)
  const runs = ordered.map(
    (member): Run => ({
      report: member.id,
      agency: member.agency,
      time: member.time,
      share: member === own ? 1 : share(member),
      credited: credited.get(member.id) ?? null,
    }),
  )
  return {
    origin,
    by,
    first: first.id,
    runs,
    sources: new Set([keyOf(origin), ...runs.flatMap(run => (run.credited ? [keyOf(run.credited)] : []))]).size,
    takenBack: takenBack && { report: takenBack.member.id, class: takenBack.class, at: takenBack.at },
    stale: takenBack ? staleOf(ordered, origin, own, takenBack) : [],
  }
}

/** The other whose copy a report says it is: of two wires, the one named in the plainest place. */
function creditOf(member: Member): Origin | null {
  const others = member.credits.filter(
    ({ agency, name }) => agency !== member.agency && fold(name) !== fold(member.agencyName),
  )
  for (const where of WHERE) {
    const credit = others.find(candidate => candidate.where === where)
    if (credit) return { agency: credit.agency, name: credit.name }
  }
  return null
}

function originOf(
  ordered: readonly Member[],
  first: Member,
  credited: ReadonlyMap<number, Origin | null>,
): { origin: Origin; by: Provenance['by'] } {
  const votes = new Map<string, { origin: Origin; copies: number }>()
  for (const origin of credited.values()) {
    if (!origin) continue
    const known = votes.get(keyOf(origin))
    if (known) known.copies++
    else votes.set(keyOf(origin), { origin, copies: 1 })
  }
  const [most] = [...votes.values()].sort((a, b) => b.copies - a.copies || (keyOf(a.origin) < keyOf(b.origin) ? -1 : 1))
  if (most) {
    // The origin's own report credits nobody, and is no copy.
    const copies = ordered.filter(member => !isOf(member, most.origin)).length
    if (most.copies * 2 >= copies) return { origin: most.origin, by: 'credits' }
  }
  const own = credited.get(first.id)
  return own
    ? { origin: own, by: 'credits' }
    : { origin: { agency: first.agency, name: first.agencyName }, by: 'first' }
}

/** The origin's report that the others are held against: its first, but for a flash that announced it. */
function tellingOf(ordered: readonly Member[], origin: Origin): Member | undefined {
  const owns = ordered.filter(member => isOf(member, origin))
  const longest = owns.reduce((most, { text }) => Math.max(most, text.length), 0)
  return owns.find(({ text }) => text.length * FLASH_PART >= longest)
}

function keyOf({ agency, name }: Origin): string {
  return agency === null ? `name ${fold(name)}` : `id ${agency}`
}

function isOf(member: Member, origin: Origin): boolean {
  return origin.agency === null ? fold(member.agencyName) === fold(origin.name) : member.agency === origin.agency
}

type Triples = ReadonlySet<number>

/** Gives the share of the origin's text that another member has. */
function sharesOf(own: Member, takenBack: Withdrawal | null): (member: Member) => number {
  let ownTriples: Triples | null = null
  let killedTriples: Triples | null = null
  let ofSameText: number | null = null
  // A withdrawn report says nothing any more: the others are held against what it said.
  const killed = takenBack?.class === 'kill' && takenBack.member === own ? takenBack.old : null
  return member => {
    if (ofSameText !== null && isSameText(member, own)) return ofSameText
    ownTriples ??= triples(own)
    if (killed !== null) killedTriples ??= triples(killed)
    const whole = killedTriples ?? ownTriples
    if (!isSameText(member, own)) return shareOf(whole, triples(member))
    ofSameText = shareOf(whole, ownTriples)
    return ofSameText
  }
}

const isSameText = (one: Member, other: Member): boolean => one.title === other.title && one.text === other.text

function triples({ title, text }: { title: string; text: string }): Triples {
  const body = textsOf(text.slice(0, COMPARED_WORDS * 14)).slice(0, COMPARED_WORDS)
  return new Set(shingles(body.length >= 3 ? body : [...textsOf(title), ...body]))
}

const textsOf = (text: string): string[] => wordsOf(text).map(word => word.text)

/** Share of `whole` that `part` has. */
function shareOf(whole: Triples, part: Triples): number {
  if (whole.size === 0) return 0
  let shared = 0
  for (const triple of whole) if (part.has(triple)) shared++
  return shared / whole.size
}

interface Withdrawal {
  member: Member
  class: 'correction' | 'kill'
  at: Millis
  /** The text that no longer holds. */
  old: { title: string; text: string }
}

/** The last thing the origin took back; where it has no report here, the first report speaks for it. */
function withdrawalOf(ordered: readonly Member[], origin: Origin, own: Member): Withdrawal | null {
  let last: Withdrawal | null = null
  for (const member of ordered) {
    if (member !== own && !isOf(member, origin)) continue
    const found = takenBackBy(member, own)
    if (found && (last === null || found.at >= last.at)) last = found
  }
  return last
}

function takenBackBy(member: Member, own: Member): Withdrawal | null {
  // By a revision: the text before it no longer holds.
  const turn = member.change === 'kill' || member.change === 'correction' ? member.change : null
  const before = member.earlier.at(-1)
  if (turn && before) return { member, class: turn, at: member.changed, old: before }
  // By a report of its own, which the wire sends again under a slug: what it replaces is the wire's first.
  const said = member.signal === 'kill' || member.signal === 'correction' ? member.signal : null
  if (said && member !== own) return { member, class: said, at: member.time, old: own.earlier[0] ?? own }
  // It was revised since: the step that took something back lies further behind.
  const at = member.earlier.findLastIndex(({ change }) => change === 'kill' || change === 'correction')
  const step = member.earlier[at]
  const old = member.earlier[at - 1]
  if (step && old && (step.change === 'kill' || step.change === 'correction')) {
    return { member, class: step.change, at: member.changed, old }
  }
  return null
}

function staleOf(ordered: readonly Member[], origin: Origin, own: Member, takenBack: Withdrawal): number[] {
  const old = triples(takenBack.old)
  const young = triples(takenBack.member)
  return ordered
    .filter(member => member !== own && member !== takenBack.member && !isOf(member, origin))
    .filter(member => {
      if (member.signal === takenBack.class || member.change === takenBack.class) return false
      const text = triples(member)
      const [likeOld, likeYoung] = [likeness(text, old), likeness(text, young)]
      const revised = member.changed > takenBack.at && member.earlier.length > 0
      if (takenBack.class === 'kill') return !revised || (likeOld >= STILL && likeOld >= likeYoung)
      // A cut that never reached the corrected place is like both: it repeats no mistake.
      return likeOld > likeYoung
    })
    .map(({ id }) => id)
}

/** Share of the shorter text that both have: a copy that was cut is no less a copy. */
function likeness(one: Triples, other: Triples): number {
  const [shorter, longer] = one.size <= other.size ? [one, other] : [other, one]
  return shareOf(shorter, longer)
}
