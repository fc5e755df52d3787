// Writes docs/metadata.json from docs/sql.md: what the public views and their columns mean, and the sample queries, in the form
// that Datasette reads. `minwal sql .schema` shows it too.
import { readFileSync, writeFileSync } from 'node:fs'

/** The page as Datasette's metadata, for a database file of this name. */
export function metadataOf(page: string, database = 'minwal'): object {
  const [, views = ''] = page.split('\n## Views\n')
  const [described = '', samples = ''] = views.split('\n## Sample queries\n')
  const tables = described
    .split('\n### ')
    .slice(1)
    .map(section => {
      const [, name = ''] = /^`(\w+)`/.exec(section) ?? []
      const [description = ''] = section.slice(section.indexOf('\n')).trim().split('\n\n')
      const rows = [...section.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)]
      const columns = Object.fromEntries(rows.map(([, column = '', meaning = '']) => [column, plain(meaning)]))
      return [name, { description: plain(description), columns }]
    })
  const queries = [...samples.matchAll(/\n([^\n]+)\n\n```sql\n([\s\S]*?)```/g)].map(([, says = '', sql = '']) => [
    slug(says),
    { title: plain(says), sql: sql.trim() },
  ])
  return {
    title: 'Minwal',
    description:
      'What news agencies reported: reports, the stories they share, and threads of stories about one event.',
    databases: { [database]: { tables: Object.fromEntries(tables), queries: Object.fromEntries(queries) } },
  }
}

const plain = (text: string): string => text.replaceAll('\n', ' ').replaceAll('`', '').replaceAll('\\|', '|')

const slug = (says: string): string =>
  says
    .split(/[:.,]/, 1)[0]
    ?.toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60) ?? ''

if (import.meta.main) {
  const docs = new URL('../docs/', import.meta.url)
  const made = metadataOf(readFileSync(new URL('sql.md', docs), 'utf8'))
  writeFileSync(new URL('metadata.json', docs), `${JSON.stringify(made, null, 2)}\n`)
}
