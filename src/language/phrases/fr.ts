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
  people: {
    everyone: 'personnes|personne|gens|individus|victimes|vies',
    others: 'autres|autre',
    heads: 'hommes|homme|membres|membre|agents|agent|personnels|éléments|fonctionnaires|habitants|ressortissants|cas',
    partitives: 'de|des|du|d|la|les|l|parmi|parmi les|au sein des|au sein de|dans les rangs des',
    including: 'dont|entre eux|d entre eux|parmi eux',
    groups: {
      'security forces': `forces de l ordre|forces de sécurité|forces de police|policiers|policier|policières|police|gendarmes|gendarme|
        gendarmerie|garde nationale|gardes|ordre`,
      soldiers: 'soldats|soldat|militaires|militaire|armée|forces armées|casques bleus|marins',
      'armed men': `hommes armés|armés|combattants|combattant|rebelles|insurgés|terroristes|terroriste|jihadistes|djihadistes|islamistes|miliciens|
        assaillants|criminels|bandits|kamikazes`,
      protesters: 'manifestants|manifestant|manifestantes|émeutiers|contestataires',
      civilians: 'civils|civil|civiles',
      children: 'enfants|enfant|garçons|filles|bébés|écoliers',
      women: 'femmes|femme',
      journalists: 'journalistes|journaliste|reporters',
      medics: 'médecins|médecin|infirmiers|infirmières|soignants|secouristes médicaux',
      rescuers: 'secouristes|pompiers|sauveteurs|sapeurs pompiers',
      workers: 'ouvriers|ouvrier|travailleurs|employés|salariés',
      migrants: 'migrants|migrant|réfugiés|exilés',
      passengers: 'passagers|passager|voyageurs',
      prisoners: 'détenus|prisonniers',
      students: 'étudiants|élèves|lycéens|collégiens',
    },
    persons:
      'mineurs pêcheurs villageois agriculteurs touristes pèlerins otages suspects pirates trafiquants élus avocats spectateurs supporters chauffeurs marcheurs alpinistes randonneurs skieurs patients',
    endings: 'eurs|euses|istes|iens|iennes',
    things: `vol vols avion avions appareil appareils hélicoptère hélicoptères navire navires bateau bateaux voiture voitures véhicule véhicules camion camions
      autocar autocars train trains moutons mouton bovins vache vaches chèvres chevaux cheval porcs chiens chats oiseaux volailles poulets poules canards
      poissons baleines dauphins éléphants animaux bêtes arbres emplois matchs foyers familles têtes maisons logements`,
    beyond: `au aux à près chez contre sous sur entre devant derrière depuis avant pendant selon hier ce cette jeudi son sa leur leurs dit portées en vers pour où`,
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
