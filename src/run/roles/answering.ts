// Answers the calls of other processes: of the one that files. A call whose answer could not be written is answered again, by
// this process or the next that files; what it asks for is done once all the same, for what is on file is known again.
import { deserialize, serialize } from 'node:v8'
import type { PollPlan } from '../../decide/schedule/plan.ts'
import type { DeskClient } from '../../desk/client.ts'
import {
  type DeskContext,
  faultOf,
  isDeskStopped,
  type PackedReadings,
  type RecordedOrNot,
} from '../../desk/messages.ts'
import { type Log, said } from '../../log.ts'
import type { Millis } from '../../model/units.ts'
import { storeTrouble } from '../../store/open.ts'
import type { Calls, OpenCall } from '../../store/postgres/calls.ts'
import type { Answer } from './remote-desk.ts'

/** Calls in hand at once: the desk files a document after the other, and knows the next meanwhile. */
const MOST_IN_HAND = 16
const LOOK: Millis = 500
/** After a failure of the database. */
const PAUSE: Millis = 1_000
const TIDY: Millis = 60_000

export interface AnsweringTools {
  calls: Calls
  desk: DeskClient
  log: Log
  /** Something new is on file. */
  onFiled: () => void
}

export class Answering {
  readonly #with: AnsweringTools
  readonly #inHand = new Map<number, Promise<void>>()
  readonly #timers: NodeJS.Timeout[]
  #looking = false
  #lookAgain = false
  #isStopped = false
  #pausedUntil = 0
  /** When a call was answered last; null where none was. */
  answered: Millis | null = null

  constructor(tools: AnsweringTools) {
    this.#with = tools
    this.#timers = [setInterval(() => this.look(), LOOK), setInterval(() => this.#tidy(), TIDY)]
    tools.calls.listen(said => {
      if (said === 'call') this.look()
    })
    this.look()
  }

  look(): void {
    if (this.#looking) {
      this.#lookAgain = true
      return
    }
    const room = MOST_IN_HAND - this.#inHand.size
    if (this.#isStopped || room <= 0 || performance.now() < this.#pausedUntil) return
    // What keeps the desk waiting keeps what it is asked waiting too.
    if (this.#with.desk.trouble !== null) return
    this.#looking = true
    this.#lookAgain = false
    this.#with.calls
      .open([...this.#inHand.keys()], room)
      .then(
        found => {
          for (const call of found) this.#begin(call)
          if (found.length === room) this.#lookAgain = true
        },
        error => this.#failed(error),
      )
      .finally(() => {
        this.#looking = false
        if (this.#lookAgain) this.look()
      })
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    for (const timer of this.#timers) clearInterval(timer)
    await Promise.allSettled(this.#inHand.values())
  }

  #begin(call: OpenCall): void {
    if (this.#inHand.has(call.id)) return
    const done = this.#answer(call)
      .catch(error => this.#failed(error))
      .finally(() => {
        this.#inHand.delete(call.id)
        this.look()
      })
    this.#inHand.set(call.id, done)
  }

  async #answer(call: OpenCall): Promise<void> {
    let answer: Answer
    try {
      answer = { ok: true, value: await this.#do(call) }
    } catch (error) {
      // It is not done: whoever files next does it.
      if (isDeskStopped(error) || storeTrouble(error) !== null) throw error
      answer = { ok: false, fault: faultOf(error) }
    }
    await this.#with.calls.answer(call.id, serialize(answer))
    this.answered = performance.now()
  }

  async #do({ method, given: packed, readings }: OpenCall): Promise<unknown> {
    const { desk, onFiled } = this.#with
    const given = deserialize(packed) as unknown[]
    switch (method) {
      case 'fileDocument': {
        const [names, plan, context] = given as [ArrayBuffer, PollPlan, DeskContext]
        const filed = await desk.fileDocument({ names: bufferOf(names), read: readingFrom(readings) }, plan, context)
        const { counts } = filed.outcome
        if (counts.new + counts.copy + counts.revision > 0) onFiled()
        return filed
      }
      case 'recordPolls':
        return recordAll(desk, JSON.parse(given[0] as string) as PollPlan[])
      default: {
        if (!isAnswered(method))
          throw new Error(`the desk knows no call ${method}: is the other process a newer Minwal?`)
        const call = desk[method] as (...given: unknown[]) => Promise<unknown>
        return call.apply(desk, given)
      }
    }
  }

  #tidy(): void {
    this.#with.calls.tidy().catch(error => this.#failed(error))
  }

  #failed(error: unknown): void {
    this.#pausedUntil = performance.now() + PAUSE
    if (!isDeskStopped(error)) this.#with.log.debug('a call could not be answered yet', { error: said(error) })
  }
}

const ANSWERED = [
  ...(['knowsAny', 'release', 'withdraw', 'saveSubscription', 'keepRobots', 'changeSubscribers'] as const),
  ...(['changeNotices', 'filePage', 'merge', 'split'] as const),
]
const isAnswered = (method: string): method is (typeof ANSWERED)[number] =>
  (ANSWERED as readonly string[]).includes(method)

/** Bytes of its own: the desk's thread takes them over. */
const bufferOf = (bytes: ArrayBuffer | Uint8Array): ArrayBuffer => new Uint8Array(bytes).slice().buffer

/** All entries were read by whoever fetched the document. */
function readingFrom(packed: Uint8Array | null): (ats: readonly number[]) => Promise<ArrayBuffer> {
  let all: PackedReadings | null = null
  return async ats => {
    all ??= packed === null ? [] : (deserialize(packed) as PackedReadings)
    const chosen = ats.map(at => {
      const reading = all?.[at]
      if (reading === undefined) throw new Error(`entry ${at} was not read`)
      return reading
    })
    return bufferOf(serialize(chosen))
  }
}

async function recordAll(desk: DeskClient, plans: readonly PollPlan[]): Promise<RecordedOrNot[]> {
  const settled = await Promise.allSettled(plans.map(plan => desk.recordPoll(plan)))
  return settled.map(result => {
    if (result.status === 'fulfilled') return { recorded: result.value }
    if (isDeskStopped(result.reason) || storeTrouble(result.reason) !== null) throw result.reason
    return { fault: faultOf(result.reason) }
  })
}
