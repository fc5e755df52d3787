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
  people: {
    everyone: 'kişi|kişinin|kişiye|insan|kişiyi',
    others: 'diğer',
    heads: 'erkek|üyesi|mensubu|görevlisi|vatandaş',
    partitives: 'güvenlik gücünden|arasında',
    groups: {
      'security forces': 'polis|polisi|polisin|güvenlik görevlisi|güvenlik gücü|güvenlik güçleri|jandarma|korucu|bekçi',
      soldiers: 'asker|askeri|askerin|subay',
      'armed men': 'silahlı|militan|terörist|saldırgan|isyancı',
      protesters: 'gösterici|protestocu|eylemci',
      civilians: 'sivil|sivilin',
      children: 'çocuk|çocuğun|bebek',
      women: 'kadın|kadının',
      journalists: 'gazeteci',
      medics: 'doktor|hemşire|sağlık çalışanı',
      rescuers: 'itfaiyeci|kurtarma görevlisi',
      workers: 'işçi|işçinin|çalışan',
      migrants: 'göçmen|mülteci|sığınmacı|düzensiz göçmen',
      passengers: 'yolcu|yolcunun',
      prisoners: 'mahkum|esir|tutuklu',
      students: 'öğrenci|öğrencinin',
    },
    persons: 'madenci balıkçı turist hacı rehine şüpheli korsan sürücü yabancı',
    things:
      'uçak uçuş gemi araç otomobil otobüs kamyon tren helikopter koyun inek keçi köpek kedi kuş tavuk balık hayvan ağaç',
    beyond: 'bugün dün',
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
