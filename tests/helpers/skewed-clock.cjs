// Loaded with --require. The wall clock of this process is off by as many seconds as the file named by MINWAL_TEST_SKEW says, and
// performance.now() stays as it is: a clock that is set. As many seconds as the file named by MINWAL_TEST_PASSED says have passed by
// both: what waits by a clock need not be waited for. Timers stay as they are.
const { readFileSync } = require('node:fs')

const Real = Date
const passing = performance.now.bind(performance)

function millisIn(file) {
  let millis = 0
  let read = Number.NEGATIVE_INFINITY
  return () => {
    if (file !== undefined && passing() - read > 50) {
      read = passing()
      try {
        millis = Number(readFileSync(file, 'utf8')) * 1000 || 0
      } catch {
        // Being written: as before.
      }
    }
    return millis
  }
}

const skew = millisIn(process.env.MINWAL_TEST_SKEW)
const passed = millisIn(process.env.MINWAL_TEST_PASSED)
const now = () => Real.now() + skew() + passed()

globalThis.Date = class extends Real {
  constructor(...given) {
    if (given.length === 0) super(now())
    else super(...given)
  }

  static now() {
    return now()
  }
}
performance.now = () => passing() + passed()
