// Turkish.
import type { Phrases } from './shape.ts'

export const tr: Phrases = {
  language: 'tr',
  slugs: {
    flash: 'son dakika|acil',
    strictFlash: 'flaş',
    update: 'güncelleme|güncellendi',
    correction: 'düzeltme',
    kill: 'iptal',
  },
  sections: 'siyaset|ekonomi|spor|kultur|dunya',
  tolls: {
    counted: {
      killed: 'ölü öldürüldü hayatını kaybı',
      injured: 'yaralı yaralandı yaralanan',
      missing: 'kayıp',
      arrested: 'gözaltına gözaltı tutuklandı tutuklu',
      displaced: 'yerinden',
    },
    leading: { killed: 'ölü', injured: 'yaralı', missing: 'kayıp' },
    filler: 'den dan ten tan fazla az kişi kişinin polis asker çocuk sivil kişiye can',
    about: 'en az yaklaşık sayısı',
    unit: `yıl gün saat ay yaşında yaşındaki hafta kilometre lira ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim
      kasım aralık`,
    stop: 've veya',
    thousand: 'bin',
    million: 'milyon',
  },
  authorLabels: 'Haber|Yazan|Muhabir|Yazar',
  bounds: {
    upTo: 'en fazla',
    atLeast: 'en az',
    about: 'yaklasik',
    atLeastAfter: 'den fazla|dan fazla|ten fazla|tan fazla',
    aboutAfter: 'civarinda',
  },
  embargo: ['ambargo(?:lu)?'],
  headings: 'paylaş|etiketler',
  headed:
    'ayrıca okuyun|bunlar da ilginizi çekebilir|bu haberler de ilginizi çekebilir|bunları da okuyun|ilgili haberler|benzer haberler|devamını oku',
}
