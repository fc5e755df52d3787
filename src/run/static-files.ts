// Writes the site as static files, and on later runs only what has changed. Each file is replaced whole; pages come before the
// lists that lead to them, and what is gone is removed last. A run that is ended at any point leaves a site that works, and the
// next run completes it.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Config } from '../model/config.ts'
import type { Reader } from '../model/shown.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { sitemap } from '../publish/sitemap.ts'
import { createStaticSite, type StaticFile, type StaticSite } from '../publish/static.ts'
import { openPublished, type Published, type PublishedFile } from '../store/published.ts'

export interface StaticOptions {
  /** How far before the newest news a thread may have grown last to get pages; once it has them, it keeps them. */
  span?: Millis
  /** Write each file compressed too, as FILE.gz, for a web server that sends it as it is. */
  gzip?: boolean
  /** What renders: another version renders all anew. */
  program?: string
}

export interface Written {
  /** Files that the site consists of, without compressed ones. */
  files: number
  written: number
  removed: number
}

/** Within the folder: the record of what was written, and what is being written. Not for the web: its mode shuts others out. */
const OWN = '.minwal'
/** Threads, and characters of their files, that are rendered before they are written: a transaction of the record each. */
const BATCH = 100
const BATCH_SIZE = 16_000_000
/** Smaller files are not worth compressing. */
const LEAST_PACKED = 600
/** The unit of what is about no single thread, and of what is made of the record. */
const SHARED = 'shared'

/** Make `dir` the site. Throws what the operating system says where it cannot be written. */
export function writeStaticSite(
  dir: string,
  reader: Reader,
  config: Pick<Config, 'title' | 'link' | 'language' | 'publish'>,
  options: StaticOptions = {},
): Outcome<Written> {
  const own = join(dir, OWN)
  mkdirSync(own, { recursive: true, mode: 0o700 })
  const record = openPublished(join(own, 'published.db'))
  if (record === null) return { ok: false, reason: `another \`minwal publish\` is writing to ${dir}` }
  try {
    const folder = new Folder(dir, record, options.gzip ?? false)
    const site = createStaticSite(reader, config, {
      kept: folder.threads(),
      ...(options.span === undefined ? {} : { span: options.span }),
      ...(options.program === undefined ? {} : { program: options.program }),
    })
    return { ok: true, value: update(folder, site, config.link) }
  } finally {
    record.close()
  }
}

function update(folder: Folder, site: StaticSite, link: string): Written {
  const stale = [...site.threads].filter(([id, mark]) => !folder.has(String(id), mark))
  let batch: Unit[] = []
  let size = 0
  for (const [id, mark] of stale) {
    const files = site.thread(id)
    batch.push({ unit: String(id), mark, files })
    size += files.reduce((sum, { body }) => sum + body.length, 0)
    if (batch.length < BATCH && size < BATCH_SIZE) continue
    folder.write(batch)
    batch = []
    size = 0
  }
  folder.write(batch)
  const gone = folder.threads().filter(id => !site.threads.has(id))
  if (stale.length > 0 || gone.length > 0 || !folder.has(SHARED, site.mark)) {
    const listed = [
      ...site.shared.filter(file => file.listed !== undefined),
      ...folder.listed().filter(({ unit }) => site.threads.has(Number(unit))),
    ]
    folder.write([{ unit: SHARED, mark: site.mark, files: [...site.shared, ...sitemap(link, listed)] }])
  }
  return folder.finish(gone.map(String))
}

interface Unit {
  unit: string
  mark: string
  files: StaticFile[]
}

class Folder {
  readonly #dir: string
  readonly #record: Published
  readonly #gzip: boolean
  readonly #marks: Map<string, string>
  readonly #files: Map<string, PublishedFile>
  /** Files of units that were written in this run, as they are now. */
  readonly #made = new Set<string>()
  readonly #units = new Set<string>()
  #written = 0
  #temporary = 0

