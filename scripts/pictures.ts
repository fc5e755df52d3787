// Makes the pictures of the README from `npm run demo -- --at end`: the front page in English and in Arabic.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { launch } from '../tests/helpers/browser.ts'

const here = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

const demo = spawn(process.execPath, [
  here('demo/main.ts'),
  '--at',
  'end',
  '--port',
  '0',
  '--database',
  here('data/pictures.db'),
])
const address = await new Promise<string>((resolve, reject) => {
  let said = ''
  demo.stdout.on('data', (part: Buffer) => {
    said += part.toString()
    if (said.includes('The week is over')) resolve(/http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0] ?? '')
  })
  demo.once('exit', () => reject(new Error(`the demo ended: ${said}`)))
})
const browser = await launch()
for (const [language, file] of [
  ['en', 'docs/front-page.png'],
  ['ar', 'docs/front-page.ar.png'],
] as const) {
  const context = await browser.newContext({ locale: language, viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  await page.goto(`${address}/`)
  await page.screenshot({ path: here(file) })
}
await browser.close()
demo.kill('SIGTERM')
