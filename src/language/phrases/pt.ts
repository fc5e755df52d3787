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
  people: {
    everyone: 'pessoas|pessoa|vítimas|vidas',
    others: 'outros|outras',
    heads: 'homens|membros|agentes|funcionários|moradores|cidadãos|casos',
    partitives: 'de|do|da|dos|das|os|as|entre|entre os',
    including: 'deles|entre eles|dos quais',
    groups: {
      'security forces': 'forças de segurança|polícias|polícia|policiais|policial|guardas|agentes da polícia',
      soldiers: 'soldados|militares|exército|forças armadas',
      'armed men':
        'homens armados|armados|combatentes|rebeldes|insurgentes|terroristas|milicianos|criminosos|bandidos|traficantes',
      protesters: 'manifestantes|ativistas',
      civilians: 'civis|civil',
      children: 'crianças|criança|menores|adolescentes|bebês',
      women: 'mulheres|mulher',
      journalists: 'jornalistas',
      medics: 'médicos|enfermeiros',
      rescuers: 'bombeiros|socorristas',
      workers: 'trabalhadores|operários',
      migrants: 'migrantes|imigrantes|refugiados',
      passengers: 'passageiros',
      prisoners: 'prisioneiros|reclusos',
      students: 'estudantes|alunos',
    },
    persons: 'mineiros pescadores turistas peregrinos reféns suspeitos piratas motoristas pacientes estrangeiros',
    endings: 'istas|ores|eiros|antes|entes',
    things: `voos voo aviões navios barcos carros veículos caminhões ônibus autocarros comboios trens ovelhas vacas bois cabras cavalos porcos cães aves galinhas peixes baleias
      animais árvores jogos famílias cabeças casas`,
    beyond: 'em no na nos nas perto contra sob sobre segundo ontem hoje',
  },
  authors: 'Por|POR',
  bounds: {
    upTo: 'ate',
    atLeast: 'pelo menos|mais de',
  },
  embargo: ['(?:embargado|sob embargo) ate(?: as| o dia)?'],
  headed: 'leia também|leia mais|saiba mais',
}
