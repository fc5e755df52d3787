// deploy/nginx.conf in a real nginx, with TLS, in front of a real daemon.
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { join, resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { makeCertificate } from '../helpers/certificate.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { daemon } from '../helpers/daemon.ts'
import { eventually } from '../helpers/eventually.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'

const CONF = resolve(import.meta.dirname, '../../deploy/nginx.conf')
const nginx = ['nginx', '/usr/sbin/nginx'].find(program => spawnSync(program, ['-v']).status === 0)

const freePort = (): Promise<number> =>
  new Promise(done => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo
      server.close(() => done(port))
    })
  })

interface Answer {
  status: number
  headers: http.IncomingHttpHeaders
  body: Buffer
}

it.skipIf(nginx === undefined)(
  'nginx with TLS leads readers to the daemon (absent: nginx)',
  async () => {
    const items = [{ guid: '1', title: 'The ferry is late', text: 'It came at five.' }]
    const feeds = await feedServer({ '/feed': (_, response) => void response.end(rss(items)) })
    const { config } = configure(folder(), agenciesOf([`${feeds.origin}/feed`]), {
      link: 'https://news.example',
      poll: { tick: '* * * * * *', minInterval: '1s', maxInterval: '1s' },
    })
    const running = await daemon(config)
    await eventually('it files', () => running.log().some(({ msg }) => msg === 'polled'))

    const where = folder()
    const { key, cert } = makeCertificate({ names: ['news.example'] })
    writeFileSync(join(where, 'key.pem'), key)
    writeFileSync(join(where, 'cert.pem'), cert)
    const [plain, tls] = [await freePort(), await freePort()]
    const site = readFileSync(CONF, 'utf8')
      .replaceAll('listen 80;', `listen 127.0.0.1:${plain};`)
      .replaceAll('listen 443 ssl http2;', `listen 127.0.0.1:${tls} ssl http2;`)
      .replaceAll(/^ *listen \[::\].*\n/gm, '')
      .replace('/etc/letsencrypt/live/news.example/fullchain.pem', join(where, 'cert.pem'))
      .replace('/etc/letsencrypt/live/news.example/privkey.pem', join(where, 'key.pem'))
      .replace('127.0.0.1:8080', new URL(running.address).host)
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      name => `${name}_temp_path ${join(where, name)};`,
    )
    writeFileSync(
      join(where, 'nginx.conf'),
      `daemon off; error_log stderr; pid ${join(where, 'pid')}; events {} http { access_log off; ${temporary.join(' ')}\n${site}\n}`,
    )
    const tested = spawnSync(nginx ?? '', ['-t', '-p', where, '-c', join(where, 'nginx.conf')], { encoding: 'utf8' })
    expect(tested.stderr).not.toMatch(/\[(?:warn|emerg)\]/)
    expect(tested.status).toBe(0)
    const child = spawn(nginx ?? '', ['-p', where, '-c', join(where, 'nginx.conf')], { stdio: 'ignore' })
    onTestFinished(() => void child.kill('SIGTERM'))

    const ask = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
      new Promise((done, failed) => {
        const options = { host: '127.0.0.1', port: tls, servername: 'news.example', ca: cert, path, agent: false }
        https
          .get({ ...options, headers: { host: 'news.example', ...headers } }, response => {
            const chunks: Buffer[] = []
            response
              .on('data', (chunk: Buffer) => chunks.push(chunk))
              .on('end', () => {
                done({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) })
              })
          })
          .on('error', failed)
      })
    await eventually(
      'nginx answers',
      () =>
        ask('/healthz').then(
          ({ status }) => status === 200,
          () => false,
        ),
      20_000,
    )

    const page = await ask('/')
    expect(page.status).toBe(200)
    expect(page.body.toString()).toContain('The ferry is late')
    expect(page.headers['strict-transport-security']).toBe('max-age=15552000')
    expect(page.headers['server']).toBe('nginx')
    expect(page.headers['content-security-policy']).toBeDefined()
    const feed = await ask('/feed.atom')
    expect(feed.body.toString()).toContain('https://news.example/feed.atom')
    const known = await ask('/feed.atom', { 'if-none-match': String(feed.headers.etag) })
    expect(known.status).toBe(304)
    const packed = await ask('/feed.atom', { 'accept-encoding': 'gzip' })
    expect(packed.headers['content-encoding']).toBe('gzip')
    expect((await ask('/metrics')).status).toBe(404)

    const moved = await new Promise<http.IncomingMessage>((done, failed) => {
      http
        .get({ host: '127.0.0.1', port: plain, path: '/threads/1?hl=ar', headers: { host: 'news.example' } }, done)
        .on('error', failed)
    })
    moved.resume()
    expect([moved.statusCode, moved.headers.location]).toEqual([301, 'https://news.example/threads/1?hl=ar'])

    // News reach an open page while the connection is open.
    let told = ''
    const stream = https.get(
      {
        host: '127.0.0.1',
        port: tls,
        servername: 'news.example',
        ca: cert,
        path: '/events',
        agent: false,
        headers: { host: 'news.example' },
      },
      response =>
        response.setEncoding('utf8').on('data', (text: string) => {
          told += text
        }),
    )
    stream.on('error', () => {
      // It is cut at the end.
    })
    onTestFinished(() => void stream.destroy())
    await eventually('the stream is open', () => told !== '')
    items.unshift({ guid: '2', title: 'The bridge is shut', text: 'For a week, the town says.' })
    await eventually('the page is told', () => /"threads":\[\{"id":2/.test(told))
    stream.destroy()
    expect((await running.stop()).code).toBe(0)
  },
  120_000,
)
