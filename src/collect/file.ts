// Hides that a feed named in the configuration may be a file: the answer looks like a server's. Redirects never lead here.
import { open } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import type { FailureKind, FetchResult, PollSettings, Validators } from '../model.ts'
import { field, megabytes } from './failure.ts'
import { bodyHash } from './hash.ts'

/** Read a `file:` address; its time of change is the Last-Modified. Never rejects for what is wrong with the file. */
export async function readFileFeed(
  request: { url: string; validators: Validators },
  settings: PollSettings,
): Promise<FetchResult> {
  const started = performance.now()
  const ms = (): number => Math.round(performance.now() - started)
  const failed = (kind: FailureKind, message: string): FetchResult => ({
    kind: 'failed',
    failure: { kind, message, status: null, retryAt: null },
    ms: ms(),
  })
  let path: string
  try {
    path = fileURLToPath(request.url)
  } catch {
    return failed('address', `${request.url} names no file on this machine: it must be like file:///folder/feed.xml`)
  }
  try {
    await using file = await open(path)
    const about = await file.stat()
    if (!about.isFile()) return failed('document', `${path} is not a file`)
    if (about.size > settings.maxBodyBytes) {
      return failed('size', `${path} is larger than ${megabytes(settings.maxBodyBytes)} (poll.maxBodyBytes)`)
    }
    const lastModified = about.mtime.toUTCString()
    if (request.validators.lastModified === lastModified) {
      return { kind: 'unchanged', status: 304, movedTo: null, maxAge: null, retryAt: null, ms: ms() }
    }
    const body = new Uint8Array(await file.readFile())
    if (body.length === 0) return failed('document', `${path} is empty`)
    return {
      kind: 'body',
      status: 200,
      url: request.url,
      movedTo: null,
      body,
      hash: await bodyHash(body),
      contentType: null,
      validators: { etag: null, lastModified },
      hub: null,
      self: null,
      maxAge: null,
      retryAt: null,
      wireBytes: body.length,
      ms: ms(),
    }
  } catch (error) {
    const code = field(error, 'code')
    if (code === 'ENOENT') return failed('connect', `there is no file ${path}`)
    if (code === '') throw error
    return failed('connect', `${path} cannot be read (${code}): check its permissions`)
  }
}
