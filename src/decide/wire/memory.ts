// Remembering what short words fold to: wires use few words, and folding is most of the work of reading them.
import { fold } from '../../language/text.ts'

/** `work` with a bounded memory. The memory changes no answer: `work` must be pure. */
export function remember<T>(limit: number, work: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return text => {
    const found = known.get(text)
    if (found !== undefined || known.has(text)) return found as T
    const result = work(text)
    if (known.size >= limit) known.clear()
    known.set(text, result)
    return result
  }
}

const SHORT = 32
const remembered = remember(20_000, fold)

/** `fold` for words; longer text is folded without being remembered. */
export function foldWord(word: string): string {
  return word.length > SHORT ? fold(word) : remembered(word)
}
