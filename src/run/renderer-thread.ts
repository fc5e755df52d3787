// The thread that renders pages and feeds. It has the same routes as the thread that answers, and keeps no rendering.
import { parentPort, workerData } from 'node:worker_threads'
import { said } from '../log.ts'
import type { Config } from '../model/config.ts'
import type { Health } from '../model/shown.ts'
import type { Millis } from '../model/units.ts'
import { createRenderer } from '../publish/site.ts'
import { openReader } from '../store/open.ts'
import { goBehind } from './background.ts'
import type { Rendered, RendererData, RenderTask } from './renderer.ts'

goBehind()
const { database, version } = workerData as RendererData
const opened = openReader(database)
if (!opened.ok) throw new Error(opened.reason)
const reader = opened.value

let now: Millis = 0
let health: Health | null = null
let config: Config | null = null
let failure: unknown = null

const given = <T>(value: T | null): T => {
  if (value === null) throw new Error('nothing was asked for yet')
  return value
}

const render = createRenderer({
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

async function rendered(task: RenderTask): Promise<Rendered> {
  const { id, address, language } = task
  now = task.now
  health = task.health
  config = task.config ?? config
  failure = null
  const headers = language === null ? {} : { 'accept-language': language }
  try {
    const { body, ...rendering } = await render(new Request(`http://localhost${address}`, { headers }))
    if (failure !== null) return { id, error: said(failure) }
    return { id, rendering: { ...rendering, body: new TextEncoder().encode(body) } }
  } catch (error) {
    return { id, error: said(error) }
  }
}

// Tasks come one at a time: the next is sent when this one is answered.
parentPort?.on('message', (task: RenderTask) => {
  void rendered(task).then(answer => {
    parentPort?.postMessage(answer, 'rendering' in answer ? [answer.rendering.body.buffer as ArrayBuffer] : [])
  })
})
