// The table of concepts that comes with Minwal: its size, its languages, and how phrases are found in it.
import { readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openConcepts } from '../../src/language/concepts.ts'
import { fold } from '../../src/language/fold.ts'
import { terms } from '../../src/language/terms.ts'

const file = fileURLToPath(new URL('../../src/language/concepts.bin', import.meta.url))
const concepts = openConcepts(readFileSync(file))

function named(language: string, phrase: string): string | null {
  const stems = terms(fold(phrase), language)
  const found = concepts.find(language, stems, 0)
  return found && found.length === stems.length ? (concepts.names[found.concept] as string) : null
}

describe('the table of concepts', () => {
  it('takes at most 250 KB of the package', () => {
    expect(statSync(file).size).toBeLessThanOrEqual(250_000)
  })

  it.each([
    ['volcano', { ar: 'بركان', en: 'volcano', fr: 'volcan', ru: 'вулкан', de: 'Vulkan', tr: 'yanardağ' }],
    ['fire_engine', { en: 'fire engine', it: 'camion dei pompieri', ru: 'пожарная машина', es: 'coche de bomberos' }],
    ['Cairo', { ar: 'القاهرة', en: 'Cairo', fr: 'Le Caire', ru: 'Каир', fa: 'قاهره', uk: 'Каїр', pl: 'Kair' }],
  ])('knows %s in the words of each language', (name, words) => {
    for (const [language, phrase] of Object.entries(words))
      expect([language, named(language, phrase)]).toEqual([language, name])
  })

  it('knows at least twelve languages, and nothing in others', () => {
    const known = 'ar de en es fa fr it nl pl pt ru tr uk ur'.split(' ')
    for (const language of known) expect(['Cairo', null]).toContain(named(language, 'Cairo'))
    expect(known.filter(language => concepts.find(language, [''], 0) === null)).toHaveLength(14)
    expect(named('xx', 'volcano')).toBeNull()
  })
})
