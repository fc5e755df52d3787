// A made-up stream of news with the shape of a real one: words by Zipf's law, events that burst and fade, names of their own.
import type { ThreadWords } from '../../src/decide/thread/place.ts'

const HOUR = 3_600_000
const LANGUAGES = ['ar', 'en', 'fr', 'es', 'ru']

/** 32-bit generator (mulberry32): the same stream on every machine. */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export interface MadeStory {
  time: number
  said: ThreadWords
  event: number
}

interface Event {
  id: number
  born: number
  /** Hours until it is told half as often. */
  life: number
  weight: number
  language: number
  words: number[]
  names: number[]
}

/**
 * `count` stories, `perHour` of them an hour. A story says 40 words: 16 of its event's own 20 (drawn from the vocabulary,
 * rarer ones), 2 of its 4 names, the rest from a vocabulary of 100,000 words a language, by Zipf's law. 15 new events an
 * hour; one story in five is of no event.
 */
export function* madeStream(count: number, perHour: number, seed = 1): Generator<MadeStory> {
  const random = generator(seed)
  const VOCABULARY = 100_000
  const zipf = () => Math.floor(VOCABULARY ** random())
  const rare = () => Math.floor(200 + (VOCABULARY - 200) * random() ** 2)
  let events: Event[] = []
  let born = 0
  const open = (hour: number): Event => ({
    id: ++born,
    born: hour,
    life: 2 + 30 * random() ** 2,
    weight: 1 / (0.02 + random()),
    language: Math.floor(random() * LANGUAGES.length),
    words: Array.from({ length: 20 }, rare),
    names: Array.from({ length: 4 }, () => Math.floor(random() * 40_000)),
  })
  for (let at = 0; at < count; at++) {
    const hour = at / perHour
    if (at % Math.max(1, Math.floor(perHour / 15)) === 0) events.push(open(hour))
    if (at % perHour === 0) events = events.filter(event => hour - event.born < 6 * event.life)
    let event: Event | null = null
    if (random() < 0.8) {
      // The loudest of four: many stories about few events.
      for (let draw = 0; draw < 4; draw++) {
        const one = events[Math.floor(random() * events.length)] as Event
        const loud = (of: Event) => of.weight * 2 ** (-(hour - of.born) / of.life)
        if (event === null || loud(one) > loud(event)) event = one
      }
    }
    // A third of an event's stories are told in another language.
    const home = event?.language ?? Math.floor(random() * LANGUAGES.length)
    const language = LANGUAGES[random() < 0.67 ? home : Math.floor(random() * LANGUAGES.length)] as string
    const own = new Map<string, number>()
    const shared = new Map<string, number>()
    const say = (to: Map<string, number>, term: string, weight: number) => to.set(term, (to.get(term) ?? 0) + weight)
    for (let word = 0; word < 40; word++) {
      const index = event && word % 5 < 2 ? (event.words[Math.floor(random() * 20)] as number) : zipf()
      say(own, `${language}${index}`, word < 10 ? 2 : 1)
      // One word in three has a sound that others know; some collide.
      if (index % 3 === 0) say(shared, `~${(index % 30_011).toString(36)}k`, word < 10 ? 2 : 1)
    }
    for (const name of event ? event.names.filter(() => random() < 0.5) : [Math.floor(random() * 40_000)]) {
      say(own, `${language}-name${name}`, 2)
      say(shared, `~n${name}`, 2)
    }
    yield {
      time: Date.UTC(2022, 0, 5) + Math.floor(hour * HOUR),
      said: { language, own, shared, form: { shape: 0, filling: 0, dated: false }, header: null },
      event: event?.id ?? -at,
    }
  }
}

const NUMBERS = 384
/** How much of a vector is the event's; all have as much in common, as many models have. */
const OF_EVENT = 0.5
const OF_ALL = 0.7

/** A vector for a story, as a sentence model would give it: what all have in common, what its event is, and what it is itself. */
export function madeVector({ event, time }: MadeStory, at: number): number[] {
  const [all, mine, own] = [generator(7), generator(1_000_003 * event + 11), generator(31 * at + (time % 65_536))]
  return Array.from(
    { length: NUMBERS },
    () => OF_ALL * (all() - 0.5) + OF_EVENT * (mine() - 0.5) + (1 - OF_EVENT) * (own() - 0.5),
  )
}
