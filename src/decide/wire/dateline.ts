// How an opening «PLACE, DATE (AGENCY) —» is told from prose. Prose must survive: what is not unmistakable stays.

import { fold } from '../../language/fold.ts'
import type { Dateline } from '../../model/decided.ts'
import type { Named, WireNames } from './agencies.ts'
import { isCommon } from './agencies.ts'
import { inkStart, isBlank, lineEnd, startsLower, trimInk } from './edges.ts'
import { classify, type Part, type Wrap } from './parts.ts'

export interface DatelineFound {
  dateline: Dateline
  credits: { written: string; named: Named | null }[]
  /** Index of the first character of the report itself. */
  end: number
}

const WINDOW = 160
const PARTS = 7

const DASH = /[-‐‑‒–—―−ـ]/
// Words in capitals that open texts without being places.
const NOT_PLACES = new Set(
  fold(
    `update updated breaking urgent flash correction corrected exclusive opinion analysis comment commentary editorial
    podcast newsletter interview watch video photos photo live explainer factbox timeline feature column review preview
    sponsored advertisement note edit editor's newsbreak warning alert summary highlights briefing matchday spoiler ps nb
    a an the tl dr faq q&a sign read more new free top news sports business world politics health science technology opinion
    срочно молния видео фото мнение анализ обновлено исправлено эксклюзив внимание реклама колонка интервью
    urgente exclusivo opinion analisis entrevista video fotos directo exclusif entretien analyse enquete portrait recit
    son dakika ozel haber gorus analiz video foto nato un eu us uk usa ue onu nasa fifa uefa who imf opec fbi cia сша
    оон ес нато рф мид мвд фсб abd ab bm html css xml api sql`,
  )
    .split(/\s+/)
    .map(word => word.trim()),
)
// Verbs that open an Arabic clause: «رويترز - قال الوزير:» names no place.
const SPEAKS =
  /^(?:و|ف)?(?:قال|قالت|اعلن|اعلنت|اكد|اكدت|ذكر|ذكرت|افاد|افادت|صرح|صرحت|اضاف|اضافت|كشف|كشفت|نقل|نقلت|قتل|قتلت|اصيب)$/u
// Enough to tell the town from the agency before «_».
const TOWNS = new Set(
  fold(
    'الرياض جدة مكة القاهرة بيروت بغداد دمشق عمان عمّان صنعاء عدن الدوحة المنامة مسقط الكويت دبي أبوظبي الخرطوم تونس الجزائر الرباط طرابلس بنغازي غزة القدس حلب الموصل البصرة أربيل واشنطن موسكو لندن باريس برلين أنقرة إسطنبول طهران بكين ألماتي',
  ).split(' '),
)

type Term = '-' | '_' | ':' | '.' | '/' | ')' | '\n'

