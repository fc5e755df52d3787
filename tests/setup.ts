// Generated input is the same in every run, so that what a change does decides over its tests, and luck does not.
// FAST_CHECK_SEED=random draws anew (`npm run fuzz:laws`); a number repeats a run.
import fc from 'fast-check'

const wanted = process.env['FAST_CHECK_SEED']
if (wanted !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(wanted ?? 20_220_105) })
