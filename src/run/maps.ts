// Reads an index of maps of news: one feed, whose documents are chosen anew at each poll and asked for one after the other, at
// the host's pace. What is chosen is decided in decide/maps/choose.ts.
import { MAPS_A_POLL } from '../decide/maps/bounds.ts'
import { chooseMaps, type MapChoice } from '../decide/maps/choose.ts'
import type { Failure, FetchResult, MapChild, MapPart, Validators } from '../model/collected.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { NOTHING_KNOWN } from './ask.ts'
import type { RobotsAnswer } from './robots.ts'

type Body = Extract<FetchResult, { kind: 'body' }>

/** What reading an index takes of a poll. */
export interface IndexAsking {
  now: Millis
  /** Documents that were read at the last poll; none where all are to be read whole. */
  known: readonly MapPart[]
  ask(url: string, validators: Validators): Promise<FetchResult>
  /** What a document is: an index by its documents, or a map and whether every entry in it is new. */
  look(got: Body): Promise<Outcome<Looked>>
  /** Whether a document may be asked for; the reason where not. */
  may(url: string): Promise<RobotsAnswer>
  stopped(): boolean
}

export interface Looked {
  maps: readonly MapChild[] | null
  allNew: boolean
}

export type IndexRead =
  | {
      kind: 'documents'
      bodies: readonly [Body, ...Body[]]
      parts: readonly MapPart[]
      /** Some documents were not read, or were as before. */
      partial: boolean
      warnings: readonly string[]
    }
  | { kind: 'unchanged'; parts: readonly MapPart[] }
  | { kind: 'failed'; failure: Failure }

interface Queued extends MapChoice {
  /** 1 for a document of an index in the index. */
  level: number
}

/** Reads what is new of an index that was met at `url`. Its own address and each document are asked for once. */
export async function readIndex(url: string, maps: readonly MapChild[], asking: IndexAsking): Promise<IndexRead> {
  const { now, known } = asking
  const before = new Map(known.map(part => [part.url, part]))
  const asked = new Set([url])
  /** Of pages of one map: whether all that was read was new. */
  const runs = new Map<string, boolean>()
  const bodies: Body[] = []
  const parts: MapPart[] = []
  const failures: { url: string; failure: Failure }[] = []
  const queue: Queued[] = chooseMaps(url, maps, now).map(choice => ({ ...choice, level: 0 }))
  const chosen = queue.length
  let unchanged = false
  let ended = false
  let documents = 0
  for (let next = queue.shift(); next !== undefined && !asking.stopped(); next = queue.shift()) {
    const { url: address, run, level } = next
    if (asked.has(address)) continue
    // The first page of a run that is not all new ends it; that is no page that was missed.
    if (run !== null && runs.get(run) === false) continue
    if (documents === MAPS_A_POLL) {
      ended = true
      break
    }
    asked.add(address)
    const allowed = await asking.may(address)
    if (!allowed.ok) {
      failures.push({ url: address, failure: refused(allowed.reason) })
      continue
    }
    documents++
    const part = before.get(address)
    const got = await asking.ask(address, part?.validators ?? NOTHING_KNOWN)
    let allNew = false
    if (got.kind === 'failed') failures.push({ url: address, failure: got.failure })
    else if (got.kind === 'unchanged') {
      unchanged = true
      if (part !== undefined) parts.push(part)
    } else if (got.hash === part?.hash) {
      unchanged = true
      parts.push({ url: address, validators: got.validators, hash: got.hash })
    } else {
      const looked = await asking.look(got)
      if (!looked.ok) failures.push({ url: address, failure: { ...refused(looked.reason), status: got.status } })
      else if (looked.value.maps === null) {
        allNew = looked.value.allNew
        bodies.push(got)
        parts.push({ url: address, validators: got.validators, hash: got.hash })
      } else if (level === 0) {
        const inner = chooseMaps(got.url, looked.value.maps, now).map(choice => ({ ...choice, level: 1 }))
        queue.unshift(...inner)
      }
    }
    if (run !== null) runs.set(run, allNew)
  }
  const [first, ...others] = bodies
  const warnings = warningsOf(failures)
  if (first !== undefined) {
    const partial = ended || unchanged || failures.length > 0
    return { kind: 'documents', bodies: [first, ...others], parts, partial, warnings }
  }
  if (unchanged) return { kind: 'unchanged', parts }
  return { kind: 'failed', failure: failureOf(failures, chosen, maps.length) }
}

const refused = (message: string): Failure => ({ kind: 'document', message, status: null, retryAt: null })

/** Each document that failed, in a sentence. */
function warningsOf(failures: readonly { url: string; failure: Failure }[]): string[] {
  return failures.map(
    ({ url, failure }) => `the document ${url.slice(0, 300)} of the index could not be read: ${failure.message}`,
  )
}

/** Why nothing of an index could be read. */
function failureOf(failures: readonly { url: string; failure: Failure }[], chosen: number, named: number): Failure {
  const [first] = failures
  if (first !== undefined) {
    const { url, failure } = first
    const message = `none of the documents of the index could be read; ${url.slice(0, 300)}: ${failure.message}`
    return { ...failure, kind: failure.kind === 'gone' ? 'http' : failure.kind, message }
  }
  const message =
    chosen > 0
      ? 'the index names other indexes only'
      : `the index names ${named} documents, and none looks like a map of news of its own site`
  return refused(message)
}
