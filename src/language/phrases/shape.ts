// The shape of a pack: what one language writes around and in a report. Words stand as they are written; whoever reads them
// folds them. Lists of words have blanks between, lists of phrases bars. What a language has no words for is left out.

/** What a desk writes before a headline. `strict`: ordinary words as well, only in capitals or in a script without case. */
export interface Slugs {
  flash?: string
  strictFlash?: string
  update?: string
  strictUpdate?: string
  correction?: string
  strictCorrection?: string
  kill?: string
  strictKill?: string
  /** The same copy once more. */
  strictRepeat?: string
}

/** What a number may count. */
export interface Counts {
  killed?: string
  injured?: string
  missing?: string
  arrested?: string
  displaced?: string
}

/** Words on either side of a number that say whether it is a toll. */
export interface TollWords {
  /** After the number: `18 killed`. */
  counted?: Counts
  /** Before it: `killing 18`. */
  leading?: Counts
  /** Verbs behind the number that may take an object: «18 شخصا قتلوا», against «18 مسلحا قتلوا 5». */
  verbs?: Counts
  /** Words of the lists above that take an object: "police arrested 5" says nothing of the number before "police". */
  active?: string
  /** What opens an object: a, the, at least. */
  object?: string
  /** Between a number and what it counts: "people", "were". */
  filler?: string
  /** Between a word that leads and the number: "at least". */
  about?: string
  /** "rose to": what is counted stood further back. */
  to?: string
  /** "from": the number after it is an old one. */
  from?: string
  /** After a number: it is a measure, an age, a share or a date. */
  unit?: string
  /** Ends the search. */
  stop?: string
  thousand?: string
  million?: string
}

/** The same people in every language; the names are kept with the figures. */
export type Group =
  | 'security forces'
  | 'soldiers'
  | 'armed men'
  | 'protesters'
  | 'civilians'
  | 'children'
  | 'women'
  | 'journalists'
  | 'medics'
  | 'rescuers'
  | 'workers'
  | 'migrants'
  | 'passengers'
  | 'prisoners'
  | 'students'

/** Whom a number counts, by the words beside it. Each form stands by itself; Arabic and Russian ones also stand for their stem. */
export interface People {
  /** Anybody: phrases. */
  everyone?: string
  /** "others": the same people as the number before. Phrases. */
  others?: string
  /** People, of whom the words behind may say more: "members", «رجال». Phrases. */
  heads?: string
  /** Between a number, such a head or a toll and whom it counts: "of the", "among". Phrases. */
  partitives?: string
  /** "of whom": what follows is a part of those that were counted before. Phrases. */
  including?: string
  /** Phrases. */
  groups?: Partial<Record<Group, string>>
  /** People of no group: words. */
  persons?: string
  /** How words for people end that are in no list: alternatives of a pattern over folded words. */
  endings?: string
  /** What is no people, though it may be killed, held or missing: animals, vessels, flights, families. Words. */
  things?: string
  /** Behind a word for the injured, they make it cases of an illness: phrases. */
  infections?: string
  /** Words that say where, when or why: whom a number counts stood before them. */
  beyond?: string
}

/** Words that touch a number and say how exact it is: alternatives of a pattern over folded text. */
export interface Bounds {
  upTo?: string
  atLeast?: string
  about?: string
  /** The same behind the number. */
  atLeastAfter?: string
  aboutAfter?: string
}

export interface Phrases {
  /** Primary subtag. */
  language: string
  slugs?: Slugs
  /** Desks and sections, before a slash: «عام / …». */
  sections?: string
  /** What opens a line that only names who wrote: alternatives of a pattern, "By" before a name, and labels before a sign. */
  authors?: string
  authorLabels?: string
  tolls?: TollWords
  people?: People
  bounds?: Bounds
  /** What begins an embargo, up to its moment: alternatives of a pattern over folded text, the longer before the shorter. */
  embargo?: readonly string[]
  /** Lines that head what a site adds below a report, alone. */
  headings?: string
  /** The same, alone or with words behind. */
  headed?: string
}
