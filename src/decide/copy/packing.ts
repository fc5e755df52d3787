// How the features of reports stand in the store: a compact row of bytes. Pure.
import { ByteReader, ByteWriter } from '../bytes.ts'
import type { CopyFeatures } from './features.ts'

const HAS_LANGUAGE = 1
const HAS_HEAD = 2
const HAS_FRAME = 4
const HAS_PART = 8
const IS_BARE = 16

/** Features as bytes; none at all for a text that says too little to be recognised. */
export function packCopyFeatures(features: CopyFeatures | null): Uint8Array {
  if (features === null) return new Uint8Array(0)
  const { language, title, lead, head, frame, part, bare } = features
  const writer = new ByteWriter()
  writer.byte(
    (language === null ? 0 : HAS_LANGUAGE) |
      (head === undefined ? 0 : HAS_HEAD) |
      (frame === undefined ? 0 : HAS_FRAME) |
      (part === undefined ? 0 : HAS_PART) |
      (bare === undefined ? 0 : IS_BARE),
  )
  if (language !== null) writer.text(language)
  if (head !== undefined) writer.number(head)
  for (const words of frame ?? []) writer.number(words)
  if (part !== undefined) writer.number(part)
  writer.text(title)
  writer.text(lead)
  return writer.bytes()
}

/** Features from their bytes; throws for what `packCopyFeatures` never made. */
export function unpackCopyFeatures(bytes: Uint8Array): CopyFeatures | null {
  if (bytes.length === 0) return null
  const reader = new ByteReader(bytes)
  const has = reader.byte()
  const language = has & HAS_LANGUAGE ? reader.text() : null
  const more = {
    ...(has & HAS_HEAD ? { head: reader.number() } : {}),
    ...(has & HAS_FRAME ? { frame: [reader.number(), reader.number()] as const } : {}),
    ...(has & HAS_PART ? { part: reader.number() } : {}),
    ...(has & IS_BARE ? { bare: true as const } : {}),
  }
  const features = { language, title: reader.text(), lead: reader.text(), ...more }
  if (!reader.isAtEnd) throw new Error('not packed features of a report')
  return features
}
