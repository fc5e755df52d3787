// The thread that renders pages and feeds. It has the same routes as the thread that answers, and keeps no rendering.
import { parentPort, workerData } from 'node:worker_threads'
import { said } from '../log.ts'
import type { Config } from '../model/config.ts'
import { isPostgres } from '../model/database.ts'
import type { Health } from '../model/shown.ts'
import type { Millis, Outcome } from '../model/units.ts'
import type { Rendering as TextRendering } from '../publish/delivery.ts'
import { createRenderer } from '../publish/site.ts'
import { openReader, storeTrouble } from '../store/open.ts'
import type { StoreReader } from '../store/store.ts'
import { goBehind } from './background.ts'
import type { Rendered, RendererData, RenderTask } from './renderer.ts'

goBehind()
const { database, version } = workerData as RendererData

/** A page waits for a server that was lost: it may be starting again. */
const WAITS: Millis = 5_000
/** A database that could not be opened is not tried again for so long: pages that wait one behind the other do not wait for each try. */
const RESTS: Millis = 1_000

let now: Millis = 0
let health: Health | null = null
let config: Config | null = null
let failure: unknown = null

const given = <T>(value: T | null): T => {
  if (value === null) throw new Error('nothing was asked for yet')
  return value
}

function open(reader: StoreReader): (request: Request) => Promise<TextRendering> {
  return createRenderer({
    reader,
    rows: reader,
    version,
    config: () => given(config),
    now: () => now,
    health: () => given(health),
    onError: error => {
      failure = error
    },
  })
}

let render: ReturnType<typeof open> | null = null
let refused: { reason: string; at: Millis } | null = null

/** What renders; or why the database cannot be opened. */
function opened(): Outcome<ReturnType<typeof open>> {
  if (render !== null) return { ok: true, value: render }
  if (refused !== null && performance.now() - refused.at < RESTS) return { ok: false, reason: refused.reason }
  const reader = openReader(database, WAITS)
  if (!reader.ok) {
    refused = { reason: reader.reason, at: performance.now() }
    return reader
  }
  render = open(reader.value)
  return { ok: true, value: render }
}

/** Whether it is a server that cannot be reached just now. */
const isAway = (error: unknown): boolean => isPostgres(database) && storeTrouble(error) !== null

async function rendered(task: RenderTask): Promise<Rendered> {
  const { id, address, language } = task
  now = task.now
  health = task.health
  config = task.config ?? config
  failure = null
  const headers = language === null ? {} : { 'accept-language': language }
  try {
    const ready = opened()
    if (!ready.ok) return { id, error: ready.reason, isAway: isPostgres(database) }
    const { body, ...rendering } = await ready.value(new Request(`http://localhost${address}`, { headers }))
    if (failure !== null) return { id, error: said(failure), isAway: isAway(failure) }
    return { id, rendering: { ...rendering, body: new TextEncoder().encode(body) } }
  } catch (error) {
    const cause = failure ?? error
    return { id, error: said(cause), isAway: isAway(cause) }
  }
}

// Tasks come one at a time: the next is sent when this one is answered.
parentPort?.on('message', (task: RenderTask) => {
  void rendered(task).then(answer => {
    parentPort?.postMessage(answer, 'rendering' in answer ? [answer.rendering.body.buffer as ArrayBuffer] : [])
  })
})
