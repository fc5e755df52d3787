// Makes X.509 certificates without openssl, so that TLS faults can be tested wherever Node runs (RFC 5280, DER).
import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto'

export interface Certificate {
  /** PEM. */
  key: string
  cert: string
}

export interface CertificateWish {
  /** DNS names it is for. */
  names?: readonly string[]
  from?: Date
  to?: Date
}

const DAY = 86_400_000

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const n = content.length
  const length = n < 0x80 ? [n] : n < 0x100 ? [0x81, n] : [0x82, n >> 8, n & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts)
const object = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'))
const time = (date: Date): Buffer =>
  der(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]|\.\d+/g, '')}`, 'ascii'))

const ECDSA_WITH_SHA256 = sequence(object('2a8648ce3d040302'))

/** A self-signed P-256 certificate, for localhost and today unless wished otherwise. */
export function makeCertificate(wish: CertificateWish = {}): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const names = wish.names ?? ['localhost']
  const name = sequence(der(0x31, sequence(object('550403'), der(0x0c, Buffer.from(names[0] ?? 'localhost')))))
  const alternatives = sequence(...names.map(one => der(0x82, Buffer.from(one, 'ascii'))))
  const authority = sequence(der(0x01, Buffer.from([0xff])))
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    name,
    sequence(time(wish.from ?? new Date(Date.now() - DAY)), time(wish.to ?? new Date(Date.now() + DAY))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      0xa3,
      sequence(
        sequence(object('551d13'), der(0x01, Buffer.from([0xff])), der(0x04, authority)),
        sequence(object('551d11'), der(0x04, alternatives)),
      ),
    ),
  )
  const signature = createSign('sha256').update(body).sign(privateKey)
  const signed = sequence(body, ECDSA_WITH_SHA256, der(0x03, Buffer.from([0]), signature))
  const base64 = signed.toString('base64').replace(/.{64}/g, '$&\n')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${base64.trim()}\n-----END CERTIFICATE-----\n`,
  }
}
