// Numbers under a name are read once in a transaction: what another process writes before the next is seen in it.
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { Store } from '../../src/store/store.ts'
import { newDatabase } from '../helpers/engine.ts'
import { openNewsroom, temporaryFolder } from './newsroom.ts'

/** Two processes that write into one database. */
function twoStores(): [Store, Store] {
  const path = newDatabase(join(temporaryFolder(), 'news.db'))
  const [one, other] = [openNewsroom({ path }), openNewsroom({ path })]
  onTestFinished(() => {
    one.close()
    other.close()
  })
  return [one, other]
}

const markOf = (store: Store): number => store.file(filing => filing.mark('round'))
const setMark = (store: Store, value: number): void => store.file(filing => filing.setMark('round', value))
const refuse = (): never => {
  throw new Error('not that')
}

it('a number is what another process wrote since the last transaction', () => {
  const [one, other] = twoStores()
  expect(markOf(one)).toBe(0)
  setMark(other, 7)
  expect([markOf(one), one.read(filing => filing.mark('round'))]).toEqual([7, 7])
  one.join(filing => filing.setMark('round', filing.mark('round') + 1))
  one.join(filing => expect(filing.mark('round')).toBe(8))
  one.commit()
  expect(markOf(other)).toBe(8)
})

it('a number of a transaction that is taken back is what it was', () => {
  const [one, other] = twoStores()
  setMark(one, 7)
  const write = () =>
    one.file(filing => {
      filing.setMark('round', filing.mark('round') + 1)
      refuse()
    })
  expect(write).toThrow('not that')
  expect(markOf(one)).toBe(7)
  one.join(filing => filing.setMark('round', filing.mark('round') + 1))
  expect(() => one.join(refuse)).toThrow('not that')
  setMark(other, 9)
  expect(markOf(one)).toBe(9)
})

it('a number that was read in a state of the database is read anew in the next', () => {
  const [one, other] = twoStores()
  const read = (): number => one.together(() => one.read(filing => filing.mark('round')))
  expect(read()).toBe(0)
  setMark(other, 7)
  expect([read(), markOf(one)]).toEqual([7, 7])
})
