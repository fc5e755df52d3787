// Whose copy a story is: judged anew when reports came to it, changed or left.
import { type Member, provenanceOf } from '../decide/provenance.ts'
import type { Report } from '../model/decided.ts'
import type { Filing, StoryOrigin } from '../store/store.ts'

/** Reports of one story that are weighed for whose copy it is, the earliest. */
const WEIGHED = 200

/** Say anew whose copies stories on file are. */
export function judgeOrigins(filing: Filing, stories: Iterable<number>): void {
  filing.judgeStories(stories, WEIGHED, members => {
    // A bare headline says nothing of whose copy it is, and is nobody's word of its own.
    const provenance = provenanceOf(members.filter(({ bare }) => !bare))
    if (!provenance) return null
    const { stale, runs } = provenance
    return {
      ...originOf(provenance),
      stale,
      runs: runs.map(({ report, share }) => ({ report, share: Math.round(share * 1_000) / 1_000 })),
    }
  })
}

export const judgeOrigin = (filing: Filing, story: number): void => judgeOrigins(filing, [story])

/** The same of a story that one report alone tells; null for a bare headline, which has no source of its own yet. */
export function originAlone(id: number, report: Report, agencyName: string): StoryOrigin | null {
  if (report.bare) return null
  const { agency, time, title, wire } = report
  const { credits, signal } = wire
  // Its text says nothing of whose copy it is: there is none to hold it against.
  const alone: Member = {
    id,
    agency,
    agencyName,
    time,
    signal,
    title,
    text: '',
    change: null,
    changed: time,
    credits,
    earlier: [],
  }
  const provenance = provenanceOf([alone])
  return provenance && originOf(provenance)
}

function originOf({
  origin,
  sources,
  by,
  first,
  takenBack,
}: NonNullable<ReturnType<typeof provenanceOf>>): StoryOrigin {
  return {
    origin: origin.agency,
    originName: origin.name,
    sources,
    provenance: JSON.stringify({ by, first, takenBack }),
  }
}
