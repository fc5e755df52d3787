// German.
import type { Phrases } from './shape.ts'

export const de: Phrases = {
  language: 'de',
  slugs: {
    flash: 'eilmeldung|eil',
    correction: 'korrektur|berichtigung',
    kill: 'zurückgezogen',
  },
  sections: 'politik|wirtschaft|kultur|sport',
  tolls: {
    counted: {
      killed: 'tote toten todesopfer getötet',
      injured: 'verletzte verletzten verletzt',
      missing: 'vermisste vermisst',
      arrested: 'festnahmen festgenommen verhaftet',
      displaced: 'vertriebene vertrieben',
    },
    leading: {
      killed: 'tote getötet töten',
      injured: 'verletzt verletzte',
      missing: 'vermisst',
      arrested: 'festgenommen',
    },
    filler: 'menschen personen wurden polizisten sind',
    about: 'mindestens rund über etwa fast zahl',
    to: 'auf',
    from: 'von',
    unit: 'jahre jahren tage tagen stunden uhr prozent januar februar märz juni juli oktober dezember',
    stop: 'und oder bei nach',
    thousand: 'tausend',
    million: 'millionen',
  },
  authors: 'Von|VON',
  bounds: {
    upTo: 'bis zu|hochstens',
    atLeast: 'mindestens|mehr als|uber',
    about: 'etwa|rund|fast|ungefahr|knapp',
    atLeastAfter: 'oder mehr',
  },
  embargo: ['sperrfrist(?: bis)?', '(?:nicht|frei) (?:vor|ab)(?: dem)?'],
  headings: 'teilen|mehr',
  headed: 'lesen sie auch|mehr zum thema|auch interessant|das könnte sie auch interessieren|weiterlesen',
}
