// Italian.
import type { Phrases } from './shape.ts'

export const it: Phrases = {
  language: 'it',
  bounds: {
    atLeast: 'almeno|oltre',
    about: 'circa',
  },
  embargo: ['(?:sotto )?embargo fino (?:al|alle|a)(?: ore)?'],
}
