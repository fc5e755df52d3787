// Loaded with --require: the wall clock of this process is off by as many seconds as the file named by MINWAL_TEST_SKEW says.
// Timers and performance.now() stay as they are, as on a machine whose clock is set.
const { readFileSync } = require('node:fs')

const Real = Date
let offset = 0
let read = Number.NEGATIVE_INFINITY

function skewed() {
  const now = performance.now()
  if (now - read > 50) {
    read = now
    try {
      offset = Number(readFileSync(process.env.MINWAL_TEST_SKEW, 'utf8')) * 1000 || 0
    } catch {
      // Being written: as before.
    }
  }
  return Real.now() + offset
}

globalThis.Date = class extends Real {
  constructor(...given) {
    if (given.length === 0) super(skewed())
    else super(...given)
  }

  static now() {
    return skewed()
  }
}
