// Which report speaks for a story, and which story for a thread. Pure. The store asks this while it counts.
import type { CopyRule, Signal } from '../model/decided.ts'
import type { Millis } from '../model/units.ts'

/** A report of a story, as far as leading goes. */
export interface LeadMember {
  id: number
  signal: Signal | null
  joinedBy: CopyRule | 'first'
  time: Millis
  agency: string
  /** Nothing but its headline is known, because a map gave no more. */
  bare: boolean
}

/** What a story claims of itself. */
export interface StoryCount {
  /** Its lead report. */
  lead: number
  /** Time of its earliest report. */
  time: Millis
  reports: number
  agencies: number
  /** How well it would lead a thread: see {@link rankOf}. */
  rank: number
}

/** How well a report would lead: 2 a full report, 1 a flash, 0 one that was withdrawn. */
export function rankOf(signal: Signal | null): number {
  return signal === 'kill' ? 0 : signal === 'flash' ? 1 : 2
}

/**
 * The lead report is the one that tells the story's flash in full, else the earliest full one, else the earliest flash, else
 * one that was withdrawn. A bare headline leads nothing where its agency gave a text too.
 */
export function countStory(members: readonly LeadMember[]): StoryCount | null {
  let first: LeadMember | null = null
  let lead: LeadMember | null = null
  const agencies = new Set<string>()
  for (const member of members) {
    agencies.add(member.agency)
    if (first === null || isEarlier(member, first)) first = member
    const better = lead === null ? 1 : fitness(member) - fitness(lead)
    if (lead === null || better > 0 || (better === 0 && isEarlier(member, lead))) lead = member
  }
  if (first === null || lead === null) return null
  if (lead.bare) lead = toldBy(lead, members)
  return {
    lead: lead.id,
    time: first.time,
    reports: members.length,
    agencies: agencies.size,
    rank: rankOf(lead.signal),
  }
}

/** The earliest report with a text by the agency of a bare headline, as fit to lead as that; else the headline. */
function toldBy(headline: LeadMember, members: readonly LeadMember[]): LeadMember {
  let told = headline
  for (const member of members) {
    if (member.bare || member.agency !== headline.agency || fitness(member) < fitness(headline)) continue
    if (told === headline || isEarlier(member, told)) told = member
  }
  return told
}

function fitness({ signal, joinedBy }: LeadMember): number {
  const rank = rankOf(signal)
  return rank === 2 && joinedBy === 'flash' ? 3 : rank
}

const isEarlier = (one: LeadMember, other: LeadMember): boolean =>
  one.time < other.time || (one.time === other.time && one.id < other.id)

/** A story as a candidate for the lead of its thread. */
export interface LeadCandidate {
  id: number
  rank: number
  /** It is the story nearest to all others of its thread, as filing judged it. */
  central: boolean
  agencies: number
  time: Millis
}

/**
 * Positive where the first leads rather than the second. The full report nearest to all others leads; where that is not
 * known, the newest among those that most agencies carried. A flash or a withdrawn report leads only where there is nothing
 * else.
 */
export function compareLeads(a: LeadCandidate, b: LeadCandidate): number {
  return (
    a.rank - b.rank ||
    Number(a.central) - Number(b.central) ||
    a.agencies - b.agencies ||
    a.time - b.time ||
    a.id - b.id
  )
}

/** The story that leads a thread; null for a thread without stories. */
export function leadStory<T extends LeadCandidate>(stories: Iterable<T>): T | null {
  let lead: T | null = null
  for (const story of stories) if (lead === null || compareLeads(story, lead) > 0) lead = story
  return lead
}
