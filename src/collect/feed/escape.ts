// Text as XML and HTML.

export const escapeText = (text: string): string =>
  /[<>&]/.test(text)
    ? text.replace(/[<>&]/g, found => (found === '<' ? '&lt;' : found === '>' ? '&gt;' : '&amp;'))
    : text

export const escapeAttribute = (text: string): string => escapeText(text).replaceAll('"', '&quot;')
