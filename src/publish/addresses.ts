// The WebSub hub that our feeds name.
import type { Config } from '../model/config.ts'
import { webUrl } from './markup.ts'

/** Where the built-in hub is asked, below `link`. */
export const HUB_PATH = '/hub'

export interface NamedHub {
  address: string
  /** It pushes every feed; else it is told of those without parameters alone. */
  isOwn: boolean
}

/** Null where the feeds name none. */
export function namedHub({ link, publish: { hub, hubNamed } }: Pick<Config, 'link' | 'publish'>): NamedHub | null {
  if (hub === true) return { address: link.replace(/(?<!\/)\/+$/, '') + HUB_PATH, isOwn: true }
  const address = webUrl(hubNamed === undefined ? (hub ?? null) : hubNamed)
  return address === null ? null : { address, isOwn: false }
}