/** Whether the parts read so far, closed by `term`, are a dateline. `rest` is what follows. */
function accepts(parts: readonly Part[], term: Term, rest: string, tightHyphen: boolean, before: boolean): boolean {
  const last = parts.at(-1)
  const first = parts[0]
  if (!last || !first) return false
  const agencies = parts.filter(part => part.kind === 'agency' || part.kind === 'generic')
  const places = parts.filter(part => part.kind === 'place' || part.kind === 'unknown')
  const dated = parts.some(part => part.kind === 'date')
  if (places.length > 3 || places.some(part => !part.cased && part.words > 3)) return false
  const lower = startsLower(rest)
  const agency = agencies.at(-1)
  const wrapped = agencies.some(part => part.wrap !== '')
  const closing = last.kind === 'agency' || last.kind === 'generic' || last.kind === 'date'
  if (agency) {
    const trailing = parts.slice(parts.indexOf(agency) + 1).filter(part => part.kind !== 'date')
    const divided = agency.wrap !== '' || /[-/:]/.test(agency.sep) || dated
    switch (term) {
      case '-':
        if (trailing.length > 0) return !lower && trailing.every(part => part.capitals)
        if (wrapped) return true
        if (places.length > 0 || dated) {
          // «АСТАНА. КАЗИНФОРМ —».
          const stopped = agency.sep === '.' && places.every(part => part.capitals)
          return !lower && (divided || agency.sep === ',' || stopped)
        }
        return !lower && parts.length === 1 && agency.kind === 'agency' && !isCommon(agency.text)
      case ':':
        if (places.length === 0 && !dated) return false
        if (trailing.some(part => SPEAKS.test(fold(part.text.split(/\s+/)[0] ?? '')))) return false
        if (!wrapped && !places.some(part => part.sep === '-' || part.sep === '/') && !/[-/:]/.test(agency.sep))
          return false
        return wrapped || dated || places.every(part => !part.cased || part.capitals)
      case '.':
        if (trailing.length > 0) return false
        if (agency.wrap === '/' || agency.wrap === '(') return places.length > 0
        // «ТАСС, 6 января.» opens with the agency and the day.
        if (places.length === 0) return !lower && dated && last.kind === 'date' && agencies.length === 1
        // «ЕРЕВАН, 6 ЯНВАРЯ, АРМЕНПРЕСС.»
        if (dated && last === agency && places.every(part => part.capitals)) return !lower
        return !lower && /[-/]/.test(agency.sep)
      case '/':
        return agency.wrap === '/' && closing && (places.length > 0 || dated)
      case ')':
        return agency.wrap === '(' && last === agency && dated && places.length > 0
      case '\n':
        return closing && divided && (places.length > 0 || dated)
      default:
        return false
    }
  }
  if (lower || parts.some(part => part.sep === ':')) return false
  const named = places.filter(part => part.kind === 'place')
  const capitals = named.length > 0 && named.every(part => part.capitals)
  if (last.kind === 'unknown' && named.length > 0 && !/\d/.test(last.text)) {
    // PLACE (Unknown) —
    if (term === '\n') return capitals && dated
    if (term !== '-' && !(term === '.' && dated)) return false
    if (last.words > 3 || NOT_PLACES.has(fold(first.text))) return false
    if (first.cased) return capitals || dated
    return named.length === 1 && first.words <= 3 && !last.cased
  }
  if (first.kind !== 'place' || !first.cased) return false
  if (term === '.') {
    // «АЛМА-АТА, 6 янв — Восток-Инфо.»
    return dated && first.capitals && last.kind === 'place' && last.sep === '-' && last.words <= 3 && places.length > 1
  }
  if (term !== '-') return false
  if (dated) {
    const day = parts.some(part => part.kind === 'date' && /[\d٠-٩۰-۹]/.test(part.text))
    return day && parts.indexOf(first) === 0 && last.kind !== 'unknown' && places.length <= 2 && before
  }
  // PLACE —: only capitals tell it from a heading, and a heading from an abbreviation only its length and its sequel.
  if (tightHyphen || !first.capitals || first.words > 4) return false
  if (named.some(part => !part.capitals && !(part.sep === ',' && part.words <= 2))) return false
  if (
    fold(first.text)
      .split(/\s+/)
      .some(word => NOT_PLACES.has(word))
  )
    return false
  const letters = first.text.replace(/[^\p{L}]/gu, '')
  if (letters.length < 4 || /[.]/.test(first.text)) return false
  return rest.length >= 30 && /\p{Ll}/u.test(rest.slice(0, 40))
}

function assemble(window: string, parts: readonly Part[], term: Term, end: number): DatelineFound {
  const agencies = parts.filter(part => part.kind === 'agency')
  const places = parts.filter(part => part.kind === 'place')
  const countries = parts.filter(part => part.kind === 'unknown')
  const firstAgency = parts.findIndex(part => part.kind === 'agency' || part.kind === 'generic')
  let agency: string | null = null
  const credits: DatelineFound['credits'] = []
  let placed: readonly Part[] = places
  if (firstAgency >= 0) {
    const named = parts[firstAgency]
    agency = named?.named?.agency ?? named?.text ?? null
    for (const part of agencies) credits.push({ written: part.text, named: part.named })
    // «reporter- agency- place:» against «place / reporter / agency».
    const after = places.filter(part => parts.indexOf(part) > firstAgency)
    if (after.length > 0) placed = after
  } else if (countries.length > 0) {
    const unknown = countries.at(-1)
    agency = unknown?.text ?? null
    if (unknown) credits.push({ written: unknown.text, named: null })
  } else if (term === '.') {
    const unknown = places.at(-1)
    agency = unknown?.text ?? null
    placed = places.slice(0, -1)
    if (unknown) credits.push({ written: unknown.text, named: null })
  } else if (term === '_') {
    const only = places[0]
    if (only && !TOWNS.has(fold(only.text))) {
      agency = only.text
      placed = []
    }
  }
  const from = placed[0]
  let to = from
  for (const part of placed) {
    // A second place belongs to the first only where nothing but punctuation parts them.
    if (to && part !== to && /^(?:[\s,.،]*|\/)$/u.test(window.slice(to.end, part.start))) to = part
  }
  let until = to?.end ?? 0
  // "NEWARK, N.J." keeps its last dot.
  if (to && /^\p{L}\.\p{L}$/u.test(to.text) && window[until] === '.') until++
  return {
    dateline: {
      place: from && to ? window.slice(from.start, until).replace(/[-–—]{1,3}$/, '') : null,
      agency,
      matched: trimInk(window.slice(0, end)),
    },
    credits,
    end,
  }
}

