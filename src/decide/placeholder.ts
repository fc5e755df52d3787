// Titles that programs write where a writer gave none: they are no titles. Pure.

import { fold } from '../language/fold.ts'

/** Folded, as {@link bare} leaves them. */
const PLACEHOLDERS = new Set(
  [
    // What is written for nothing by programs of any language.
    'null|nil|none|undefined|nan|n/a|na|n.a|object object|tba|tbd|todo|title|headline|post title|article title',
    'entry title|insert title here|title here|your title here|title goes here|add title|enter title here|lorem ipsum',
    'untitled|untitled document|untitled page|untitled post|untitled article|untitled entry|untitled note|no title|no titel',
    'notitle|no-title|no subject|no headline|without title|title missing|missing title|title not available|no title available',
    'auto draft|new post|new page|new article|new document|new entry|draft|unnamed',
    'بدون عنوان|بلا عنوان|من دون عنوان|دون عنوان|لا يوجد عنوان|لا عنوان|غير معنون|عنوان|العنوان|عنوان الخبر|مسوده|مسوده تلقائيه|فارغ',
    'بي عنوان|بی عنوان|بیعنوان|بيعنوان|عنوان ندارد|فاقد عنوان|بغیر عنوان|بلا عنوان|ناونیشان نیه|بی ناونیشان|بێ ناونیشان|بی سرلیک',
    'ללא כותרת|ללא שם|ללא נושא|אין כותרת',
    'sans titre|aucun titre|pas de titre|titre|sans objet|brouillon auto|brouillon',
    'ohne titel|kein titel|unbenannt|unbetitelt|titel|entwurf|kein betreff',
    'sin titulo|sin nombre|sin asunto|titulo|borrador|borrador automatico|sense titol',
    'senza titolo|nessun titolo|titolo|bozza|bozza automatica|sem titulo|sem nome|rascunho|rascunho automatico',
    'без названия|без заголовка|без имени|без темы|нет заголовка|нет названия|заголовок|черновик|без назви|без заголовку|чернетка|без заглавие|без наслова|без наслов',
    'basliksiz|baslik yok|isimsiz|adsiz|baslik|taslak|otomatik taslak|basliqsiz|sarlavhasiz|атауы жок|аталышсыз',
    'zonder titel|geen titel|naamloos|uten tittel|uten navn|utan titel|namnlos|uden titel|unavngivet|otsikoton|nimeton|an titils',
    'bez tytulu|brak tytulu|bez nazwy|bez nazvu|bez naslova|cim nelkul|nevtelen|fara titlu|titlu|pa titull|be pavadinimo|bez nosaukuma|pealkirjata',
    'χωρις τιτλο|ατιτλο|διχως τιτλο|unang titulo|tanpa judul|tidak ada judul|judul|tiada tajuk|khong co tieu de|khong tieu de|walang pamagat|haina kichwa',
    '无标题|無標題|未命名|无题|無題|タイトルなし|題名なし|タイトル未設定|件名なし|제목 없음|제목없음|무제|शीर्षक रहित|शीर्षकहीन|बिना शीर्षक|শিরোনামহীন|ไม่มีชื่อ|ไม่มีหัวข้อ|ไม่มีชื่อเรื่อง',
  ].flatMap(line => line.split('|').map(bare)),
)

/** Longer than any of them, with its brackets and number. */
const LONGEST = 60

/** Whether a title is one in name only: nothing but punctuation, or what stands for no title in some language. */
export function isPlaceholderTitle(title: string): boolean {
  if (title.length > LONGEST) return false
  if (/^[\p{P}\p{Z}\p{C}\p{M}+=~<>|^`$\s]*$/u.test(title)) return true
  const plain = bare(title)
  return PLACEHOLDERS.has(plain) || PLACEHOLDERS.has(plain.replace(/(?<![\s#_-])[\s#_-]*\d{1,3}$/, ''))
}

/** Without case, brackets and marks around it, the half-space of Persian as a space. */
function bare(title: string): string {
  return fold(title.replace(/[\u200c_-]/g, ' '))
    .replace(/\.(?:html?|docx?|txt|odt)$/, '')
    .replace(/^[\p{P}\p{Z}\p{S}]+|(?<![\p{P}\p{Z}\p{S}])[\p{P}\p{Z}\p{S}]+$/gu, '')
    .replace(/\s+/g, ' ')
}
