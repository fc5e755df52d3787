import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Member, provenanceOf } from '../../src/decide/provenance.ts'
import type { Credit } from '../../src/model/decided.ts'

const NOW = Date.UTC(2022, 0, 5, 9, 30)
const HOUR = 3_600_000
const TEXT =
  'The Larkfield dam broke on Sunday after two days of rain and the water reached the villages below it within the hour. ' +
  'Rescue boats took 40 families from their roofs. The governor asked the army for helicopters and said that the road to ' +
  'the coast would stay closed until engineers had looked at the bridge.'
const CORRECTED = TEXT.replace('40 families', '14 families')

const wire = (where: Credit['where'] = 'closing'): Credit => ({ agency: 'wire', name: 'Meridian', where })
let ids = 0
const member = (agency: string, hours: number, change: Partial<Member> = {}): Member => ({
  id: ++ids,
  agency,
  agencyName: agency === 'wire' ? 'Meridian' : `The ${agency}`,
  time: NOW + hours * HOUR,
  signal: null,
  title: 'Dam breaks',
  text: TEXT,
  change: null,
  changed: NOW + hours * HOUR,
  credits: [],
  earlier: [],
  ...change,
})
const of = (...members: Member[]) => {
  const found = provenanceOf(members)
  if (!found) throw new Error('a story without reports')
  return found
}

describe('whose copy a story is', () => {
  it('and how much each ran is told by the full report, not by the flash that announced it', () => {
    const flash = member('post', 0, { signal: 'flash', title: 'URGENT Dam breaks', text: 'The Larkfield dam broke.' })
    const full = member('post', 1)
    const cut = member('echo', 2, { text: TEXT.slice(0, TEXT.length / 2) })
    const share = (report: Member) => of(flash, full, cut).runs.find(run => run.report === report.id)?.share ?? 0
    expect(share(full)).toBe(1)
    expect(share(cut)).toBeGreaterThan(0.4)
    expect(share(flash)).toBeLessThan(0.2)
  })

  it('is the agency’s that ran it alone or first, where nobody is credited', () => {
    const first = member('post', 0)
    expect(of(member('echo', 1), first)).toMatchObject({
      origin: { agency: 'post', name: 'The post' },
      by: 'first',
      first: first.id,
      sources: 1,
    })
    expect(provenanceOf([])).toBeNull()
  })

  it('is the wire’s that most copies credit, also where it ran later or is in no feed of ours', () => {
    const reprints = ['post', 'echo', 'star'].map((name, at) => member(name, at, { credits: at < 2 ? [wire()] : [] }))
    expect(of(...reprints)).toMatchObject({ origin: { agency: 'wire', name: 'Meridian' }, by: 'credits', sources: 1 })
    expect(of(...reprints, member('wire', 5)).origin.agency).toBe('wire')
  })

  it('is the first report’s own, where few credit another', () => {
    const credited = member('star', 3, { credits: [wire()] })
    expect(of(member('post', 0), member('echo', 1), member('herald', 2), credited)).toMatchObject({
      origin: { agency: 'post' },
      sources: 2,
    })
  })

  it('is what the first credits, where no credit is in most', () => {
    const first = member('post', 0, { credits: [wire('dateline')] })
    expect(of(first, member('echo', 1), member('star', 2), member('herald', 3)).origin.agency).toBe('wire')
  })

  it('is the wire named in the plainest place, where a report credits two', () => {
    const two = member('post', 0, { credits: [{ agency: 'other', name: 'Other', where: 'author' }, wire('dateline')] })
    expect(of(two)).toMatchObject({ origin: { agency: 'wire' }, sources: 1 })
  })

  it('is no other’s for a credit to itself', () => {
    const own = member('wire', 0, { credits: [wire(), { agency: null, name: 'MERIDIAN', where: 'author' }] })
    expect(of(own)).toMatchObject({ origin: { agency: 'wire' }, by: 'first', runs: [{ credited: null }] })
  })

  it('counts ten reprints of one wire as one source, and tells who ran how much of it when', () => {
    const reprints = Array.from({ length: 10 }, (_, at) =>
      member(`paper-${at}`, at + 1, { credits: [wire()], text: at === 9 ? TEXT.slice(0, 150) : TEXT }),
    )
    const found = of(member('wire', 0), ...reprints)
    expect(found.sources).toBe(1)
    expect(found.runs).toHaveLength(11)
    expect(found.runs.map(run => run.time)).toEqual(found.runs.map(run => run.time).toSorted((a, b) => a - b))
    expect(found.runs[1]?.share).toBe(1)
    expect(found.runs[10]?.share).toBeGreaterThan(0.3)
    expect(found.runs[10]?.share).toBeLessThan(0.7)
  })

  it('is the same in whatever order its reports come', () => {
    const members = [
      member('wire', 0, {
        change: 'correction',
        changed: NOW + 4 * HOUR,
        text: CORRECTED,
        earlier: [{ title: '', text: TEXT, change: null }],
      }),
      member('post', 1, { credits: [wire()] }),
      member('echo', 1, { credits: [{ agency: 'other', name: 'Other', where: 'closing' }] }),
      member('star', 6, { text: CORRECTED }),
    ]
    fc.assert(
      fc.property(fc.shuffledSubarray(members, { minLength: 4 }), shuffled => {
        expect(provenanceOf(shuffled)).toEqual(provenanceOf(members))
      }),
      { seed: 20_220_105, numRuns: 50 },
    )
  })
})

