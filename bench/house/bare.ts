// A bare node:http server that answers with one body it has fetched once, and with 304 where its validator is named.
//
//   node bench/house/bare.ts ADDRESS PORT
import http from 'node:http'

const [, , address = '', port] = process.argv

http.get(address, { headers: { 'accept-encoding': 'gzip' } }, response => {
  const chunks: Buffer[] = []
  response.on('data', (chunk: Buffer) => chunks.push(chunk))
  response.on('end', () => {
    const body = Buffer.concat(chunks)
    const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...kept } = response.headers
    const headers = { ...kept, 'content-length': String(body.length) } as http.OutgoingHttpHeaders
    const { 'content-length': ____, ...without } = headers
    http
      .createServer((request, answer) => {
        if (request.headers['if-none-match'] === headers['etag']) answer.writeHead(304, without).end()
        else answer.writeHead(200, headers).end(body)
      })
      .listen(Number(port), '127.0.0.1')
  })
})
