// Tells whom the configuration names what it wishes to be told. What is told is stored first and sent then, again and again until
// it is taken: at least once, over restarts. A failure of Minwal itself cannot be stored where storing fails: it is sent at once.
import type { DeskClient } from '../desk/client.ts'
import { isDeskStopped } from '../desk/messages.ts'
import { type Log, said } from '../log.ts'
import type { Config } from '../model/config.ts'
import type { Notice, NoticeChange, NotifyRule } from '../model/notify.ts'
import type { Health } from '../model/shown.ts'
import type { Millis } from '../model/units.ts'
import { failureNotice, type NoticeContext, silenceNotice, storyNotice, threadNotice } from '../publish/notices.ts'
import { storeTrouble } from '../store/fault.ts'
import type { StoreReader } from '../store/store.ts'
import { createSender, type Sender } from './notify-send.ts'

/** How far back news are looked at: what is filed late is told too. */
const LOOKED_BACK: Millis = 86_400_000
/** News looked at for a rule. */
const NEWS = 100
const SILENCE_EVERY: Millis = 10 * 60_000
const SENT_AT_ONCE = 20
const SHORTEST_WAIT: Millis = 15_000
const LONGEST_WAIT: Millis = 3_600_000
/** With those waits, three days. */
const MOST_ATTEMPTS = 80
/** Trouble shorter than this is nobody's concern. */
const ILL_FOR: Millis = 60_000

export interface NotifierTools {
  config: () => Config
  reader: StoreReader
  desk: Pick<DeskClient, 'changeNotices' | 'trouble'>
  health: () => Health
  now: () => Millis
  log: Log
  signal: AbortSignal
  illFor?: Millis
}

interface Urgent {
  rule: NotifyRule
  notice: Notice
  attempts: number
  /** By `performance.now()`. */
  notBefore: number
}

export class Notifier {
  readonly #with: NotifierTools
  #sender: { poll: Config['poll']; sender: Sender } | null = null
  #version: number | null = null
  #rules: readonly NotifyRule[] | null = null
  #silenceSeen: Millis | null = null
  /** When the trouble began, by `performance.now()`; and whether it was told. */
  #ill: { since: number; told: boolean } | null = null
  /** Notices of failures that were not taken yet. */
  #urgent: Urgent[] = []
  #looking: Promise<void> | null = null

  constructor(tools: NotifierTools) {
    this.#with = tools
  }

  /**
   * See what is to be told, and send what waits. Never rejects. News and silences are looked at once all that was due at the start has
   * been polled: what the first polls bring is known to a rule that is new.
   */
  look(polled: boolean): Promise<void> {
    const { notify = [] } = this.#with.config()
    if (notify.length === 0 && this.#rules === null) return Promise.resolve()
    this.#looking ??= this.#look(notify, polled)
      .catch((error: unknown) => {
        const { signal, log } = this.#with
        if (signal.aborted || isDeskStopped(error) || storeTrouble(error) !== null) return
        log.error('nobody could be told of anything', { error: said(error) })
      })
      .finally(() => {
        this.#looking = null
      })
    return this.#looking
  }

  async close(): Promise<void> {
    await this.#sender?.sender.close()
    await this.#looking
  }

  async #look(rules: readonly NotifyRule[], polled: boolean): Promise<void> {
    this.#watch(rules)
    await this.#sendUrgent()
    const { desk, reader } = this.#with
    // What cannot be stored is told when it can.
    if (!polled || desk.trouble !== null) return
    const changes: NoticeChange[] = []
    const anew = this.#rules !== rules
    if (anew) changes.push({ kind: 'keep', rules: rules.map(({ name }) => name) })
    const version = reader.version()
    const isNew = anew || version !== this.#version
    const now = this.#with.now()
    const silence = anew || this.#silenceSeen === null || Math.abs(now - this.#silenceSeen) >= SILENCE_EVERY
    for (const rule of rules) {
      if (rule.when.kind === 'news' && isNew) changes.push(...this.#toTell(rule, this.#news(rule)))
      if (rule.when.kind === 'silent' && silence) changes.push(...this.#toTell(rule, this.#silences(rule)))
    }
    if (changes.length > 0) await desk.changeNotices(changes)
    this.#rules = rules
    this.#version = version
    if (silence) this.#silenceSeen = now
    await this.#sendWaiting(rules)
  }

  // ── what is to be told ──────────────────────────────────────────────────────────────────────────────────────────────

  /** What a rule has not told yet. A rule that is new takes all that there is for known. */
  #toTell({ name: rule }: NotifyRule, found: ReadonlyMap<string, () => Notice>): NoticeChange[] {
    const { reader, now } = this.#with
    const keys = [...found.keys()]
    if (!reader.ruleBegan(rule)) return [{ kind: 'begin', rule, keys, at: now() }]
    const known = reader.noticesKnown(rule, keys)
    return [...found]
      .filter(([key]) => !known.has(key))
      .map(([key, make]) => ({ kind: 'add', rule, key, notice: make() }) as const)
      .reverse()
  }

  #news({ when }: NotifyRule): Map<string, () => Notice> {
    const { reader, now } = this.#with
    const found = new Map<string, () => Notice>()
    if (when.kind !== 'news') return found
    const { query, agencies, withdrawn } = when
    const context = this.#context()
    const selection = { since: now() - LOOKED_BACK, limit: NEWS, ...(query !== null && { q: query }) }
    if (agencies !== null && !withdrawn) {
      for (const thread of reader.recentThreads({ ...selection, minAgencies: agencies }))
        found.set(`thread:${thread.key}`, () => threadNotice(thread, context))
      return found
    }
    const stories = reader.recentStories({ ...selection, ...(withdrawn && { signals: ['kill'] as const }) })
    for (const story of stories) {
      if (withdrawn && agencies !== null && story.agencies.length < agencies) continue
      found.set(`${withdrawn ? 'killed' : 'story'}:${story.key}`, () => storyNotice(story, context))
    }
    return found
  }

