// What a filing knows of the store: read for several entries at once, and brought up to date with what it decided itself. What
// was not foreseen is asked for by itself.
import { CANDIDATES } from '../decide/claim.ts'
import { FLASH_SPAN, type FlashText } from '../decide/copy/flash.ts'
import { type Facts, storyKey } from '../decide/file.ts'
import { type GuidFacts, otherGuids } from '../decide/guids.ts'
import type { IdentityContext } from '../decide/identify.ts'
import { REMATCH_REPORTS, REMATCH_TEXT } from '../decide/identity.ts'
import { TOLD_TEXT } from '../decide/likeness.ts'
import type { FiledReading } from '../decide/reading.ts'
import type { Formerly, Rename } from '../decide/rematch.ts'
import { isPruned, type NamesOfEntry, type Sought, tombstonesToSeek } from '../decide/tombstones.ts'
import { readWire, type WireNames } from '../decide/wire/read.ts'
import type { Report } from '../model/decided.ts'
import type { KnownReport, Named, OpenFlash, TextInForce } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import type { FactsAsked, Filing, KnownReports, StoredFacts } from '../store/store.ts'

export interface FactsContext {
  feed: number
  /** Address of the feed by configuration. */
  feedKey: string
  agency: string
  names: WireNames
  now: Millis
  /** Left out: by guid. */
  identity?: IdentityContext['identity']
}

/** An entry by the names under which it may be on file. */
export interface EntryNames extends Omit<NamesOfEntry, 'others'> {
  mark: string
  hash: string
}

const nameOf = ({ guid, mark }: Pick<EntryNames, 'guid' | 'mark'>): string => `${mark} ${guid}`

/** The name under which the store keeps when it was last seen that a feed gives its guids to other reports. */
export const givenAgain = (feed: number): string => `guid_given_again:${feed}`

/** Flashes read before: the same few are compared with every report of their wires. */
const read = new Map<number, { flash: OpenFlash; text: FlashText }>()
const READ_KEPT = 2_000

function readFlash(flash: OpenFlash, names: WireNames): FlashText {
  const kept = read.get(flash.report)
  if (kept && kept.flash.text === flash.text && kept.flash.title === flash.title) {
    return { ...kept.text, story: flash.story, signal: flash.signal }
  }
  const { text, title: headline, ...rest } = flash
  const { title, body } = readWire({ title: headline, text, authors: [], source: null }, names)
  if (read.size >= READ_KEPT) read.clear()
  const told = { ...rest, title, body }
  read.set(flash.report, { flash, text: told })
  return told
}

export class StoreFacts implements Facts, GuidFacts {
  readonly #filing: Filing
  readonly #context: FactsContext
  #said: KnownReports | null = null
  /** Null where it was asked for and is not on file. */
  readonly #known = new Map<string, KnownReport | null>()
  #forces = new Map<number, TextInForce>()
  #named = new Map<string, Named[]>()
  #flashes: { wire: string; flash: OpenFlash }[] = []
  #flashesAsked: FactsAsked['flashes'] = []
  #keys = new Map<string, boolean>()
  #parts = new Map<number, string | null>()
  /** By guid, of entries that were not on file. */
  readonly #sought = new Map<string, Sought>()
  readonly #tombstones = new Set<number>()

  constructor(filing: Filing, context: FactsContext) {
    this.#filing = filing
    this.#context = context
  }

  // ── what is on file of the feed's guids ───────────────────────────────────────────────────────────────────────────

  /** Ask for entries by their guids, and by the marks of those that are not on file as they are. */
  look(entries: readonly EntryNames[]): void {
    this.#ask(entries.map(({ guid }) => guid))
    const others = entries.filter(({ guid, hash }) => this.#known.get(guid)?.hash !== hash)
    if (others.length === 0) return
    const guids = others.flatMap(entry => otherGuids(entry))
    const tombstones = this.said.prunedBefore === null ? [] : this.#toSeek(others)
    // Nothing is on file of the feed yet.
    if (this.said.lastStood > 0) this.#ask(guids, tombstones)
    else {
      for (const guid of guids) this.#known.set(guid, null)
      if (tombstones.length > 0) this.#ask([], tombstones)
    }
  }

  #ask(guids: readonly string[], tombstones: readonly number[] = []): void {
    const { feed } = this.#context
    const found = this.#filing.known(feed, guids, givenAgain(feed), tombstones)
    this.#said ??= found
    for (const guid of guids) this.#known.set(guid, found.reports.get(guid) ?? null)
    for (const one of found.tombstones) this.#tombstones.add(one)
  }

