/** What is encoded of an entry. Apart from the encoder, because every reader thread makes it and only the main thread runs programs. */
export const textToEncode = (title: string, text: string): string => `${title}\n${text}`
