import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digest } from '../../src/decide/digest.ts'
import {
  droppedRevisions,
  type EarlierText,
  flap,
  isCounter,
  type RevisedText,
  type Revision,
  revise,
} from '../../src/decide/revision.ts'
import { wireNames } from '../../src/decide/wire/read.ts'
import type { RevisionClass } from '../../src/model/decided.ts'

const NAMES = wireNames([])
const MINUTE = 60_000

const FERRY =
  'A ferry ran aground off Larkfield on Sunday with 212 people on board, the coast guard said.\n' +
  'All were taken to safety by noon. The captain told the harbour office that the wheel had jammed.'
const BRIDGE =
  'أعلنت بلدية المدينة يوم الأحد إغلاق الجسر القديم أمام حركة المرور لمدة أسبوعين.\n' +
  'وقال رئيس البلدية سامي الخطيب إن المهندسين وجدوا تشققات في ثلاث من دعائمه.'

const told = (title: string, text: string, signal: RevisedText['signal'] = null): RevisedText => ({
  title,
  text,
  signal,
})
const step = (old: RevisedText, young: RevisedText) => revise(old, young, NAMES)

describe('a revision is cosmetic', () => {
  it.each([
    ['vowel marks and tatweel', BRIDGE, BRIDGE.replace('القديم', 'القَديــم'), 'typing'],
    ['hamza and yeh', BRIDGE, BRIDGE.replace('أعلنت', 'اعلنت'), 'typing'],
    ['quotation marks and spaces', FERRY, FERRY.replace('told', '  told').replace('wheel', '“wheel”'), 'typing'],
    ['a misspelt word', FERRY.replace('harbour', 'harbuor'), FERRY, 'spelling'],
    ['a letter left out', BRIDGE.replace('المهندسين', 'المهندسن'), BRIDGE, 'spelling'],
    ['two words run together', FERRY.replace('coast guard', 'coastguard'), FERRY, 'spelling'],
    ['a credit added at the end', FERRY, `${FERRY}\n(Reuters)`, 'furniture'],
    ['a dateline added', FERRY, `LARKFIELD (AFP) - ${FERRY}`, 'furniture'],
  ])('that changes %s', (_, old, young, why) => {
    expect(step(told('A headline of the day', old), told('A headline of the day', young))).toMatchObject({
      class: 'cosmetic',
      why,
    })
  })
})

describe('a revision is an update', () => {
  it.each([
    ['a figure', FERRY, FERRY.replace('212', '213')],
    ['a figure by one digit', FERRY.replace('noon', '11'), FERRY.replace('noon', '12')],
    ['a name', BRIDGE, BRIDGE.replace('سامي', 'كريم')],
    ['a sentence more', FERRY, `${FERRY} Divers will look at the hull on Monday.`],
    ['many words respelt', FERRY, FERRY.replace(/[aeou]/g, 'i')],
  ])('that changes %s', (_, old, young) => {
    expect(step(told('A headline of the day', old), told('A headline of the day', young))).toMatchObject({
      class: 'update',
      why: 'words',
    })
  })

  it('that changes the headline', () => {
    expect(step(told('Ferry aground', FERRY), told('All safe after ferry runs aground', FERRY)).class).toBe('update')
  })

  it('and shows the words that came and went', () => {
    const young = FERRY.replace('212 people', '230 passengers')
    expect(step(told('Ferry aground', FERRY), told('Ferry aground', young))).toMatchObject({
      added: ['230 passengers'],
      removed: ['212 people'],
      size: 2,
    })
  })
})

