// The style sheets and the script, sent inside each page and allowed by their hashes in the Content-Security-Policy.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** Without what only those who write it need: comments, indentation and line ends. */
function read(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^[^\S\n]{0,20}\/\/.*$/gm, '')
    .replace(/\n\s*/g, '\n')
    .trim()
}

const hashed = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

function readSheet(name: string): string {
  return read(name)
    .replace(/(?<!\s)\s*([{};,>])\s*/g, '$1')
    .replace(/:\s+(?!")/g, ':')
    .replace(/(?<=[\s:,(])0\./g, '.')
    .replaceAll(';}', '}')
}

export const STYLE = readSheet('style.css')
/** Of pages that are no lists of events, besides. */
export const CONTENT_STYLE = readSheet('content.css')
/** The build puts a minified file in its place: see scripts/assets.ts. */
export const SCRIPT = read('script.js')

/** Values for `style-src` and `script-src` that allow these and no others. */
export const STYLE_SOURCE = `${hashed(STYLE)} ${hashed(CONTENT_STYLE)}`
export const SCRIPT_SOURCE = hashed(SCRIPT)
