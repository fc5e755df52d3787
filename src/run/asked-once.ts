// Looks at an address in several ways, for whoever adds it: the address and its robots.txt are asked for once, whoever looks.
import type { Fetcher, FetchRequest } from '../collect/net/fetch.ts'
import type { FetchResult } from '../model/collected.ts'

/** What an address and the robots.txt of its host answered. */
export type Answers = Map<string, Promise<FetchResult>>

/** A fetcher that asks for these two once for as long as `answers` is kept, and for all else as often as it is told to. */
export function askingOnce(
  fetcher: Pick<Fetcher, 'get'>,
  address: string,
  answers: Answers,
): { get: (request: FetchRequest) => Promise<FetchResult> } {
  const kept = new Set([address, URL.parse('/robots.txt', address)?.href])
  return {
    get: request => {
      const { url } = request
      if (!kept.has(url)) return fetcher.get(request)
      const answer = answers.get(url) ?? fetcher.get(request)
      answers.set(url, answer)
      return answer
    },
  }
}
