// Reads a GET whose address holds letters that were not escaped, as curl sends `?q=` from a command line. Node's parser
// refuses such a request (llhttp takes ASCII only), and gives the packet that it could not read.
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'

const LONGEST = 16_384
const FIELDS = new Set(['accept-encoding', 'accept-language', 'cookie', 'if-none-match', 'if-modified-since'])

/** The request in a packet, its letters escaped as UTF-8. Null for anything but a whole GET or HEAD of a path. */
export function readRawRequest(packet: Uint8Array): Request | null {
  // One character a byte.
  const text = Buffer.from(packet.subarray(0, LONGEST)).toString('latin1')
  const end = text.indexOf('\r\n\r\n')
  const [first = '', ...lines] = end < 0 ? [] : text.slice(0, end).split('\r\n')
  const line = /^(GET|HEAD) (\/[^ \u0000-\u001f\u007f]*) HTTP\/1\.[01]$/.exec(first)
  if (!line) return null
  const [, method = 'GET', path = '/'] = line
  const headers = new Headers()
  for (const field of lines) {
    const colon = field.indexOf(':')
    const name = field.slice(0, colon).toLowerCase()
    const value = field.slice(colon + 1).trim()
    if (FIELDS.has(name) && /^[ -~]*$/.test(value)) headers.set(name, value)
  }
  const address = `http://localhost${path.replace(/[\u0080-\u00ff]/g, escaped)}`
  return URL.canParse(address) ? new Request(address, { method, headers }) : null
}

function escaped(byte: string): string {
  return `%${byte.charCodeAt(0).toString(16).toUpperCase()}`
}

/** Write a response with this body and close the connection: what came behind the packet was never read. */
export function writeRawResponse(socket: Socket, response: Response, body: Uint8Array): void {
  const fields = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`)
  const status = `${response.status} ${STATUS_CODES[response.status] ?? ''}`
  socket.write(`HTTP/1.1 ${status}\r\n${fields.join('')}Connection: close\r\n\r\n`)
  socket.end(body)
}
