/** `work` with a bounded memory. The memory changes no answer: `work` must be pure. It is emptied when it is full. */
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
