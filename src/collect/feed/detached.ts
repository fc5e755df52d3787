// A string cut from another keeps that one in memory (V8's sliced strings). What outlives a document must be a copy.

/** A copy of a short string that keeps nothing else in memory. */
export const detached = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le')
