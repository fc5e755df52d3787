// What stands before and after a report without being part of it: lone credits, desk notes, "related articles".

import { fold, foldWord } from '../../language/fold.ts'
import { PACKS } from '../../language/phrases/index.ts'
import type { WireDetail } from '../../model/decided.ts'
import type { NameList, WireNames } from './agencies.ts'
import { lookupBare, readNames } from './agencies.ts'
import { inkEnd, inkStart, isBlank, lineStart, trimInk } from './edges.ts'

const LINE = 160
const WINDOW = 1_000
const LINES = 16

const OPENERS = /^[\s([{<«"“/*|•©–—―_-]+/u
const CLOSERS = /(?<![\s)\]}>»"”/*|•.。–—―_-])[\s)\]}>»"”/*|•.。–—―_-]+$/u
const LABEL =
  /^(?:المصدر|مصدر الخبر|المصادر|عن|نقلا عن|وكاله|وكالات|بقلم|كتب|source|sources|via|by|from|with|with reporting by|copyright|\(?c\)|with input from|avec|source\(s\)|par|fuente|fuentes|con informacion de|por|con|источник|по материалам|по сообщению|kaynak|quelle|mit material von|fonte|com)\s?(?:[:：|/-]|\d{4}(?=\s)|(?=\s))\s*/u
const CREDIT_YEAR = /^\d{4}\s+/

/** A credit, decorated or labelled, that is all a line says; null where it says anything else. */
export function readCreditLine(line: string, names: WireNames): NameList | null {
  const written = trimInk(line)
  if (written.length === 0 || written.length > 100) return null
  const marked = /^[([/«]/u.test(written)
  let core = written.replace(OPENERS, '').replace(CLOSERS, '')
  const direct = readNames(core, names, !marked)
  if (direct) return direct.named.length > 0 || marked ? direct : null
  // The label is matched folded but cut raw: folding may change lengths, so both are cut at the same word.
  const label = LABEL.exec(fold(core))
  if (!label) return null
  const colon = core.search(/[:：]/)
  if (/[:：]/.test(label[0]) && colon > 0) core = core.slice(colon + 1)
  else core = core.split(/\s+/).slice(label[0].trim().split(/\s+/).length).join(' ')
  core = trimInk(core).replace(CREDIT_YEAR, '').replace(OPENERS, '')
  return readNames(core, names, false)
}

const HEADINGS = new Set(PACKS.flatMap(({ headings }) => (headings ? fold(headings).split('|') : [])))
// What opens a list of other reports, alone or with words behind it.
const HEADED = PACKS.flatMap(({ headed }) => (headed ? fold(headed).split('|') : [])).map(trimInk)
const DECORATION = /^[^\p{L}\p{N}]+|(?<=[\p{L}\p{N}])[^\p{L}\p{N}]+$/gu
const SENTENCE = /[.!?؟…]["”»')\]]*$/u

const FIRST_WORDS = new Set([...HEADINGS, ...HEADED].map(phrase => phrase.split(' ')[0] ?? phrase))
const FIRST_WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/u

function isHeading(line: string): boolean {
  if (line.length > LINE) return false
  const first = FIRST_WORD.exec(line.slice(0, 48))
  if (!first || !FIRST_WORDS.has(foldWord(first[0]))) return false
  const folded = fold(line).replace(DECORATION, '')
  if (HEADINGS.has(folded)) return true
  return HEADED.some(phrase => {
    if (!folded.startsWith(phrase)) return false
    const next = folded.charAt(phrase.length)
    return next === '' || !/[\p{L}\p{N}]/u.test(next)
  })
}

/**
 * Where a "related articles" tail starts. Only at the end: at most half of the text, at most 1,000 characters and 16
 * lines, and nothing under the heading may read like a paragraph.
 */
function tailStart(text: string, from: number, to: number, names: WireNames): number {
  const bound = Math.max(from, to - WINDOW)
  let tail = to
  let at = to
  for (let lines = 0; at > bound && lines < LINES; lines++) {
    const begin = lineStart(text, bound, at)
    const start = inkStart(text, begin, at)
    // A line the window cut through is not seen whole, so nothing is said of it.
    if (begin === bound && bound > from && !isBlank(text.charCodeAt(bound - 1))) break
    if (start <= from || to - start > (to - from) / 2) break
    const line = text.slice(start, at)
    if (isHeading(line)) tail = start
    // A credit above a tail ends the report.
    else if (tail < to && readCreditLine(line, names)) break
    else if (line.length > LINE || (line.length > 90 && SENTENCE.test(line))) break
    at = inkEnd(text, bound, begin)
  }
  return tail
}

const INLINE_TAIL =
  /[.!?؟…»”"')\]]\s{1,4}(?:\[?(?:read more|continue reading|lire la suite|leer más|seguir leyendo|читать далее|подробнее|اقرأ المزيد|المزيد|devamını oku|weiterlesen|leia mais)(?![\p{L}\p{N}])[^\n]{0,50})$/iu

const END_MARK =
  /^(?:[/\s(*-]*(?:انتهى|انتهي|النهاية|ENDS?|FIN|КОНЕЦ|SON|MORE|يتبع|SUITE|SIGUE)[/\s)*-]*(?:\d{1,2}[:.]\d{2}.{0,12})?|#{2,5}|-{1,2}30-{1,2}|-0-|[(/*-]+\s?(?:ends?|fin|конец|son|more|suite|sigue)\s?[)/*-]+)$/u
const DESK =
  /^[\s([*_-]*(?:(?:additional )?(?:reporting|writing|editing|compiled|written|edited) (?:by|and)|editing by|our standards|(?:إعداد|اعداد|تغطية صحفية|تحرير)\s[^\n]{0,80}(?:تحرير|للنشرة|صحفية)|reportaje de|reporte de|editado por|escrito por|rédigé par|reportage de|édité par|version française|haberi yazan|подготов(?:ил|ила)\s|перевод\s|(?:écrit|traduit|édité|rédaction|reportage) par\s|avec (?:la contribution|les contributions) de\s|(?:información|edición|traducción|redacción) de\s[^\n]{2,60}(?:[;)]|editad|edición)|(?:con (?:la )?colaboración de|con información adicional de)\s|(?:berichtet|geschrieben|redigiert|bearbeitet) von\s|(?:bericht|redaktion|mitarbeit|redigierung) (?:von|durch)\s|bitte rückfragen an|(?:автор|авторы|редактор|репортаж|текст подготовил[аи]?|редакция):\s|\(репортаж\s[^)]{3,60}редактор|(?:haber|editör|yayına hazırlayan|muhabir|derleyen):\s|(?:كتابة|إعداد|تحرير|ترجمة|تغطية|شارك في التغطية|شارك في التحرير|(?:أعده|أعدها|أعد التقرير) ?(?:للعربية|للنشرة العربية)?)\s?(?:[:：]\s?|-\s))/iu
const DESK_LONGEST = 400

// What WordPress adds to every feed, in the languages it is translated to; and rights, channels, buttons.
const POSTED = [
  'the post\\s[^\\n]{1,250}\\s(?:first appeared|appeared first)\\son\\s[^\\n]{1,80}',
  "(?:l[’']article|cet article)\\s[^\\n]{1,250}\\sest apparu en premier sur\\s[^\\n]{1,80}",
  '(?:la entrada|el artículo)\\s[^\\n]{1,250}\\s(?:se publicó primero en|apareció primero en|aparece primero en)\\s[^\\n]{1,80}',
  'der beitrag\\s[^\\n]{1,250}\\serschien zuerst auf\\s[^\\n]{1,80}',
  '(?:запись|сообщение)\\s[^\\n]{1,250}\\s(?:впервые появил(?:ась|ось)|появил(?:ись|ась|ось) сначала)(?:\\sна)?\\s[^\\n]{1,80}',
  '(?:ظهرت المقالة|ظهر المقال|المقالة|التدوينة|ظهرت التدوينة)\\s[^\\n]{1,250}\\s(?:ظهرت )?(?:لأول مرة|أولاً|أولا|اولا)\\s(?:على|في)\\s[^\\n]{1,80}',
  '[^\\n]{1,250}\\s(?:yazısı|haberi)\\silk (?:önce|olarak)\\s[^\\n]{1,80}\\s(?:üzerinde ortaya çıktı|yayınlandı|göründü)',
  'o post\\s[^\\n]{1,250}\\sapareceu primeiro em\\s[^\\n]{1,80}',
  "l[’']articolo\\s[^\\n]{1,250}\\s(?:proviene da|sembra essere il primo su)\\s[^\\n]{1,80}",
].join('|')
const POSTED_LINE = new RegExp(`^(?:${POSTED})\\.?$`, 'iu')
const POSTED_INLINE = new RegExp(`[.!?؟…»”"')\\]]\\s{1,4}(?:${POSTED})\\.?$`, 'iu')
// Seen at a glance in what has none.
const POSTED_MAYBE = /appeared|apparu|primero en|zuerst auf|появил|أول|\silk\s|primeiro|proviene|il primo/iu
const RIGHTS =
  /^(?:(?:copyright\s)?[©ⓒ]|\(c\)\s|copyright\s(?:©\s?)?\d{4})[^\n]{0,120}$|^[^\n]{0,60}(?:all rights reserved|جميع الحقوق محفوظة|كل الحقوق محفوظة|tous droits réservés|todos los derechos reservados|все права защищены|alle rechte vorbehalten|tüm hakları saklıdır|todos os direitos reservados)[^\n]{0,60}$/iu
const CHANNEL =
  /^(?:تابعوا?نا\s(?:على|عبر)|تابعوا\s(?:آخر|أخبار)|اشتركوا?\s(?:في|الآن)|انضموا?\s(?:إلى|الى)\sقنا|follow (?:us|our)\s|join our\s|subscribe to our\s|sign up (?:for|to)\s|suivez[ -]nous|abonnez[ -]vous|rejoignez[ -]nous|s[ií]guenos|síganos|suscríb[ae]|únete a|подписывайтесь|подпишитесь|следите за нами|присоединяйтесь к|bizi\s[^\n]{0,40}takip edin|takip edin|abone olun|folgen sie uns|abonnieren sie|siga-nos)[^\n]{0,110}$/iu

/** A line that sells, shares or protects, and tells no news. */
function isShareLine(line: string): boolean {
  return (
    line.length <= DESK_LONGEST &&
    (POSTED_LINE.test(line) || RIGHTS.test(line) || (line.length <= 120 && CHANNEL.test(line)))
  )
}

/** One piece taken off, and where it begins. */
interface Taken {
  kind: WireDetail['kind']
  start: number
}

export interface Closing {
  /** Index after the last character of the report itself. */
  end: number
  credits: NameList['named']
  /** From the end towards the beginning. */
  taken: (Taken & { end: number })[]
}

/** Takes lone credits, desk notes and tails off the end of [from, to). */
export function readClosing(text: string, from: number, to: number, names: WireNames): Closing {
  const credits: NameList['named'] = []
  const taken: Closing['taken'] = []
  let end = inkEnd(text, from, to)
  let tailed = false
  for (let round = 0; round < 8 && end > from; round++) {
    let found = lastLine(text, from, end, names, credits)
    if (!found && !tailed) {
      tailed = true
      const start = tailStart(text, from, end, names)
      if (start < end) found = { kind: 'tail', start }
    }
    found ??= inline(text, from, end, names, credits)
    if (!found) break
    const before = end
    end = inkEnd(text, from, found.start)
    if (end === before) break
    taken.push({ ...found, end: before })
  }
  return { end, credits, taken }
}

function lastLine(text: string, from: number, to: number, names: WireNames, credits: NameList['named']): Taken | null {
  const bound = Math.max(from, to - DESK_LONGEST)
  const begin = lineStart(text, bound, to)
  if (begin === bound && bound > from && !isBlank(text.charCodeAt(bound - 1))) return null
  const start = inkStart(text, begin, to)
  const line = text.slice(start, to)
  // A paragraph that begins with such words is prose.
  if ((line.length <= 240 || /reporting by/i.test(line.slice(0, 30))) && DESK.test(line))
    return { kind: 'byline', start }
  // The only line of a text is its news, whatever it looks like, unless a credit is all it is.
  if (start > from && isShareLine(line)) return { kind: 'tail', start }
  if (line.length > 100) return null
  if (start > from && END_MARK.test(line)) return { kind: 'end', start }
  const list = readCreditLine(line, names)
  if (!list) return null
  credits.push(...list.named)
  return { kind: 'credit', start }
}

// The last dash with nothing but a name after it.
const CREDIT_DASH = /(?:\s[-–]|—)[^-–—.!?؟\n]{2,36}\.?$/u
const SENTENCE_END = /[.!?؟…»”"')]$/u

/** «… (رويترز)», `… - Reuters`, `… (Reporting by A; Editing by B)` at the end of the last paragraph. */
function inline(text: string, from: number, to: number, names: WireNames, credits: NameList['named']): Taken | null {
  const bound = Math.max(from, to - DESK_LONGEST)
  const window = text.slice(bound, to)
  const stopped = window.endsWith('.') ? window.length - 1 : window.length
  if (window[stopped - 1] === ')') {
    const open = window.lastIndexOf('(')
    const head = inkEnd(window, 0, open)
    if (open > 0 && DESK.test(window.slice(open))) return { kind: 'byline', start: bound + head }
    const list = open > 0 && stopped - open <= 80 ? readNames(window.slice(open + 1, stopped - 1), names, false) : null
    // "… Agence France-Presse (AFP)." explains a name; a credit follows a finished sentence, or ends without a stop.
    if (list && head > 0 && (SENTENCE_END.test(window.slice(head - 1, head)) || stopped === window.length)) {
      const explained = lookupEnding(window.slice(Math.max(0, head - 40), head), names)
      if (explained === null) {
        credits.push(...list.named)
        return { kind: 'credit', start: bound + head }
      }
    }
  }
  const short = window.slice(-40)
  const dash = CREDIT_DASH.exec(short)
  if (dash) {
    const head = inkEnd(window, 0, window.length - dash[0].length)
    const written = trimInk(dash[0].replace(OPENERS, '').replace(CLOSERS, ''))
    const named = SENTENCE_END.test(window.slice(head - 1, head)) ? lookupBare(written, names) : null
    if (named) {
      credits.push({ written, named })
      return { kind: 'credit', start: bound + head }
    }
  }
  const more = INLINE_TAIL.exec(window.slice(-120))
  // The match starts at the sentence's own stop, which stays.
  if (more) return { kind: 'tail', start: to - more[0].length + 1 }
  const posted = POSTED_MAYBE.test(window) ? POSTED_INLINE.exec(window) : null
  return posted ? { kind: 'tail', start: to - posted[0].length + 1 } : null
}

/** An agency named by the last words of `text`. */
function lookupEnding(text: string, names: WireNames): string | null {
  const words = text.trim().split(/\s+/)
  for (let count = 1; count <= 4 && count <= words.length; count++) {
    const named = lookupBare(words.slice(-count).join(' '), names)
    if (named) return named.name
  }
  return null
}
