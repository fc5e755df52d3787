// Reads a subscription list with the scanner that reads feeds.

import { decodeText } from '../collect/feed/decode.ts'
import { scanMarkup } from '../collect/feed/scan.ts'
import { type OpmlList, readOpml } from '../config/opml.ts'
import type { Outcome } from '../model/units.ts'

export function readSubscriptionList(bytes: Uint8Array): Outcome<OpmlList> {
  return readOpml(bytes, (document, sink) => {
    const { text, warnings } = decodeText(document, null)
    scanMarkup(text, 'xml', sink)
    return warnings
  })
}