describe('what the origin took back', () => {
  const earlier = [{ title: 'Dam breaks', text: TEXT, change: null }]
  const corrected = () => member('wire', 0, { change: 'correction', changed: NOW + 4 * HOUR, text: CORRECTED, earlier })
  const killed = (text: string) => member('wire', 0, { change: 'kill', changed: NOW + 4 * HOUR, text, earlier })

  it('is nothing where nothing was', () => {
    expect(of(member('wire', 0), member('post', 1))).toMatchObject({ takenBack: null, stale: [] })
  })

  it('is still run by copies with the old text, not by those with the new one or without the place', () => {
    const [stale, revised, late, cut] = [
      member('post', 1),
      member('echo', 1, { text: CORRECTED, changed: NOW + 5 * HOUR, change: 'update', earlier }),
      member('star', 6, { text: CORRECTED }),
      member('herald', 2, { text: TEXT.slice(0, 117) }),
    ]
    const later = member('courier', 7)
    const found = of(corrected(), stale, revised, late, cut, later)
    expect(found.takenBack).toMatchObject({ class: 'correction', at: NOW + 4 * HOUR })
    expect(found.stale).toEqual([stale.id, later.id])
  })

  it('is still run by every copy of a kill that was not withdrawn too', () => {
    const stale = member('post', 1)
    const withdrawn = member('echo', 1, { change: 'kill', changed: NOW + 5 * HOUR, text: '', earlier })
    const replaced = member('star', 1, {
      change: 'update',
      changed: NOW + 5 * HOUR,
      text: 'Nothing broke, engineers say.',
      earlier,
    })
    const touched = member('herald', 1, {
      change: 'update',
      changed: NOW + 5 * HOUR,
      text: `${TEXT} More soon.`,
      earlier,
    })
    expect(of(killed('Please kill the story.'), stale, withdrawn, replaced, touched)).toMatchObject({
      takenBack: { class: 'kill' },
      stale: [stale.id, touched.id],
    })
  })

  it('may be said in a report of its own', () => {
    const again = member('wire', 4, { signal: 'correction', text: CORRECTED })
    const stale = member('post', 1, { credits: [wire()] })
    expect(
      of(member('wire', 0), stale, member('echo', 5, { text: CORRECTED, credits: [wire()] }), again),
    ).toMatchObject({
      takenBack: { report: again.id, class: 'correction' },
      stale: [stale.id],
    })
  })

  it('is not what a copy took back for itself', () => {
    const copy = member('post', 1, { change: 'correction', changed: NOW + 4 * HOUR, text: CORRECTED, earlier })
    expect(of(member('wire', 0), copy)).toMatchObject({ takenBack: null, stale: [] })
  })

  it('stands when the origin is edited once more', () => {
    const steps = [...earlier, { title: 'Dam breaks', text: CORRECTED, change: 'correction' as const }]
    const edited = member('wire', 0, {
      change: 'update',
      changed: NOW + 6 * HOUR,
      text: `${CORRECTED} Roads reopen.`,
      earlier: steps,
    })
    const stale = member('post', 1)
    expect(of(edited, stale)).toMatchObject({ takenBack: { class: 'correction' }, stale: [stale.id] })
  })
})
