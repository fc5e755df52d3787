import { describe, expect, it } from 'vitest'
import { BoilerplateCount, withoutBoilerplate } from '../../src/decide/thread/boilerplate.ts'
import { threadWords } from '../../src/decide/thread/words.ts'
import { fold } from '../../src/language/fold.ts'
import { hash32, words } from '../../src/language/words.ts'

interface Entry {
  title: string
  body: string
}

function furnitureOf(entries: readonly Entry[]) {
  const count = new BoilerplateCount()
  for (const entry of entries) count.add(entry)
  return count.found()
}

const NAMES = ['Alder', 'Birch', 'Cedar', 'Hazel', 'Juniper', 'Larch']
const of = (names: readonly string[], entry: (name: string, at: number) => Entry) => names.map(entry)
const said = (entry: Entry, entries: readonly Entry[]) =>
  [...threadWords({ ...entry, language: 'en', boilerplate: furnitureOf(entries) }).own.keys()].sort()

describe('what the entries of a document have in common word for word', () => {
  it('is no word on any of them: the frame of a headline and the sentence below', () => {
    const entries = of(NAMES, name => ({
      title: `Use an ${name} braille display with Narrator`,
      body: `${name} displays work. Learn how to use device-specific keys to interact with your PC.`,
    }))
    expect(said(entries[0] as Entry, entries)).toEqual(['alder'])
  })

  it('is so whatever numbers it is filled with', () => {
    const entries = of(NAMES, (name, at) => ({
      title: `${name} roots`,
      body: `Journal of Public Trees, Volume 105, Issue ${at}, Page S${at}53-S${at}58, April 2015.`,
    }))
    expect(said(entries[0] as Entry, entries)).toEqual(['alder', 'root'])
  })

  it('may be a whole text of a few words', () => {
    const entries = of(NAMES, name => ({ title: `${name} at dusk`, body: 'warden posted a photo:' }))
    expect(said(entries[0] as Entry, entries)).toEqual(['alder', 'dusk'])
  })

  it('is none where fewer than five say it', () => {
    const entries = of(NAMES.slice(2), name => ({ title: `Use an ${name} braille display with Narrator`, body: '' }))
    expect(furnitureOf(entries).size).toBe(0)
  })

  it('is none where one headline stands six times', () => {
    const entries = of(NAMES, () => ({ title: 'Ferry burns off the port of Larkfield', body: '' }))
    expect(furnitureOf(entries).size).toBe(0)
  })

  it('is not the name of what happened', () => {
    const entries = [
      'Sir Adam Larch: Town in grief after the killing',
      'Sir Adam Larch: How the day unfolded',
      'Prime minister pays tribute to Sir Adam Larch',
      'Sir Adam Larch: Friends remember a neighbour',
      'Sir Adam Larch killing casts a shadow over the town',
      'Man held over the killing of Sir Adam Larch',
      'Security of members after Sir Adam Larch',
    ].map(title => ({ title, body: '' }))
    for (const entry of entries) expect(said(entry, entries)).toEqual(said(entry, []))
  })

  it('leaves a text without it as it is', () => {
    const tokens = words(fold('Ferry burns off the port'))
    const patterns = { places: [0, 1, 2, 3, 4], hashes: tokens.map(hash32), sizes: tokens.map(({ length }) => length) }
    const wordAt = (at: number): string => tokens[at] as string
    expect(withoutBoilerplate(patterns, wordAt, new Set())).toBeNull()
    expect(withoutBoilerplate(patterns, wordAt, new Set([1]))).toBeNull()
  })
})

describe('what stands around a headline', () => {
  const own = (title: string) => [...threadWords({ title, body: '', language: 'en' }).own.keys()].sort()

  it('in figures is what readers gave it', () => {
    expect(own('[9.5/10] Ferry burns off Larkfield')).toEqual(own('Ferry burns off Larkfield'))
    expect(own('(+12) Ferry burns off Larkfield')).toEqual(own('Ferry burns off Larkfield'))
  })

  it('in brackets is a header', () => {
    const { header } = threadWords({ title: '[Video] Ferry burns off Larkfield', body: '', language: 'en' })
    expect(header?.terms).toEqual(['video'])
  })
})
