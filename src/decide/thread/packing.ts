// How features of stories stand in the store: a compact row of bytes, for a restart reads a hundred thousand of them. Pure.
import { ByteReader, ByteWriter } from '../bytes.ts'
import type { ThreadFeatures } from './features.ts'

/** Features as bytes: language, form, terms with their weights, vector. */
export function packFeatures(features: ThreadFeatures): Uint8Array {
  const { language, ownTerms, ownWeights, ownCounts, sharedTerms, sharedWeights, form, vector } = features
  const writer = new ByteWriter()
  writer.text(language)
  for (const number of form) writer.number(number)
  writer.number(ownTerms.length)
  writer.number(sharedTerms.length)
  writer.number(vector ? vector.length + 1 : 0)
  for (const weight of ownWeights) writer.short(weight)
  for (const count of ownCounts) writer.byte(count)
  for (const weight of sharedWeights) writer.short(weight)
  for (const value of vector ?? []) writer.byte(value & 0xff)
  writer.text([...ownTerms, ...sharedTerms].join(' '))
  return writer.bytes()
}

/** Features from their bytes; throws for what `packFeatures` never made. */
export function unpackFeatures(bytes: Uint8Array): ThreadFeatures {
  const reader = new ByteReader(bytes)
  const language = reader.text()
  const form = [reader.number(), reader.number(), reader.number(), reader.number()] as const
  const own = reader.number()
  const shared = reader.number()
  const length = reader.number()
  const ownWeights = reader.shorts(own)
  const ownCounts = reader.unsignedBytes(own)
  const sharedWeights = reader.shorts(shared)
  const vector = length > 0 ? reader.signedBytes(length - 1) : null
  const joined = reader.text()
  const names = joined === '' ? [] : joined.split(' ')
  if (names.length !== own + shared || !reader.isAtEnd) throw new Error('not packed features of a story')
  const ownTerms = names.slice(0, own)
  const sharedTerms = names.slice(own)
  return { language, ownTerms, ownWeights, ownCounts, sharedTerms, sharedWeights, form, ...(vector ? { vector } : {}) }
}
