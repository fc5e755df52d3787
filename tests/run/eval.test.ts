// What `eval` says of labelled items that are threaded wrongly.
import { describe, expect, it } from 'vitest'
import { type EvalItem, evaluate, scoreAcross } from '../../src/run/evaluate.ts'
import { worstErrors } from '../../src/run/worst.ts'

const item = (id: string, thread: string, title: string, hour: number, lang = 'en'): EvalItem => ({
  id,
  lang,
  title,
  text: null,
  source: `paper-${id}`,
  url: null,
  published: new Date(Date.UTC(2022, 0, 5, hour)).toISOString(),
  story: null,
  thread,
})

const ITEMS = [
  item('a', 'dam', 'Larkfield dam breaks after three days of rain', 1),
  item('b', 'dam', 'Villages below broken Larkfield dam flooded by rain', 2),
  item('c', 'dam', 'Army helicopters lift families from roofs', 3),
  item('d', 'chess', 'Chess champion keeps title with a draw', 4),
  item('e', 'chess', 'بطل الشطرنج يحتفظ باللقب', 5, 'ar'),
]

describe('eval', () => {
  const { assignments, placements, result } = evaluate(ITEMS, { threshold: 0.2, window: 3 * 86_400_000 })

  it('scores each language by itself', () => {
    expect(Object.keys(result.languages).sort()).toEqual(['across', 'ar', 'en'])
    expect(result.languages['ar']?.labelled).toBe(1)
    expect(result.languages['en']?.labelled).toBe(4)
  })

  it('counts the pairs of items in two languages by themselves', () => {
    const across = (threads: Record<string, string>) =>
      scoreAcross(
        ITEMS,
        ITEMS.map(({ id }) => ({ id, story: id, thread: threads[id] ?? id })),
      )
    expect(across({})).toEqual({ found: 0, gold: 1, pairs: { precision: 0, recall: 0, f1: 0 } })
    expect(across({ d: 'one', e: 'one', a: 'one' })).toEqual({
      found: 2,
      gold: 1,
      pairs: { precision: 0.5, recall: 1, f1: 0.6667 },
    })
    expect(scoreAcross(ITEMS.slice(0, 4), assignments)).toBeNull()
  })

  it('names a missed link with what the story was placed by', () => {
    const missed = worstErrors(ITEMS, assignments, placements, 10).filter(({ kind }) => kind === 'missed link')
    const alone = missed.find(({ id }) => id === 'c')
    expect(alone).toMatchObject({ other: { id: 'a' }, weight: 2, placement: { kind: 'opened' } })
    expect(alone?.placement?.threshold).toBeCloseTo(0.2)
  })

  it('names a false merge, the heaviest first', () => {
    const wrong = assignments.map(({ id }) => ({ id, story: id, thread: id === 'e' ? 'two' : 'one' }))
    const merges = worstErrors(ITEMS, wrong, placements, 10).filter(({ kind }) => kind === 'false merge')
    expect(merges).toMatchObject([{ id: 'd', weight: 3, other: { id: 'a' } }])
    expect(worstErrors(ITEMS, wrong, placements, 0)).toEqual([])
  })
})
