// Which language the words of a page are in: by its address, the cookie that an address set, what the browser asks for, or the
// configuration.
import { remember } from '../../language/remember.ts'

/** Regions whose numbers or dates are written differently; any other is passed over. */
const REGIONS: Readonly<Record<string, readonly string[]>> = {
  en: ['US'],
  ar: [...'AE BH DZ EG IQ JO KW LB LY MA MR OM PS QA SA SD SY TN YE'.split(' ')],
  fr: ['CA'],
}

/** The tag of the pages' words for a language tag; null where there are no words in it. */
export const spokenTag = remember(200, (tag: string): string | null => {
  const [primary = '', ...rest] = tag.trim().split(/[-_]/)
  const language = primary.toLowerCase()
  const regions = REGIONS[language]
  if (regions === undefined) return null
  const region = rest.map(part => part.toUpperCase()).find(part => regions.includes(part))
  return region === undefined ? language : `${language}-${region}`
})

/** Longest field that is read, in characters. */
const LONGEST = 1_000

/**
 * What a request asks for by its cookie, else by `Accept-Language` (RFC 9110 section 12.5.4); null where it names no
 * language that there are words in.
 */
export function wishedLanguage(cookie: string | null, acceptLanguage: string | null): string | null {
  const set = cookie === null || cookie.length > 8_000 ? null : /(?:^|;\s*)hl=([A-Za-z-]{2,20})/.exec(cookie)?.[1]
  return (set && spokenTag(set)) || (acceptLanguage === null ? null : accepted(acceptLanguage.slice(0, LONGEST)))
}

const accepted = remember(200, (field: string): string | null => {
  const wishes = field.split(',').flatMap(part => {
    const [tag = '', ...parameters] = part.split(';').map(word => word.trim())
    const quality = parameters.find(parameter => /^q=/i.test(parameter))
    const weight = quality === undefined ? 1 : Number(quality.slice(2)) || 0
    const spoken = spokenTag(tag)
    return spoken === null || weight <= 0 ? [] : [{ spoken, weight }]
  })
  return (
    wishes.reduce<(typeof wishes)[0] | null>(
      (best, wish) => (best !== null && best.weight >= wish.weight ? best : wish),
      null,
    )?.spoken ?? null
  )
})
