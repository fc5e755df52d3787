// Do our polls miss less than others' for the same number of requests? A simulated week, a table, one JSON line.
//
//   node bench/schedule.ts [FEEDS] [SEED]
//
// 5,000 feeds over some 1,400 hosts write as agencies' feeds were measured to (bench/schedule/world.ts); every contender
// starts knowing nothing on Monday midnight. `missed` are entries that rolled out of a feed's document between two polls:
// no reader could have got all, since some feeds write more at once than they show, and some hosts fail for hours.
import { printJson, printTable, rounded } from './helpers.ts'
import { miniflux, ours, rssFetcher } from './schedule/contenders.ts'
import { type Contender, type Result, runWeek } from './schedule/week.ts'
import { createWorld, DAY, HOUR, MINUTE, START } from './schedule/world.ts'

const feeds = Number(process.argv[2] ?? 5_000)
const seed = Number(process.argv[3] ?? 1)
const world = createWorld(feeds, seed)

const mine = (hourly: number, minMinutes: number, maxHours: number, caution: number): Contender =>
  ours(world, {
    name: `minwal, hourly ${hourly} min, ${minMinutes} min to ${maxHours} h, caution ${caution}`,
    hourly: hourly * MINUTE,
    minInterval: minMinutes * MINUTE,
    maxInterval: maxHours * HOUR,
    caution,
    hostDelay: 5_000,
  })

const contenders: Contender[] = [
  miniflux(world, { name: 'Miniflux, round robin', scheduler: 'round_robin', errorLimit: 3 }),
  miniflux(world, { name: 'Miniflux, round robin, no error limit', scheduler: 'round_robin', errorLimit: 0 }),
  miniflux(world, { name: 'Miniflux, entry frequency, no error limit', scheduler: 'entry_frequency', errorLimit: 0 }),
  rssFetcher(world, { name: 'rss-fetcher, 6 h at first', defaultMinutes: 360 }),
  rssFetcher(world, { name: 'rss-fetcher, 12 h at first', defaultMinutes: 720 }),
  mine(60, 5, 4, 4),
  mine(120, 5, 12, 4),
  mine(1_440, 10, 24, 3),
  mine(1_440, 90, 24, 0),
]

const cells = (result: Result): (string | number)[] => [
  result.name,
  result.requests,
  result.missed,
  `${((100 * result.missed) / result.published).toFixed(2)}%`,
  result.missedHealthy,
  `${result.medianDelay} min`,
  `${result.p90Delay} min`,
  result.burst,
  result.refused,
]
const head = ['rules', 'requests', 'missed', 'of all', 'healthy', 'median', 'p90', 'burst/min', 'refused']

const results = contenders.map(contender => runWeek(world, contender))
process.stdout.write(`${feeds} feeds, ${world.hosts.length} hosts, ${results[0]?.published} entries in the week\n`)
printTable(head, results.map(cells))

// Friday night, ten hours: nobody can see what rolls over meanwhile; what counts is how the backlog is drained.
const off = { from: START + 4 * DAY + 21 * HOUR, to: START + 5 * DAY + 7 * HOUR }
const nights = [
  miniflux(world, { name: 'Miniflux, round robin', scheduler: 'round_robin', errorLimit: 3 }),
  mine(120, 5, 12, 4),
].map(contender => runWeek(world, contender, off))
process.stdout.write('\nswitched off for a night\n')
printTable(head, nights.map(cells))

const figures = ({ missedBy, seconds, medianDelay, p90Delay, ...rest }: Result) => ({
  ...rest,
  medianDelayMin: medianDelay,
  p90DelayMin: p90Delay,
  missedBy,
  seconds: rounded(seconds),
})
printJson('schedule', {
  feeds,
  seed,
  hosts: world.hosts.length,
  results: results.map(figures),
  nightOff: nights.map(figures),
})