describe('a revision is a correction', () => {
  const young = FERRY.replace('212', '112')
  it.each([
    ['a slug of the headline', 'CORRECTED-Ferry aground', young],
    ['an Arabic slug of the headline', 'تصحيح: جنوح عبارة قبالة الساحل', young],
    ['an advisory above the text', 'Ferry aground', `(Corrects number of people on board in paragraph 1)\n${young}`],
    [
      'a note under the text',
      'Ferry aground',
      `${young}\nCorrection: an earlier version gave a wrong number of people.`,
    ],
    ['a note in other words', 'Ferry aground', `${young}\nAn earlier version of this story misstated the number.`],
    ['a French note', 'Ferry aground', `${young}\nUne version précédente de cet article donnait un autre nombre.`],
    ['a Spanish slug', 'Corrección: encalla un transbordador', young],
    ['a Russian slug', 'ИСПРАВЛЕНО: Паром сел на мель', young],
  ])('that says so in %s', (_, title, text) => {
    expect(step(told('Ferry aground', FERRY), told(title, text)).class).toBe('correction')
  })

  it('only once: what is changed under the same note is an update', () => {
    const corrected = told('CORRECTED-Ferry aground', young)
    expect(step(corrected, { ...corrected, text: `${young} Divers wait.` }).class).toBe('update')
    const noted = `${young}\nCorrection: an earlier version gave a wrong number of people.`
    expect(step(told('Ferry aground', noted), told('Ferry aground', `Divers wait. ${noted}`)).class).toBe('update')
  })

  it('also when the headline under the same slug is edited', () => {
    const [one, other] = ['Corrección: encalla un barco', 'Corrección: encalla un transbordador']
    expect(step(told(one, FERRY), told(other, FERRY)).class).toBe('update')
  })

  it('not where the news is of a correction', () => {
    const market = `${FERRY} Analysts called the fall of ferry shares a correction.`
    expect(step(told('Ferry aground', FERRY), told('Ferry aground', market)).class).toBe('update')
  })
})

describe('a revision is a kill', () => {
  it.each([
    ['a slug of the headline', 'KILL: Ferry aground', FERRY],
    ['an Arabic slug', 'إلغاء: جنوح عبارة', FERRY],
    ['the signal of the reading', 'Ferry aground', FERRY, 'kill' as const],
    ['an advisory in place of the text', 'Ferry aground', 'Please kill the story about the ferry. It did not happen.'],
    ['an Arabic advisory', 'جنوح عبارة', 'يرجى إلغاء خبر العبارة لعدم دقته.'],
    ['a note under the text', 'Ferry aground', `${FERRY}\nThis story has been withdrawn.`],
  ])('that says so in %s', (_, title, text, signal: RevisedText['signal'] = null) => {
    expect(step(told('Ferry aground', FERRY), told(title, text, signal)).class).toBe('kill')
  })
})

describe('a text that flaps', () => {
  const revision = (size: number, kind: Revision['class'] = 'update'): Revision => ({
    class: kind,
    why: 'words',
    added: [],
    removed: [],
    size,
  })
  /** Offers versions one poll after the other, as the desk does; says what became of each. */
  const play = (hashes: readonly string[], size: number, gap: number, kind?: Revision['class']) => {
    let inForce = 'first'
    let remembered: string | null = null
    let lastSeen = -1
    return hashes.map((hash, at) => {
      const now = at * gap
      if (hash === inForce) {
        lastSeen = now
        return 'in force'
      }
      const turn = flap(remembered, { old: inForce, hash, revision: revision(size, kind), now, lastSeen })
      remembered = turn.remembered
      lastSeen = now
      if (turn.store) inForce = hash
      return turn.store ? 'stored' : turn.why
    })
  }

  it('between two versions stops making revisions when each came back', () => {
    const turns = play(['B', 'first', 'B', 'first', 'B', 'first', 'B', 'first'], 40, 5 * MINUTE)
    expect(turns).toEqual([
      'stored',
      'stored',
      'stored',
      'alternates',
      'in force',
      'alternates',
      'in force',
      'alternates',
    ])
  })

  it('takes the version that stays, once it was offered three times in a row', () => {
    const turns = play(['B', 'first', 'B', 'first', 'B', 'first', 'first', 'first', 'first'], 40, 5 * MINUTE)
    expect(turns.slice(3)).toEqual(['alternates', 'in force', 'alternates', 'alternates', 'stored', 'in force'])
  })

  it('does not take one that only alternates for one that stays, however long it does', () => {
    const turns = play(
      Array.from({ length: 60 }, (_, at) => (at % 2 === 0 ? 'B' : 'first')),
      40,
      5 * MINUTE,
    )
    expect(turns.filter(turn => turn === 'stored')).toHaveLength(3)
  })

  it('is none where every text is a new one, however small and often the changes are', () => {
    const hashes = Array.from({ length: 40 }, (_, at) => `version ${at}`)
    expect(new Set(play(hashes, 2, 5 * MINUTE))).toEqual(new Set(['stored']))
    expect(new Set(play(hashes, 30, 5 * MINUTE))).toEqual(new Set(['stored']))
  })

  it('is heard all the same when it is corrected or withdrawn', () => {
    const hashes = Array.from({ length: 9 }, (_, at) => `version ${at}`)
    expect(new Set(play(hashes, 2, MINUTE, 'correction'))).toEqual(new Set(['stored']))
  })

  it('is remembered in few words, however long it flaps', () => {
    let remembered: string | null = null
    for (let at = 0; at < 500; at++) {
      const turn = { old: 'first', hash: digest(`version ${at}`), revision: revision(2), now: at, lastSeen: at - 1 }
      remembered = flap(remembered, turn).remembered
    }
    expect(remembered?.length).toBeLessThan(800)
  })

  it('after whatever turns, has the text in force that was offered last, three polls later at most', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('first', 'B', 'C', 'D'), { minLength: 1, maxLength: 40 }), offered => {
        const last = offered.at(-1) ?? 'first'
        const turns = play([...offered, last, last, last], 40, 5 * MINUTE)
        expect(turns.at(-1)).toBe('in force')
      }),
      { seed: 20_220_105, numRuns: 400 },
    )
  })
})