  /** What is to be asked for entries that were on file and pruned. */
  #toSeek(entries: readonly EntryNames[]): number[] {
    return entries.flatMap(entry => {
      if (this.#known.get(entry.guid)) return []
      const sought = tombstonesToSeek(this.#context.feed, { ...entry, others: otherGuids(entry) })
      this.#sought.set(nameOf(entry), sought)
      return sought.byUrl === null ? sought.byGuid : [...sought.byGuid, sought.byUrl]
    })
  }

  /** Guids of reports that were pruned, also where another has them now: their stories' keys are known to readers of feeds. */
  *#guidsGivenAgain(): Iterable<string> {
    if (this.#tombstones.size === 0) return
    for (const [name, { byGuid }] of this.#sought) {
      if (byGuid.some(one => this.#tombstones.has(one))) yield name.slice(name.indexOf(' ') + 1)
    }
  }

  /** Whether an entry that is not on file was, and was pruned. */
  isPruned(entry: Pick<EntryNames, 'guid' | 'mark'>): boolean {
    const sought = this.#tombstones.size === 0 ? undefined : this.#sought.get(nameOf(entry))
    const { prunedBefore } = this.said
    if (sought === undefined || prunedBefore === null) return false
    return isPruned(sought, this.#tombstones, { before: prunedBefore, now: this.#context.now })
  }

  /** What the first look found of the feed. */
  get said(): Omit<KnownReports, 'reports' | 'tombstones'> {
    if (this.#said === null) throw new Error('nothing was asked of the feed')
    return this.#said
  }

  known(guid: string): KnownReport | null {
    if (!this.#known.has(guid)) this.#ask([guid])
    return this.#known.get(guid) ?? null
  }

  inForce(report: number): TextInForce {
    let force = this.#forces.get(report)
    if (force === undefined) {
      force = this.#filing.inForce([report]).get(report)
      if (force === undefined) throw new Error(`report ${report} has no text`)
      this.#forces.set(report, force)
    }
    return force
  }

  /** What is remembered of a report's texts has changed. */
  forgetForce(report: number): void {
    this.#forces.delete(report)
  }

  /** A report on file is known by another guid from now on. */
  rename({ report, guid }: Pick<Rename, 'report' | 'guid'>, was: KnownReport): void {
    this.#known.set(was.guid, null)
    this.#known.set(guid, { ...was, id: report, guid })
  }

  // ── what decides about new reports ────────────────────────────────────────────────────────────────────────────────

  /**
   * Ask for all that deciding these readings will want to know, and for reports that they may have been. Returns what the
   * store says of writing them.
   */
  prepare(readings: readonly { report: Report; reading: FiledReading }[], formerly: Formerly | null): StoredFacts {
    const { feed, feedKey, agency } = this.#context
    const keys = readings.map(({ report }) => storyKey(feedKey, report.guid))
    const guids = readings.flatMap(({ report }) => report.globalGuid ?? [])
    const urls = readings.flatMap(({ report }) => report.canonicalUrl ?? [])
    const flashes = readings.flatMap(({ report: { time }, reading }) =>
      reading.isFlash ? [] : reading.wires.map(wire => ({ wire, from: time - FLASH_SPAN, to: time + FLASH_SPAN })),
    )
    const asked: FactsAsked = {
      feed,
      agency,
      keys,
      guids: [...new Set(guids)],
      urls: [...new Set(urls)],
      limit: CANDIDATES,
      characters: REMATCH_TEXT,
      flashes: merged(flashes),
      formerly: formerly?.kind === 'standing' ? { ...formerly, limit: REMATCH_REPORTS } : formerly,
    }
    const stored = this.#filing.facts(asked)
    const taken = new Set(stored.taken)
    for (const key of keys) this.#keys.set(key, taken.has(key))
    for (const guid of this.#guidsGivenAgain()) this.#keys.set(storyKey(feedKey, guid), true)
    for (const guid of guids) this.#named.set(`guid ${guid}`, [])
    for (const url of urls) this.#named.set(`url ${url}`, [])
    for (const { by, name, report } of stored.named) this.#named.get(`${by} ${name}`)?.push(report)
    this.#flashes = stored.flashes
    this.#flashesAsked = asked.flashes
    return stored
  }

  named(by: 'guid' | 'url', name: string): readonly Named[] {
    const key = `${by} ${name}`
    let found = this.#named.get(key)
    if (found === undefined) {
      found = this.#single({ [by === 'guid' ? 'guids' : 'urls']: [name] }).named.map(({ report }) => report)
      this.#named.set(key, found)
    }
    const { agency } = this.#context
    const own = (one: Named): number => (one.agency === agency ? 0 : 1)
    return found.sort((a, b) => own(a) - own(b) || b.report - a.report).slice(0, CANDIDATES)
  }

  flashes(wires: readonly string[], from: Millis, to: Millis): readonly FlashText[] {
    const isAsked = wires.every(wire =>
      this.#flashesAsked.some(asked => asked.wire === wire && asked.from <= from && to <= asked.to),
    )
    if (!isAsked) {
      const asked = wires.map(wire => ({ wire, from, to }))
      this.#flashes = [...this.#flashes, ...this.#single({ flashes: asked }).flashes]
      this.#flashesAsked = [...this.#flashesAsked, ...asked]
    }
    const found = new Map<number, OpenFlash>()
    for (const { wire, flash } of this.#flashes) {
      if (wires.includes(wire) && flash.time >= from && flash.time <= to) found.set(flash.report, flash)
    }
    const { names } = this.#context
    return [...found.values()].sort((a, b) => a.report - b.report).map(flash => readFlash(flash, names))
  }

  partOf(report: number): string | null {
    let part = this.#parts.get(report)
    if (part === undefined) {
      part = this.#filing.partOf(report)
      this.#parts.set(report, part)
    }
    return part
  }

  isTaken(key: string): boolean {
    let taken = this.#keys.get(key)
    if (taken === undefined) {
      taken = this.#filing.isTaken(key)
      this.#keys.set(key, taken)
    }
    return taken
  }

  #single(asked: Partial<FactsAsked>): StoredFacts {
    const { feed, agency } = this.#context
    const nothing = {
      keys: [],
      guids: [],
      urls: [],
      flashes: [],
      limit: CANDIDATES,
      characters: TOLD_TEXT,
      formerly: null,
    }
    return this.#filing.facts({ feed, agency, ...nothing, ...asked })
  }

  // ── what this filing decided ──────────────────────────────────────────────────────────────────────────────────────

  /** A report was filed; `key` is that of the story it opened. */
  add(
    id: number,
    story: number,
    { report, reading, key }: { report: Report; reading: FiledReading; key: string | null },
  ): void {
    const { feed, agency, guid, globalGuid, canonicalUrl, url, title, text, language, time, firstSeen, hash } = report
    this.#known.set(guid, { id, story, guid, hash, revisions: 1, firstSeen, lastSeen: firstSeen })
    this.#parts.set(id, reading.part)
    if (key !== null) this.#keys.set(key, true)
    const published = report.published ?? report.updated
    const named: Named = {
      report: id,
      story,
      feed,
      agency,
      feedUrl: this.#context.feedKey,
      url,
      title,
      text: text.slice(0, TOLD_TEXT),
      language,
      published,
      time,
      bare: report.bare === true,
    }
    if (globalGuid !== null) this.#named.get(`guid ${globalGuid}`)?.push(named)
    if (canonicalUrl !== null) this.#named.get(`url ${canonicalUrl}`)?.push(named)
    if (!reading.isFlash) return
    const { wire } = report
    const credits = wire.credits.map(credit => credit.agency ?? credit.name)
    const flash = { report: id, story, agency, credits, title: wire.title, text, language, signal: wire.signal, time }
    for (const name of reading.wires) this.#flashes.push({ wire: name, flash })
  }

  /**
   * Reports on file have changed, or went to other stories: what is known of them is asked anew. All that was decided must be
   * on file. Returns the next free numbers.
   */
  forget(): StoredFacts['next'] {
    this.#forces = new Map()
    this.#named = new Map()
    this.#flashes = []
    this.#flashesAsked = []
    this.#parts = new Map()
    this.#keys = new Map()
    this.#ask([...this.#known.keys()])
    return this.#single({}).next
  }
}

/** The same spans with those of one wire that overlap made one. */
function merged(spans: FactsAsked['flashes']): FactsAsked['flashes'] {
  const out: { wire: string; from: Millis; to: Millis }[] = []
  for (const span of spans.toSorted((a, b) => (a.wire < b.wire ? -1 : a.wire > b.wire ? 1 : a.from - b.from))) {
    const last = out.at(-1)
    if (last?.wire === span.wire && span.from <= last.to) last.to = Math.max(last.to, span.to)
    else out.push({ ...span })
  }
  return out
}
