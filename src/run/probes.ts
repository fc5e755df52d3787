// Which requests ask how the process stands, and the door at which nothing else is answered.
import type { Answerer } from './listener.ts'

const pathOf = (request: Request): string => new URL(request.url).pathname

export const isMetrics = (request: Request): boolean => /^\/metrics\/?$/.test(pathOf(request))
export const isHealth = (request: Request): boolean => /^\/(?:healthz|readyz)\/?$/.test(pathOf(request))

export const nowhere = (): Response => new Response('Nothing is here.\n', { status: 404 })

/** Answers `/metrics`, `/healthz` and `/readyz`, and nothing else. */
export const healthOnly = ({ fetch }: Pick<Answerer, 'fetch'>): Answerer => ({
  ready: () => null,
  fetch: request => (isMetrics(request) || isHealth(request) ? fetch(request) : nowhere()),
})
