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
  people: {
    everyone: 'menschen|personen|person|opfer',
    others: 'weitere|weiteren|andere|anderen',
    heads: 'männer|mann|mitglieder|mitarbeiter|angehörige|bewohner|einwohner|bürger|fälle',
    partitives: 'der|des|von|unter|unter den|den|die|aus den reihen der',
    including: 'davon|darunter|von ihnen|unter ihnen',
    groups: {
      'security forces':
        'sicherheitskräfte|sicherheitskräften|polizisten|polizist|polizistinnen|polizei|polizeibeamte|polizeibeamten|beamte|beamten|gendarmen|nationalgardisten|grenzschützer',
      soldiers: 'soldaten|soldat|militärs|armee|streitkräfte',
      'armed men':
        'bewaffnete|bewaffneten|kämpfer|rebellen|aufständische|terroristen|extremisten|islamisten|milizionäre|angreifer|kriminelle',
      protesters: 'demonstranten|demonstrierende|protestierende|randalierer|aktivisten',
      civilians: 'zivilisten|zivilist',
      children: 'kinder|kind|kindern|jugendliche|schüler|mädchen|jungen|babys',
      women: 'frauen|frau',
      journalists: 'journalisten|journalist|reporter',
      medics: 'ärzte|sanitäter|pfleger',
      rescuers: 'feuerwehrleute|retter|helfer|rettungskräfte',
      workers: 'arbeiter|beschäftigte|angestellte',
      migrants: 'migranten|flüchtlinge|geflüchtete',
      passengers: 'passagiere|insassen|reisende|fahrgäste',
      prisoners: 'häftlinge|gefangene',
      students: 'studenten|studierende',
    },
    persons:
      'bergleute fischer touristen pilger geiseln verdächtige piraten schmuggler anwälte zuschauer fans fahrer bergsteiger patienten dorfbewohner',
    things: `flüge flug flugzeuge flugzeug maschinen hubschrauber schiffe schiff boote boot autos fahrzeuge lastwagen busse züge schafe rinder kühe ziegen pferde schweine hunde
      katzen vögel hühner fische wale delfine elefanten tiere bäume spiele familien häuser wohnungen`,
    beyond: 'in im am an auf vor gegen über zwischen durch für mit seit während gestern heute',
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