  constructor(dir: string, record: Published, gzip: boolean) {
    this.#dir = dir
    this.#record = record
    this.#gzip = gzip
    for (const name of readdirSync(join(dir, OWN))) {
      // Left by a run that was ended.
      if (name.endsWith('.tmp')) rmSync(join(dir, OWN, name), { force: true })
    }
    this.#marks = record.marks()
    this.#files = record.files()
    if (this.#marks.size === 0) this.#adopt()
    this.#doubt()
  }

  /** Without a record, what looks like a file of a thread is one: it is written anew or removed. */
  #adopt(): void {
    for (const [folder, pattern] of FOLDERS) {
      for (const name of namesIn(join(this.#dir, folder))) {
        const id = pattern.exec(name)?.[1]
        if (id === undefined) continue
        const unit = folder === 'threads' ? id : ADOPTED
        const packed = sizeOf(join(this.#dir, `${folder}/${name}.gz`))
        this.#files.set(`${folder}/${name}`, { path: `${folder}/${name}`, unit, size: -1, packed })
        this.#marks.set(unit, '')
      }
    }
    this.#record.note([...this.#files.values()], this.#marks)
  }

  /** Units with a file that is not as it was written: another program, or a loss of power, has changed it. */
  #doubt(): void {
    for (const { path, unit, size, packed } of this.#files.values()) {
      const there = sizeOf(join(this.#dir, path)) === size
      const beside = packed === null || sizeOf(join(this.#dir, `${path}.gz`)) === packed
      if (!there || !beside || (packed !== null) !== (this.#gzip && size >= LEAST_PACKED)) this.#marks.set(unit, '')
    }
  }

  threads(): number[] {
    return [...this.#marks.keys()].map(Number).filter(Number.isInteger)
  }

  has(unit: string, mark: string): boolean {
    return this.#marks.get(unit) === mark
  }

  /** Pages of threads that sitemaps list, by the ids of the threads. */
  listed(): PublishedFile[] {
    return [...this.#files.values()]
      .filter(({ unit, listed }) => unit !== SHARED && listed !== undefined)
      .sort((a, b) => Number(a.unit) - Number(b.unit) || (a.path < b.path ? 1 : -1))
  }

  write(units: readonly Unit[]): void {
    const files: { noted: PublishedFile; body: Buffer; packed: Buffer | null }[] = []
    for (const { unit, files: made } of units) {
      this.#units.add(unit)
      for (const { path, body, listed } of made) {
        const bytes = Buffer.from(body)
        const packed = this.#gzip && bytes.length >= LEAST_PACKED ? gzipSync(bytes, { level: 9 }) : null
        const noted: PublishedFile = { path, unit, size: bytes.length, packed: packed?.length ?? null }
        if (listed !== undefined) noted.listed = listed
        files.push({ noted, body: bytes, packed })
      }
    }
    const noted = files.map(file => file.noted)
    // Noted before it is there: what a run that is ended has written is known to the next.
    this.#record.note(
      noted,
      units.map(({ unit }) => [unit, '']),
    )
    for (const { noted: file, body, packed } of files) {
      this.#put(file.path, body)
      if (packed !== null) this.#put(`${file.path}.gz`, packed, false)
      else if (this.#files.get(file.path)?.packed != null) this.#remove(`${file.path}.gz`)
      this.#files.set(file.path, file)
      this.#made.add(file.path)
    }
    const marks = units.map(({ unit, mark }) => [unit, mark] as const)
    this.#record.note([], marks)
    for (const [unit, mark] of marks) this.#marks.set(unit, mark)
  }

  /** Remove what no unit has any more. `gone` are units that are no more. */
  finish(gone: readonly string[]): Written {
    const units = new Set([...gone, ADOPTED, ...this.#units])
    const stale = [...this.#files.values()].filter(({ path, unit }) => units.has(unit) && !this.#made.has(path))
    for (const { path, packed } of stale) {
      this.#remove(path)
      if (packed !== null) this.#remove(`${path}.gz`)
      this.#files.delete(path)
    }
    this.#record.forget(
      stale.map(({ path }) => path),
      [...gone, ADOPTED],
    )
    return { files: this.#files.size, written: this.#written, removed: stale.length }
  }

  /** Replace a file where its bytes are others. */
  #put(path: string, bytes: Buffer, counted = true): void {
    const target = join(this.#dir, path)
    if (isSame(target, bytes)) return
    mkdirSync(dirname(target), { recursive: true })
    const temporary = join(this.#dir, OWN, `${++this.#temporary}.tmp`)
    writeFileSync(temporary, bytes)
    renameSync(temporary, target)
    if (counted) this.#written++
  }

  #remove(path: string): void {
    rmSync(join(this.#dir, path), { force: true })
  }
}

/** The unit of files that were found and whose thread is not known. */
const ADOPTED = 'adopted'
const FOLDERS: readonly [folder: string, name: RegExp][] = [
  ['threads', /^([0-9]{1,15})\.(?:html|atom|rss|json)$/],
  ['stories', /^([0-9]{1,15})\.html$/],
]

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

/** Bytes of a file; null where there is none. */
function sizeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.size ?? null
}

function isSame(path: string, bytes: Buffer): boolean {
  return sizeOf(path) === bytes.length && readFileSync(path).equals(bytes)
}
