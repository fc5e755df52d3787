// Broken documents by the thousand; `npm run fuzz` reads a hundred thousand. A seed that once failed is kept and read first.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { judge } from '../fuzz/judge.ts'

const DOCUMENTS = 2_000
const kept = JSON.parse(readFileSync(new URL('../fuzz/seeds.json', import.meta.url), 'utf8')) as number[]

it(`${DOCUMENTS} broken feeds, lists, pages and dates are read without harm, and those that once were not`, async () => {
  const faults: string[] = []
  for (const seed of kept) faults.push(...(await judge(seed)))
  for (let seed = 1; seed <= DOCUMENTS && faults.length < 10; seed++) faults.push(...(await judge(seed)))
  expect(faults).toEqual([])
})
