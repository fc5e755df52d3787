// Loaded with --require by bench/recording.ts: the wall clock of the process stands still, and time that is measured passes so
// slowly that no document is cut into turns. Timers run as always.
const Real = Date
const now = Number(process.env.MINWAL_RECORDED_AT)
const real = performance.now.bind(performance)
performance.now = () => real() / 10_000

globalThis.Date = class extends Real {
  constructor(...given) {
    if (given.length === 0) super(now)
    else super(...given)
  }

  static now() {
    return now
  }
}
