// RSS documents as ordinary agencies serve them.

export interface Item {
  guid: string
  title: string
  text: string
  link?: string
  date?: string
}

/** An RSS document of these items, as an ordinary agency would serve it. */
export function rss(items: readonly Item[], title = 'Agency'): string {
  const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>${xml(title)}</title><link>https://agency.example/</link><description/>
${items
  .map(
    item => `<item><guid isPermaLink="false">${xml(item.guid)}</guid><title>${xml(item.title)}</title>
<link>${xml(item.link ?? `https://agency.example/${encodeURIComponent(item.guid)}`)}</link>
${item.date ? `<pubDate>${new Date(item.date).toUTCString()}</pubDate>` : ''}
<description>${xml(item.text)}</description></item>`,
  )
  .join('\n')}
</channel></rss>`
}
