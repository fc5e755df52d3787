// A line to a server that can be cut: what stands between two machines of a network, on one. What was open when it was cut stays
// silent for good, as where a firewall forgets it; what is opened while it is cut is silent until it is mended.
import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Line {
  /** The address of the server, by way of this line. */
  readonly url: string
  cut(): void
  mend(): void
}

export async function lineTo(url: string): Promise<Line> {
  const to = new URL(url)
  const open = new Set<Socket>()
  const behind = new Set<Socket>()
  let isCut = false
  const server = createServer(near => {
    near.on('error', () => {})
    open.add(near)
    near.once('close', () => open.delete(near))
    if (isCut) {
      near.pause()
      return
    }
    const far = connect(Number(to.port), to.hostname)
    behind.add(far)
    far.once('close', () => behind.delete(far))
    far.on('error', () => {})
    near.on('close', () => isCut || far.destroy())
    far.on('close', () => isCut || near.destroy())
    near.pipe(far)
    far.pipe(near)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of [...open, ...behind]) socket.destroy()
    server.close()
  })
  const address = server.address()
  const through = new URL(url)
  through.port = String(typeof address === 'object' ? address?.port : 0)
  return {
    url: through.href,
    cut: () => {
      isCut = true
      for (const socket of [...open, ...behind]) {
        socket.unpipe()
        socket.pause()
      }
    },
    mend: () => {
      // The server has noticed by now that nobody is there.
      for (const socket of behind) socket.destroy()
      isCut = false
    },
  }
}
