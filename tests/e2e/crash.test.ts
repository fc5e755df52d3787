// A process that is killed while it polls, serves or edits, again and again, costs nothing that was filed and files
// nothing twice: in the end all is as if nothing had been killed.
import { expect, it } from 'vitest'
import { feedServer } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { live } from '../helpers/kill-world.ts'

const SEED = Number(process.env['MINWAL_SEED'] ?? 20_260_105)
/** bench/kills.ts does a hundred. */
const ROUNDS = 8

it(`kill -9 in the middle of ${ROUNDS} polls, merges, splits, and of a poll beside the daemon: the end is that of a life without kills`, async () => {
  const begins = Date.now() - 86_400_000
  const life = { seed: SEED, rounds: ROUNDS, begins }
  const [undisturbed, killed] = await Promise.all([
    live({ ...life, where: folder(), server: await feedServer(), kill: false }),
    live({ ...life, where: folder(), server: await feedServer(), kill: true }),
  ])
  expect(undisturbed.faults).toEqual([])
  console.log(
    `crash: seed ${SEED}, ${killed.kills} kills, ${killed.halfway} of them between the first and the last feed`,
  )
  expect(killed.faults).toEqual([])
  expect(killed.kills).toBeGreaterThanOrEqual(ROUNDS)
  // Otherwise the kills did not come in the middle of anything.
  expect(killed.halfway).toBeGreaterThanOrEqual(ROUNDS / 4)
  expect(killed.end).toEqual(undisturbed.end)
}, 300_000)