  #silences({ when }: NotifyRule): Map<string, () => Notice> {
    const { reader, now, config } = this.#with
    const found = new Map<string, () => Notice>()
    if (when.kind !== 'silent') return found
    const context = this.#context()
    const polled = new Set(config().agencies.map(({ id }) => id))
    const before = now() - when.span
    for (const { id, name, last } of reader.agencies()) {
      if (last === null || last > before || !polled.has(id)) continue
      const silence = { agency: name, id, feed: null, span: now() - last }
      found.set(`agency:${id}:${last}`, () => silenceNotice(silence, context))
    }
    for (const { id, url, agency, agencyName, state, lastSuccess } of reader.feeds()) {
      // One that never answered has not fallen silent.
      if (state !== 'failing' || lastSuccess === null || lastSuccess > before) continue
      const silence = { agency: agencyName, id: agency, feed: url, span: now() - lastSuccess }
      found.set(`feed:${id}:${lastSuccess}`, () => silenceNotice(silence, context))
    }
    return found
  }

  #context(): NoticeContext {
    const { title, language, link } = this.#with.config()
    return { title, language, link: link.replace(/(?<!\/)\/+$/, ''), at: this.#with.now() }
  }

  // ── failures of our own ─────────────────────────────────────────────────────────────────────────────────────────────

  #watch(rules: readonly NotifyRule[]): void {
    const { live, storing = true, online = true, backup = null, detail } = this.#with.health()
    const isIll = !live || !storing || !online || backup?.fault != null
    if (isIll) this.#ill ??= { since: performance.now(), told: false }
    else {
      if (this.#ill?.told === true) this.#alarm(rules, null)
      this.#ill = null
    }
    if (this.#ill === null || this.#ill.told) return
    if (performance.now() - this.#ill.since < (this.#with.illFor ?? ILL_FOR)) return
    this.#ill.told = true
    this.#alarm(rules, detail)
  }

  #alarm(rules: readonly NotifyRule[], why: string | null): void {
    const notice = failureNotice(why, this.#context())
    for (const rule of rules) {
      if (rule.when.kind === 'failure') this.#urgent.push({ rule, notice, attempts: 0, notBefore: 0 })
    }
  }

  async #sendUrgent(): Promise<void> {
    const left: Urgent[] = []
    for (const urgent of this.#urgent.splice(0)) {
      const { rule, notice, attempts, notBefore } = urgent
      if (performance.now() < notBefore) left.push(urgent)
      else if (!(await this.#send(rule, notice, attempts)) && attempts < MOST_ATTEMPTS)
        left.push({ rule, notice, attempts: attempts + 1, notBefore: performance.now() + waitAfter(attempts) })
    }
    this.#urgent.push(...left)
  }

  // ── sending ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  async #sendWaiting(rules: readonly NotifyRule[]): Promise<void> {
    const { reader, desk, now, signal, log } = this.#with
    const changes: NoticeChange[] = []
    /** Whoever does not take one takes no other just now. */
    const failed = new Set<string>()
    for (const { id, rule: name, notice, attempts } of reader.noticesWaiting(now(), SENT_AT_ONCE)) {
      const rule = rules.find(one => one.name === name)
      if (rule === undefined || signal.aborted) continue
      const taken = !failed.has(name) && (await this.#send(rule, notice, attempts))
      if (signal.aborted && !taken) break
      if (!taken) failed.add(name)
      if (taken) changes.push({ kind: 'sent', id, at: now() })
      else if (attempts + 1 < MOST_ATTEMPTS)
        changes.push({ kind: 'failed', id, notBefore: now() + waitAfter(attempts) })
      else {
        changes.push({ kind: 'sent', id, at: now() })
        log.error('a notice was given up', { rule: name, title: notice.title })
      }
    }
    if (changes.length > 0) await desk.changeNotices(changes)
  }

  async #send(rule: NotifyRule, notice: Notice, attempts: number): Promise<boolean> {
    const { log, signal } = this.#with
    const reason = await (await this.#senderNow()).send(rule, notice)
    if (reason === null) log.info('told', { rule: rule.name, title: notice.title })
    // A cut that is our own says nothing; the log has the first of many failures.
    else if (!signal.aborted && attempts === 0) log.warn('a notice was not taken', { rule: rule.name, reason })
    return reason === null
  }

  async #senderNow(): Promise<Sender> {
    const { poll } = this.#with.config()
    if (this.#sender?.poll !== poll) {
      await this.#sender?.sender.close()
      this.#sender = { poll, sender: createSender(poll) }
    }
    return this.#sender.sender
  }
}

function waitAfter(attempts: number): Millis {
  return Math.min(LONGEST_WAIT, SHORTEST_WAIT * 2 ** Math.min(attempts, 10))
}
