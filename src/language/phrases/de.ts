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
}