/** The dateline at `from` in `text`, or null. Looks at one line and at most 160 characters of it. */
export function readDateline(text: string, from: number, to: number, names: WireNames): DatelineFound | null {
  const limit = Math.min(to, from + WINDOW)
  const stop = lineEnd(text, from, limit)
  const window = text.slice(from, stop)
  const broken = stop < to && stop < limit
  const size = window.length
  const parts: Part[] = []
  let best: { parts: Part[]; term: Term; end: number } | null = null
  let partStart = 0
  let sep = ''
  let at = 0

  const flush = (end: number, wrap: Wrap = '', start = partStart): boolean => {
    const found = classify(window, start, end, wrap, sep, names)
    if (!found) return false
    parts.push(...found)
    return parts.length <= PARTS
  }
  const judge = (term: Term, end: number, tightHyphen = false): void => {
    const rest = window.slice(inkStart(window, end, size))
    // Without case, what follows a finished dateline looks like another place.
    if (best && term === '-' && parts.length > best.parts.length && parts.at(-1)?.cased === false) {
      if (parts.at(-1)?.kind === 'place') return
    }
    const months = parts.some(part => part.kind === 'date' && /\p{L}{3}/u.test(part.text))
    if (accepts(parts, term, rest, tightHyphen, months)) {
      best = { parts: [...parts], term, end: inkStart(window, end, size) }
    } else if (term === '_' && underscored(parts, rest)) {
      best = { parts: [...parts], term, end: inkStart(window, end, size) }
    }
  }

  scan: while (at < size && parts.length <= PARTS && at - partStart <= 64) {
    const c = window[at] ?? ''
    const next = window.charCodeAt(at + 1)
    const open = Number.isNaN(next) || isBlank(next)
    const left = at === 0 ? '' : (window[at - 1] ?? '')
    switch (c) {
      case '(':
      case '[': {
        if (!flush(at)) break scan
        const close = window.slice(at + 1, at + 62).search(/[)\]]/)
        if (close < 0) break scan
        sep = sep || '('
        if (!flush(at + 1 + close, '(', at + 1)) break scan
        at += close + 2
        partStart = at
        sep = ''
        judge(')', at)
        continue
      }
      case '«':
      case '“':
      case '"': {
        if (inkStart(window, partStart, at) !== at) break scan
        const close = window.slice(at + 1, at + 42).search(/[»”"]/)
        if (close < 0) break scan
        if (!flush(at + 1 + close, '"', at + 1)) break scan
        at += close + 2
        partStart = at
        continue
      }
      case '/': {
        const enclosed = sep === '/'
        const count = parts.length
        if (!flush(at, enclosed && names.lookup(trimInk(window.slice(partStart, at))) ? '/' : '')) break scan
        sep = '/'
        at++
        partStart = at
        if (enclosed && parts.length > count) judge('/', at)
        continue
      }
      case ',':
      case '،':
        if (!flush(at)) break scan
        sep = ','
        at++
        partStart = at
        continue
      case ':':
        if (!open && !/\p{L}/u.test(window[at + 1] ?? '')) break
        if (!flush(at)) break scan
        judge(':', at + 1)
        sep = ':'
        at++
        partStart = at
        continue
      case '.': {
        if (!open && !DASH.test(window[at + 1] ?? '') && !(window[at + 1] === ',' || window[at + 1] === '/')) break
        if (!flush(at)) break scan
        if (open) judge('.', at + 1)
        sep = sep === '/' && inkStart(window, partStart, at) === at ? sep : '.'
        at++
        partStart = at
        continue
      }
      case '_':
      case '-':
      case '‐':
      case '‑':
      case '‒':
      case '–':
      case '—':
      case '―':
      case '−':
      case 'ـ': {
        let run = at
        while (run < size && run - at < 6 && (window[run] === '_' || DASH.test(window[run] ?? ''))) run++
        const after = window.charCodeAt(run)
        const rightOpen = Number.isNaN(after) || isBlank(after)
        const leftOpen = left === '' || isBlank(left.charCodeAt(0)) || /[)\]/».”"]/.test(left)
        if (c === 'ـ' ? !(leftOpen && rightOpen) : c === '_' ? !(leftOpen && rightOpen) : false) {
          at = run
          continue
        }
        const tight = !leftOpen && !rightOpen
        if (tight && run - at < 2 && (c === '-' || c === '‑' || c === '‐' || c === '−')) break
        if (!flush(at)) break scan
        judge(c === '_' ? '_' : '-', run, c === '-' && run - at < 2 && !(leftOpen && rightOpen))
        sep = '-'
        at = run
        partStart = at
        continue
      }
      default:
        break
    }
    at++
  }
  if (at >= size && broken && parts.length <= PARTS && flush(size)) judge('\n', size)
  // TypeScript does not see that `judge` assigns.
  const chosen = best as { parts: Part[]; term: Term; end: number } | null
  if (!chosen) return null
  const found = assemble(window, chosen.parts, chosen.term, chosen.end)
  return { ...found, end: from + chosen.end }
}

/** «حرير _ …»: one short name before an underscore. */
function underscored(parts: readonly Part[], rest: string): boolean {
  const only = parts[0]
  if (parts.length !== 1 || !only || startsLower(rest) || rest.length === 0) return false
  if (only.kind === 'agency') return true
  return only.kind === 'place' && only.words <= 3 && only.text.length <= 24
}
