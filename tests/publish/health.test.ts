// The pages of the feeds, for who runs them.
import { describe, expect, it } from 'vitest'
import { aDay, feedState, serve, unscripted } from './fixture.ts'

describe('the page of the feeds', () => {
  it('says in the words of its reader why the next poll is when it is, and how quiet a feed is', async () => {
    const { text } = serve(aDay().reader)
    expect(await text('/feeds')).toMatch(
      /every 5 minutes: 2 of 20 entries new; it writes about 4 an hour[\s\S]*in 20 minutes: 3 polls in a row failed|in 20 minutes: 3 polls in a row failed[\s\S]*every 5 minutes: 2 of 20 entries new; it writes about 4 an hour/,
    )
    const arabic = await text('/feeds?hl=ar')
    expect(arabic).toContain('كل 5 دقائق: الجديد 2 من 20؛ تنشر نحو 4 مواد في الساعة')
    expect(arabic).toContain('بعد 20 دقيقة: فشلت 3 مرات على التوالي')
    expect(arabic).toContain('لا جديد منذ 9 ساعات، وأطول صمتها عادةً ساعتان')
    expect(arabic).not.toMatch(/every \d|in a row|quiet for/)
    const french = await text('/feeds?hl=fr')
    expect(french).toContain(
      'intervalle de 5 minutes\u202f: 2 de nouveau sur 20 entrées\u202f; il publie environ 4 fois par heure',
    )
    expect(french).toContain('rien de nouveau depuis 9 heures\u202f; d’ordinaire 2 heures au plus')
  })

  it('shows a reason that an older version wrote as it stands', async () => {
    const store = aDay()
    store.feeds.push(feedState(9, { reason: 'four reports an hour: every five minutes' }))
    expect(await serve(store.reader).text('/feeds?hl=ar')).toContain(
      '<div class="note" lang="en" dir="ltr">four reports an hour: every five minutes</div>',
    )
  })

  it('puts what fails first, then what is silent, and counts each', async () => {
    const body = await serve(aDay().reader).text('/feeds')
    const main = body.slice(body.indexOf('<tbody>'))
    const places = ['North Wire', 'وكالة المنار', 'Nile News'].map(name => main.indexOf(name))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    for (const sum of ['3 feeds', '1 good', '1 silent', '1 failing']) expect(body).toContain(sum)
  })

  it('is narrowed to what has trouble, is silent or has gaps, and grouped by agency or host', async () => {
    const store = aDay()
    store.feeds.push(feedState(9, { url: 'https://other.example/rss', gaps: 2 }))
    const { text } = serve(store.reader)
    const names = async (query: string): Promise<string[]> =>
      [...(await text(`/feeds${query}`)).matchAll(/<th scope="row"><a href="[^"]*\/feeds\/(\d+)/g)].map(
        ([, id]) => id ?? '',
      )
    expect(await names('?show=trouble')).toEqual(['3'])
    expect(await names('?show=silent')).toEqual(['2'])
    expect(await names('?show=gaps')).toEqual(['9'])
    expect(await names('?show=everything')).toHaveLength(4)
    const grouped = await text('/feeds?by=host')
    expect([...grouped.matchAll(/<h2 class="rule"><bdi>([^<]+)/g)].map(([, host]) => host)).toEqual([
      'manar.example',
      'nile.example',
      'other.example',
    ])
    expect(grouped).toContain('href="/wires/feeds?show=trouble&amp;by=host"')
  })
})

describe('the page of a feed', () => {
  it('has its address without a password, its warnings in full and its latest polls', async () => {
    const body = unscripted(await serve(aDay().reader).text('/feeds/2'))
    expect(body).toContain('manar.example/rss')
    expect(body).not.toContain('secret')
    expect(body).toContain('two entries without a date')
    expect(body).toContain('nothing new for 9 hours; usually 2 hours at most')
    expect(body.match(/<td class="number">\d of 20<\/td>/g)).toHaveLength(3)
  })

  it('says what failed, in which poll', async () => {
    const body = unscripted(await serve(aDay().reader).text('/feeds/3'))
    expect(body.match(/answered 503 Service Unavailable/g)?.length).toBeGreaterThan(1)
    expect(body).toContain('failed 3 times')
  })

  it('is not there for a feed that is not', async () => {
    expect((await serve(aDay().reader).get('/feeds/999')).status).toBe(404)
  })
})
