// Whoever reads feeds only loads nothing of what reads pages.
import { readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../../helpers/cli.ts'

const source = join(root, 'src')

/** Files that are loaded with these: what they import without waiting for it, types apart. */
function loadedWith(files: readonly string[]): Set<string> {
  const seen = new Set<string>()
  const ahead = files.map(file => join(source, file))
  for (let file = ahead.pop(); file !== undefined; file = ahead.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    const text = readFileSync(file, 'utf8')
    for (const [, types, target = ''] of text.matchAll(/^(?:import|export)( type)?[^'"();]*?from '([^']+)'/gm)) {
      if (types === undefined && target.startsWith('.')) ahead.push(resolve(dirname(file), target))
      else if (types === undefined) seen.add(target)
    }
  }
  return seen
}

describe('reading pages', () => {
  it('is loaded with the first page', () => {
    const all = loadedWith([
      'run/daemon.ts',
      'run/once.ts',
      'run/reader.ts',
      'desk/thread.ts',
      'desk/desk.ts',
      'cli/main.ts',
      'cli/run.ts',
    ])
    const loaded = [...all].map(file => (file.startsWith('/') ? relative(source, file) : file))
    expect(loaded).toContain('run/pages.ts')
    expect(loaded).toContain('better-sqlite3')
    expect(loaded.filter(file => file.startsWith('collect/page/'))).toEqual(['collect/page/version.ts'])
    expect(loaded.filter(file => file.startsWith('collect/list/'))).toEqual([])
    expect(loaded).not.toContain('@mozilla/readability')
    expect(loaded).not.toContain('css-select')
    expect(loaded).not.toContain('css-what')
    expect([...loadedWith(['collect/page/worker.ts'])].map(file => relative(source, file))).toContain(
      'collect/page/readable.ts',
    )
  })
})