describe('a counter', () => {
  const counted = (old: string, young: string, tolls = false) => {
    const [before, after] = [told('Ferry aground', old), told('Ferry aground', young)]
    return isCounter(step(before, after), before, after, tolls)
  }
  it.each([
    ['readers', `${FERRY} Read 1204 times.`, `${FERRY} Read 1311 times.`],
    ['minutes', `5 minutes ago. ${FERRY}`, `9 minutes ago. ${FERRY}`],
    ['the time in Arabic', `قبل ٥ دقائق. ${BRIDGE}`, `قبل ساعة. ${BRIDGE}`],
  ])('counts %s', (_, old, young) => {
    expect(counted(old, young)).toBe(true)
  })

  it('is none where words changed, where the headline did, or where the number is a toll', () => {
    expect(counted(FERRY, FERRY.replace('noon', 'dusk'))).toBe(false)
    expect(counted(FERRY, FERRY.replace('212', '213'), true)).toBe(false)
    const [before, after] = [told('4 dead', FERRY), told('7 dead', FERRY.replace('212', '213'))]
    expect(isCounter(step(before, after), before, after, false)).toBe(false)
  })
})

describe('of the earlier texts of a report', () => {
  const earlier = (count: number, changes: Record<number, RevisionClass> = {}): EarlierText[] =>
    Array.from({ length: count }, (_, at) => ({
      number: at + 1,
      change: at === 0 ? null : (changes[at + 1] ?? 'update'),
    }))

  it('none is dropped while they are few', () => {
    expect(droppedRevisions(earlier(25))).toEqual([])
  })

  it('the first, the last two dozen, and corrections with what they corrected are kept', () => {
    const dropped = new Set(droppedRevisions(earlier(60, { 20: 'correction', 30: 'kill' })))
    const kept = earlier(60).flatMap(({ number }) => (dropped.has(number) ? [] : [number]))
    expect(kept).toEqual([1, 19, 20, 29, 30, ...Array.from({ length: 24 }, (_, at) => 37 + at)])
  })

  it('few are kept however many there were, also where each is a correction', () => {
    const changes = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [at + 2, 'correction' as const]))
    let left = earlier(1)
    for (let number = 2; number < 500; number++) {
      left = [...left, { number, change: changes[number] ?? 'update' }]
      const dropped = new Set(droppedRevisions(left))
      left = left.filter(one => !dropped.has(one.number))
      expect(left.length).toBeLessThanOrEqual(50)
    }
    expect(left[0]?.number).toBe(1)
    expect(left.at(-1)?.number).toBe(499)
  })
})
