// Loads what asking servers takes of undici. Its index also loads fetch, web sockets and caches, which take more than half of
// the time that it takes to load.
import { createRequire } from 'node:module'
import type { Agent, buildConnector, Dispatcher, errors } from 'undici'

export type { Agent, Dispatcher } from 'undici'

interface Undici {
  Agent: typeof Agent
  buildConnector: typeof buildConnector
  errors: typeof errors
  /** One request through an agent, as `Dispatcher.request` makes it. */
  request: (agent: Agent, options: Dispatcher.RequestOptions) => Promise<Dispatcher.ResponseData>
}

const require = createRequire(import.meta.url)

/** From undici's own files, whose names its versions do not promise to keep. */
function fromParts(): Undici {
  const request = require('undici/lib/api/api-request.js') as Agent['request']
  return {
    Agent: require('undici/lib/dispatcher/agent.js'),
    buildConnector: require('undici/lib/core/connect.js'),
    errors: require('undici/lib/core/errors.js'),
    request: (agent, options) => request.call(agent, options) as Promise<Dispatcher.ResponseData>,
  }
}

function load(): Undici {
  try {
    return fromParts()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND')) throw error
    const whole = require('undici') as Omit<Undici, 'request'>
    return { ...whole, request: (agent, options) => agent.request(options) }
  }
}

export const {
  Agent: UndiciAgent,
  buildConnector: undiciConnector,
  errors: undiciErrors,
  request: undiciRequest,
} = load()
