// French.
import type { Phrases } from './shape.ts'

export const fr: Phrases = {
  language: 'fr',
  slugs: {
    flash: 'urgent|dernière minute|alerte info',
    strictFlash: 'flash|alerte',
    update: 'actualisation|actualisé|mise à jour',
    strictUpdate: 'maj',
    correction: 'rectificatif|corrigé|rectification',
    strictCorrection: 'rectif|corrige',
    kill: 'annulation',
    strictKill: 'annule|annulé',
    strictRepeat: 'rediffusion',
  },
  sections: 'politique|economie|culture|societe|sante|monde',
  tolls: {
    counted: {
      killed: 'tués tué tuées tuée morts mort mortes décès décédés',
      injured: 'blessés blessé blessées blessée',
      missing: 'disparus disparu disparues',
      arrested: 'arrêtés arrêtées arrêté arrestations interpellés interpellées interpellations',
      displaced: 'déplacés déplacées',
    },
    leading: {
      killed: 'tué tuant tue tuent morts mort bilan tués',
      injured: 'blessé blessant blesse blessent blessés',
      missing: 'disparus',
      arrested: 'arrêté arrestation interpellé interpellation arrêtés',
      displaced: 'déplacé',
    },
    filler: `personnes personne autres civils civil manifestants policiers policier soldats soldat enfants femmes hommes membres ont
      été étaient sont furent a forces ordre de des`,
    about: 'au moins environ plus de près quelque nombre d',
    to: 'à atteint atteignant',
    from: 'de',
    unit: `ans an jours jour heures heure mois minutes semaines kilomètres mètres euro janvier février mars avril mai juin juillet
      août septembre octobre novembre décembre pour`,
    stop: 'et ou dans par lors après qui mais',
    thousand: 'mille',
  },
  authors: 'Par|PAR|De notre correspondant(?:e)?,?',
  bounds: {
    upTo: "jusqu'a|jusqu a|au plus",
    atLeast: "au moins|plus de|plus d'|pas moins de|au minimum",
    about: 'environ|pres de|quelque|quelques',
    atLeastAfter: 'au moins',
    aboutAfter: 'environ',
  },
  embargo: [
    "(?:sous )?embargo(?: strict)? (?:jusqu['a]*(?: a)?(?: au)?|jusqu'au)",
    'ne pas (?:diffuser|publier) avant(?: le)?',
  ],
  headings: 'partager|partagez|plus|les plus lus',
  headed:
    "lire aussi|à lire aussi|lire également|sur le même sujet|lire la suite|en savoir plus|a voir aussi|articles similaires|articles liés|nos autres articles|plus d'informations",
}
