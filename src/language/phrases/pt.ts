// Portuguese.
import type { Phrases } from './shape.ts'

export const pt: Phrases = {
  language: 'pt',
  slugs: { flash: 'urgente', update: 'atualização', correction: 'correção' },
  sections: 'politica|economia|cultura|mundo',
  tolls: {
    counted: {
      killed: 'mortos mortas',
      injured: 'feridos feridas',
      missing: 'desaparecidos desaparecidas desaparecido',
      arrested: 'detidos presos',
      displaced: 'deslocados',
    },
    leading: {
      killed: 'mortos morreram',
      injured: 'feridos',
      missing: 'desaparecidos',
      displaced: 'deslocou',
    },
    filler: 'pessoas foram',
    about: 'pelo menos cerca',
    to: 'para',
    unit: 'anos dias janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro',
    thousand: 'mil',
    million: 'milhões',
  },
  authors: 'Por|POR',
  bounds: {
    upTo: 'ate',
    atLeast: 'pelo menos|mais de',
  },
  embargo: ['(?:embargado|sob embargo) ate(?: as| o dia)?'],
  headed: 'leia também|leia mais|saiba mais',
}
