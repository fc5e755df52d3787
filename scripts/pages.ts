// `npm run pages`: every page in every state, in three languages, from invented news. A page is loaded anew when a file of the
// pages is saved: Node starts this program again, and the browser hears that it was away.
import { STATES, serveStates } from '../tests/publish/states.ts'

const PORT = 8181
const RELOAD = `<script>new EventSource('/reload').onopen=({target})=>{if(target.was)location.reload();target.was=true}</script>`

const served = await serveStates(PORT, withReload, path => {
  if (path !== '/reload') return new Response(index(), { headers: { 'Content-Type': 'text/html; charset=utf-8' } })
  return new Response(
    new ReadableStream({ start: stream => stream.enqueue(new TextEncoder().encode('retry: 200\n\n')) }),
    {
      headers: { 'Content-Type': 'text/event-stream' },
    },
  )
})
process.stdout.write(`Every page in every state: http://127.0.0.1:${PORT}/\n`)

/** The page with the script that loads it anew, which its policy would not let run. */
async function withReload(response: Response): Promise<Response> {
  if (!response.headers.get('content-type')?.startsWith('text/html')) return response
  const headers = new Headers(response.headers)
  for (const name of ['content-security-policy', 'content-length', 'etag']) headers.delete(name)
  headers.set('cache-control', 'no-store')
  return new Response((await response.text()) + RELOAD, { status: response.status, headers })
}

function index(): string {
  const rows = STATES.map(({ name }) => {
    const links = ['en', 'ar', 'fr'].map(
      language => `<a href="${served.address(name, `hl=${language}`)}">${language}</a>`,
    )
    return `<tr><th>${name}</th><td>${links.join(' ')}</td></tr>`
  })
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Pages</title><style>body{font:1rem/1.8 system-ui;margin:2rem}th{text-align:start;font-weight:400;padding-inline-end:2rem}</style><h1>Every page in every state</h1><table>${rows.join('')}</table>${RELOAD}`
}
