// What may be written to a terminal. Its control characters move the cursor, set the window's title and hide what follows,
// and the file may hold texts that an older version stored with them.

// Controls but tab and line feed, line and paragraph separators, and what changes the direction of all that follows.
const ACTING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g

/** Text without what a terminal acts on. Line ends stay. */
export function harmless(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(ACTING, '')
}

/** JSON in which such characters are written as escapes: the same value to a program. */
export function harmlessJson(json: string): string {
  return json.replace(ACTING, found => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
