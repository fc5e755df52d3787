// Twelve pages in the manners of agencies' sites, made up for this project: fixtures/pages has what is right of each.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPage } from '../../../src/collect/page/read.ts'
import { root } from '../../helpers/cli.ts'

const folder = join(root, 'tests', 'fixtures', 'pages')
const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<
  string,
  { title: string; text: string }
>

describe('a page of an Arabic agency', () => {
  it.each(Object.entries(expected))('%s: its text word for word, and what it says of itself', async (file, right) => {
    const url = `https://marfa.example/n/${file}`
    const question = { title: right.title, summary: '', url, finalUrl: url, status: 200, contentType: 'text/html' }
    expect(await readPage(readFileSync(join(folder, file)), question)).toMatchObject({
      verdict: 'article',
      language: 'ar',
      ...right,
    })
  })

  it('is no text for the report of another page', async () => {
    const files = Object.keys(expected)
    for (const [at, file] of files.entries()) {
      const other = expected[files[(at + 1) % files.length] ?? ''] as { title: string }
      const url = 'https://marfa.example/n/0'
      const question = { title: other.title, summary: '', url, finalUrl: url, status: 200, contentType: null }
      const { verdict, text } = await readPage(readFileSync(join(folder, file)), question)
      expect(text, file).toBeNull()
      expect(['other', 'listing', 'consent'], file).toContain(verdict)
    }
  })
})
