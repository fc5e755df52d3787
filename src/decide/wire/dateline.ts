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
  const chosen = new Scan(window, names).run(stop < to && stop < limit)
  if (!chosen) return null
  const found = assemble(window, chosen.parts, chosen.term, chosen.end)
  return { ...found, end: from + chosen.end }
}

interface Candidate {
  parts: Part[]
  term: Term
  end: number
}

/** Longest part, in characters. */
const PART = 64

/** What a sign did: parted the line, ended the reading, or is a letter like any other. */
type Step = 'parted' | 'ended' | 'letter'

/** One reading of an opening line, part by part. Of several datelines the longest stays. */
class Scan {
  readonly #window: string
  readonly #names: WireNames
  #parts: Part[] = []
  #best: Candidate | null = null
  /** Where the part begins that is being read, and what separates it from the one before. */
  #partStart = 0
  #separator = ''
  #at = 0

  constructor(window: string, names: WireNames) {
    this.#window = window
    this.#names = names
  }

  /** `broken`: the window ends where its line does. */
  run(broken: boolean): Candidate | null {
    const size = this.#window.length
    let ended = false
    while (!ended && this.#at < size && this.#parts.length <= PARTS && this.#at - this.#partStart <= PART) {
      const step = this.#step(this.#window[this.#at] ?? '')
      if (step === 'letter') this.#at++
      ended = step === 'ended'
    }
    if (this.#at >= size && broken && this.#parts.length <= PARTS && this.#flush(size)) this.#judge('\n', size)
    return this.#best
  }

  #step(sign: string): Step {
    switch (sign) {
      case '(':
      case '[':
        return this.#bracket()
      case '«':
      case '“':
      case '"':
        return this.#quotation()
      case '/':
        return this.#slash()
      case ',':
      case '،':
        return this.#flush(this.#at) ? this.#part(',', this.#at + 1) : 'ended'
      case ':':
        return this.#colon()
      case '.':
        return this.#dot()
      default:
        return sign === '_' || DASH.test(sign) ? this.#dash(sign) : 'letter'
    }
  }

  /** Whether nothing but a blank stands at `at`. */
  #isOpen(at: number): boolean {
    const code = this.#window.charCodeAt(at)
    return Number.isNaN(code) || isBlank(code)
  }

  #part(separator: string, start: number): Step {
    this.#separator = separator
    this.#at = start
    this.#partStart = start
    return 'parted'
  }

  /** Whether what was read up to `end` can be a part of a dateline. */
  #flush(end: number, wrap: Wrap = '', start = this.#partStart): boolean {
    const found = classify(this.#window, start, end, wrap, this.#separator, this.#names)
    if (!found) return false
    this.#parts.push(...found)
    return this.#parts.length <= PARTS
  }

  /** Keep what was read as the dateline, where it is one. */
  #judge(term: Term, end: number, tightHyphen = false): void {
    const parts = this.#parts
    const start = inkStart(this.#window, end, this.#window.length)
    const rest = this.#window.slice(start)
    const last = parts.at(-1)
    // Without case, what follows a finished dateline looks like another place.
    const isMore = this.#best !== null && term === '-' && parts.length > this.#best.parts.length
    if (isMore && last?.cased === false && last.kind === 'place') return
    const months = parts.some(part => part.kind === 'date' && /\p{L}{3}/u.test(part.text))
    if (accepts(parts, term, rest, tightHyphen, months) || (term === '_' && underscored(parts, rest))) {
      this.#best = { parts: [...parts], term, end: start }
    }
  }

  #bracket(): Step {
    const at = this.#at
    if (!this.#flush(at)) return 'ended'
    const close = this.#window.slice(at + 1, at + 62).search(/[)\]]/)
    if (close < 0) return 'ended'
    this.#separator ||= '('
    if (!this.#flush(at + 1 + close, '(', at + 1)) return 'ended'
    this.#part('', at + close + 2)
    this.#judge(')', this.#at)
    return 'parted'
  }

  #quotation(): Step {
    const at = this.#at
    if (inkStart(this.#window, this.#partStart, at) !== at) return 'ended'
    const close = this.#window.slice(at + 1, at + 42).search(/[»”"]/)
    if (close < 0 || !this.#flush(at + 1 + close, '"', at + 1)) return 'ended'
    return this.#part(this.#separator, at + close + 2)
  }

  #slash(): Step {
    const enclosed = this.#separator === '/'
    const count = this.#parts.length
    const written = trimInk(this.#window.slice(this.#partStart, this.#at))
    if (!this.#flush(this.#at, enclosed && this.#names.lookup(written) ? '/' : '')) return 'ended'
    this.#part('/', this.#at + 1)
    if (enclosed && this.#parts.length > count) this.#judge('/', this.#at)
    return 'parted'
  }

  #colon(): Step {
    const after = this.#at + 1
    if (!this.#isOpen(after) && !/\p{L}/u.test(this.#window[after] ?? '')) return 'letter'
    if (!this.#flush(this.#at)) return 'ended'
    this.#judge(':', after)
    return this.#part(':', after)
  }

  #dot(): Step {
    const after = this.#at + 1
    const next = this.#window[after] ?? ''
    const open = this.#isOpen(after)
    if (!open && !DASH.test(next) && next !== ',' && next !== '/') return 'letter'
    if (!this.#flush(this.#at)) return 'ended'
    if (open) this.#judge('.', after)
    const isEmpty = inkStart(this.#window, this.#partStart, this.#at) === this.#at
    return this.#part(this.#separator === '/' && isEmpty ? '/' : '.', after)
  }

  #dash(sign: string): Step {
    const at = this.#at
    let end = at
    while (end < this.#window.length && end - at < 6) {
      if (this.#window[end] !== '_' && !DASH.test(this.#window[end] ?? '')) break
      end++
    }
    const left = at === 0 ? '' : (this.#window[at - 1] ?? '')
    const rightOpen = this.#isOpen(end)
    const leftOpen = left === '' || isBlank(left.charCodeAt(0)) || /[)\]/».”"]/.test(left)
    const spaced = leftOpen && rightOpen
    if ((sign === 'ـ' || sign === '_') && !spaced) {
      this.#at = end
      return 'parted'
    }
    const single = end - at < 2
    if (!leftOpen && !rightOpen && single && /[-‑‐−]/.test(sign)) return 'letter'
    if (!this.#flush(at)) return 'ended'
    this.#judge(sign === '_' ? '_' : '-', end, sign === '-' && single && !spaced)
    return this.#part('-', end)
  }
}

/** «حرير _ …»: one short name before an underscore. */
function underscored(parts: readonly Part[], rest: string): boolean {
  const only = parts[0]
  if (parts.length !== 1 || !only || startsLower(rest) || rest.length === 0) return false
  if (only.kind === 'agency') return true
  return only.kind === 'place' && only.words <= 3 && only.text.length <= 24
}
