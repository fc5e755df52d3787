// Cuts off servers that send much more than an answer needs: interim answers and blank lines without end, chunks whose
// frames outweigh what is in them. Each such piece is parsed in the serving thread, so that they must not go on for long.
import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import type { Millis } from '../../model/units.ts'
import { Fault, megabytes } from './failure.ts'

/** What may come before an answer begins, and beside its body: 16,000 headers, a third of a million chunks of one byte. */
const MOST_BESIDE = 2 * 1_048_576
/** Sockets are looked at so often while any is open. */
const LOOK: Millis = 50

interface Budget {
  host: string
  /** Bytes of the longest body. */
  longest: number
  /** `bytesRead` of the socket that ends it. */
  allowed: number
  begun: boolean
}

const budgets = new Map<Socket, Budget>()
const sockets = new WeakMap<object, Socket>()
let looking: NodeJS.Timeout | null = null

function look(): void {
  for (const [socket, { host, allowed, begun }] of budgets) {
    if (socket.bytesRead <= allowed) continue
    const what = begun
      ? 'much more than its document needs'
      : `more than ${megabytes(MOST_BESIDE)} before its answer began`
    socket.destroy(new Fault('size', `${host} was cut off: it sent ${what}`))
  }
}

/** Bounds every answer that comes over this connection; `longest` is the most bytes a body may have on the wire. */
export function boundFlood(socket: Socket, host: string, longest: number): void {
  budgets.set(socket, { host, longest, allowed: socket.bytesRead + MOST_BESIDE, begun: false })
  looking ??= setInterval(look, LOOK).unref()
  socket.once('close', () => {
    budgets.delete(socket)
    if (budgets.size > 0 || looking === null) return
    clearInterval(looking)
    looking = null
  })
}

const within = (message: unknown, name: string): object | null => {
  const value: unknown = typeof message === 'object' && message !== null ? Reflect.get(message, name) : null
  return typeof value === 'object' ? value : null
}

// Only undici knows which request goes over which socket, and publishes it there.
subscribe('undici:client:sendHeaders', message => {
  const [request, socket] = [within(message, 'request'), within(message, 'socket')]
  const budget = budgets.get(socket as Socket)
  if (budget === undefined || request === null) return
  sockets.set(request, socket as Socket)
  budget.allowed = (socket as Socket).bytesRead + MOST_BESIDE
  budget.begun = false
})
subscribe('undici:request:headers', message => {
  const status: unknown = Reflect.get(within(message, 'response') ?? {}, 'statusCode')
  // Interim answers are published like final ones.
  if (typeof status !== 'number' || status < 200) return
  const request = within(message, 'request')
  const socket = request === null ? undefined : sockets.get(request)
  const budget = socket === undefined ? undefined : budgets.get(socket)
  if (socket === undefined || budget === undefined) return
  budget.allowed = socket.bytesRead + 2 * budget.longest + MOST_BESIDE
  budget.begun = true
})
