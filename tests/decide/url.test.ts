import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalUrl, globalGuid } from '../../src/decide/url.ts'

const LAW = { seed: 20_220_105, numRuns: 400 }

describe('the canonical form of an address', () => {
  it.each([
    ['http becomes https', 'http://a.example/x', 'https://a.example/x'],
    ['www goes', 'https://www.a.example/x', 'https://a.example/x'],
    ['a numbered www goes', 'https://www2.a.example/x', 'https://a.example/x'],
    ['the mobile host goes', 'https://m.a.example/x', 'https://a.example/x'],
    ['the other mobile host goes', 'https://mobile.a.example/x', 'https://a.example/x'],
    ['the AMP host goes', 'https://amp.a.example/x', 'https://a.example/x'],
    ['a short domain that looks like a mobile host stays', 'https://m.example/x', 'https://m.example/x'],
    ['the host is lower case', 'https://A.Example/X', 'https://a.example/X'],
    ["the root's dot goes", 'https://a.example./x', 'https://a.example/x'],
    ['the default port goes', 'http://a.example:80/x', 'https://a.example/x'],
    ['the other default port goes', 'http://a.example:443/x', 'https://a.example/x'],
    ['another port stays', 'http://a.example:8080/x', 'https://a.example:8080/x'],
    ['the closing slash goes', 'https://a.example/x/', 'https://a.example/x'],
    ['doubled slashes are one', 'https://a.example//x///y', 'https://a.example/x/y'],
    ['the AMP suffix goes', 'https://a.example/x/amp/', 'https://a.example/x'],
    ['the AMP ending goes', 'https://a.example/x.amp.html', 'https://a.example/x.html'],
    ['a word that ends in amp stays', 'https://a.example/lamp', 'https://a.example/lamp'],
    ['the fragment goes', 'https://a.example/x#comments', 'https://a.example/x'],
    ['a fragment that names the page stays', 'https://a.example/#!/article/5', 'https://a.example#!/article/5'],
    ['tracking goes', 'https://a.example/x?utm_source=rss&UTM_Medium=feed&at_campaign=1', 'https://a.example/x'],
    ['the platforms’ marks go', 'https://a.example/x?fbclid=1&gclid=2&ref=rss&xtor=3', 'https://a.example/x'],
    ['what names the page stays', 'https://a.example/?id=5&utm_source=rss', 'https://a.example?id=5'],
    ['the query is sorted', 'https://a.example/x?b=2&a=1', 'https://a.example/x?a=1&b=2'],
    ['one spelling of escapes', 'https://a.example/x?q=a%20b', 'https://a.example/x?q=a%20b'],
    ['a plus is a space', 'https://a.example/x?q=a+b', 'https://a.example/x?q=a%20b'],
    ['Arabic paths are escaped', 'https://a.example/خبر', 'https://a.example/%D8%AE%D8%A8%D8%B1'],
    [
      'Arabic paths escaped in small letters are the same',
      'https://a.example/%d8%ae%D8%A8%d8%b1',
      'https://a.example/%D8%AE%D8%A8%D8%B1',
    ],
    ['escapes of plain characters go', 'https://a.example/%7Ea%2Db/c%20d', 'https://a.example/~a-b/c%20d'],
    ['an escaped slash stays escaped', 'https://a.example/a%2fb', 'https://a.example/a%2Fb'],
    ['an escaped percent sign stays escaped', 'https://a.example/100%25', 'https://a.example/100%25'],
    ['a broken escape stays', 'https://a.example/x%zz%d8', 'https://a.example/x%zz%D8'],
    ['decomposed letters are composed', 'https://a.example/cafe%CC%81', 'https://a.example/caf%C3%A9'],
    ['several reader hosts go', 'https://www.m.a.example/x', 'https://a.example/x'],
    ['a mobile mark behind the language goes', 'https://en.m.a.example/x', 'https://en.a.example/x'],
    ['the touch host goes', 'https://touch.a.example/x', 'https://a.example/x'],
    ['a mobile host keeps its country', 'https://m.a.co.uk/x', 'https://a.co.uk/x'],
    ['a domain called m stays', 'https://m.com.sa/x', 'https://m.com.sa/x'],
    ['another subdomain stays', 'https://arabic.a.example/x', 'https://arabic.a.example/x'],
    ['a host whose name begins with m stays', 'https://media.a.example/x', 'https://media.a.example/x'],
    ['the AMP folder goes', 'https://a.example/amp/news/x', 'https://a.example/news/x'],
    ['the AMP folder in the middle goes', 'https://a.example/news/amp/x-1', 'https://a.example/news/x-1'],
    ['the AMP page goes', 'https://a.example/x/amp.html', 'https://a.example/x'],
    ['the AMP flag goes', 'https://a.example/x?amp=1', 'https://a.example/x'],
    ['the bare AMP flag goes', 'https://a.example/x?amp', 'https://a.example/x'],
    ['the AMP output goes', 'https://a.example/x?outputType=amp', 'https://a.example/x'],
    ['another output stays', 'https://a.example/x?outputType=text', 'https://a.example/x?outputType=text'],
    ['the mobile flag goes', 'https://a.example/x.html?m=1', 'https://a.example/x.html'],
    ['the index file goes', 'https://a.example/x/index.html', 'https://a.example/x'],
    ['an index file with a page number stays a page', 'https://a.example/index.php?id=5', 'https://a.example?id=5'],
    ['a session in the path goes', 'https://a.example/x;jsessionid=1A2B.node3?id=5', 'https://a.example/x?id=5'],
    ['a session of ASP.NET goes', 'https://a.example/(S(lit3py55t21z5v55vlm25s55))/x.aspx', 'https://a.example/x.aspx'],
    ['user and password go', 'https://me:secret@a.example/x', 'https://a.example/x'],
  ])('%s', (_, address, canonical) => {
    expect(canonicalUrl(address)).toBe(canonical)
  })

  // What publishers and platforms add to addresses, one of each rule.
  it.each(
    `utm_source=rss at_medium=RSS ns_campaign=bbc mtm_kwd=x matomo_source=x pk_campaign=x piwik_kwd=x hsa_cam=1 wt_mc=x
    trk_contact=x mc_cid=5a6b ga_source=x amp_js_v=0.1 oly_enc_id=1 vero_id=1 guce_referrer=x __hstc=1 aspsessionidqq=ABC
    fbclid=x gclid=x gclsrc=x gbraid=x wbraid=x dclid=x msclkid=x yclid=x ymclid=x twclid=x ttclid=x igshid=x igsh=x
    li_fat_id=x mibextid=x _ga=x _gl=x _hsenc=x _hsmi=x hss_channel=x mkt_tok=x s_cid=x s_kwcid=x icid=x intcid=x int_cmp=x
    cmpid=x campaign_id=123 ocid=x ito=1490 maca=x xtor=RSS-1 traffic_source=rss ref_src=twsrc ref_url=x referrer=x ftag=x
    feedtype=x feedname=topNews ncid=x smid=tw-share emc=rss soc_src=x soc_trk=x tsrc=x guccounter=1 sr_share=x amp=1
    usqp=mq331 from_rss=1 fromrss=1 __twitter_impression=true __s=x rb_clickid=x srnd=x sref=x taid=x tpcc=x leadSource=x
    cn-track=x dlvrit=1 wkey=x PHPSESSID=a1 jsessionid=a1 cfid=1 cftoken=1
    ref=rss eref=edition cmp=oth_b rss=1 feed=rss2 share=twitter partner=rss spm=a2.b campaign=x referer=home
    source=rss src=feed from=newsletter via=twitter medium=social mod=rss_news origin=app cid=twitter_feed ct=rss sc=facebook
    output=amp view=amp mode=amp format=amp type=amp mobile=1 mob=1 wap=1
    sid=0f8fad5bd9cb469fa16570867728950e s=0f8fad5bd9cb469fa16570867728950e session=0f8fad5bd9cb469f1
    sessionid=0f8fad5bd9cb469f1 session_id=0f8fad5bd9cb469f1 sess=0f8fad5bd9cb469f1
    t=1641372000 ts=1641372000123 time=1641372000 timestamp=1641372000 _=1641372000123 rand=0.12345678 rnd=1641372000
    random=0.7182818284 cb=1641372000 nocache=1 v=1641372000 ver=1641372000`.split(/\s+/),
  )('is without %s', parameter => {
    expect(canonicalUrl(`https://a.example/x?${parameter}&id=5`)).toBe('https://a.example/x?id=5')
  })

  it.each(
    `id=5 p=123 article=77 newsid=4821 aid=9 story=x nid=12 page=2 lang=ar ref=48213 feed=1234 share=9911 partner=100 cmp=2022
    sid=48213 s=weather source=spa from=2022-01-05 via=road mod=news type=article view=full mode=list format=long m=news
    t=5 v=dQw4w9WgXcQ time=12 time=noon ver=2 origin=paris cid=4821 date=20220105 section=sport ampere=1 category=rss`.split(
      /\s+/,
    ),
  )('keeps %s, which may name the page', parameter => {
    expect(canonicalUrl(`https://a.example/x?${parameter}&utm_source=rss`)).toBe(`https://a.example/x?${parameter}`)
  })

  const target = 'https%3A%2F%2Fwww.a.example%2Fnews%2Fx%3Futm_source%3Dy'
  it.each([
    ['Google', `https://www.google.com/url?sa=t&url=${target}&usg=1`],
    ['Google, the older way', `http://www.google.co.uk/url?q=${target}`],
    ['Google News, the oldest way', `http://news.google.com/news/url?sa=t&fd=R&ct2=us&url=${target}`],
    ['Google’s AMP pages', 'https://www.google.com/amp/s/www.a.example/news/x/amp'],
    ['the AMP cache', 'https://www-a-example.cdn.ampproject.org/c/s/www.a.example/news/x/amp'],
    ['the AMP viewer', 'https://www-a-example.cdn.ampproject.org/v/s/amp.a.example/news/x?amp_js_v=0.1&usqp=mq331'],
    ['Facebook', `https://l.facebook.com/l.php?u=${target}&h=AT0`],
    ['Facebook on phones', `https://lm.facebook.com/l.php?u=${target}`],
    ['a Facebook share', `https://www.facebook.com/sharer/sharer.php?u=${target}`],
    ['Instagram', `https://l.instagram.com/?u=${target}&e=1`],
    ['a Twitter share', `https://twitter.com/intent/tweet?text=T&url=${target}`],
    ['Bing News', `http://www.bing.com/news/apiclick.aspx?ref=FexRss&aid=&url=${target}&c=1`],
    ['Yahoo search', `https://r.search.yahoo.com/_ylt=A/RV=2/RE=1/RO=10/RU=${target}/RK=2/RS=x-`],
    ['Yahoo’s old feeds', 'http://us.rd.yahoo.com/dailynews/rss/topstories/*http%3A//www.a.example/news/x'],
    ['Reddit', `https://out.reddit.com/t3_x?url=${target}&token=1`],
    ['YouTube', `https://www.youtube.com/redirect?event=x&q=${target}`],
    ['VK', `https://vk.com/away.php?to=${target}&cc_key=`],
    ['DuckDuckGo', `https://duckduckgo.com/l/?uddg=${target}&rut=1`],
    ['Tumblr', `https://t.umblr.com/redirect?z=${target}&t=1`],
    ['Outlook', `https://eur01.safelinks.protection.outlook.com/?url=${target}&data=1`],
    ['LinkedIn', `https://www.linkedin.com/shareArticle?mini=true&url=${target}`],
    ['Slack', `https://slack-redir.net/link?url=${target}`],
    ['Skimlinks', `https://go.skimresources.com/?id=1&url=${target}`],
    ['Steam', `https://steamcommunity.com/linkfilter/?url=${target}`],
    [
      'one wrapper in another',
      `https://l.facebook.com/l.php?u=${encodeURIComponent(`https://www.google.com/url?url=${target}`)}`,
    ],
  ])('is what %s leads to', (_, address) => {
    expect(canonicalUrl(address)).toBe('https://a.example/news/x')
  })

  it.each([
    ['a search', 'https://www.google.com/search?q=news', 'https://google.com/search?q=news'],
    ['a wrapper without an address', 'https://www.google.com/url?q=news', 'https://google.com/url?q=news'],
    [
      'a wrapper of something else',
      'https://vk.com/away.php?to=javascript:alert(1)',
      'https://vk.com/away.php?to=javascript%3Aalert(1)',
    ],
    [
      'a feedproxy link, which does not say',
      'http://feedproxy.google.com/~r/a/b/~3/x1/',
      'https://feedproxy.google.com/~r/a/b/~3/x1',
    ],
    [
      'a page that has an address in its query',
      'https://a.example/x?url=https://b.example/y',
      'https://a.example/x?url=https%3A%2F%2Fb.example%2Fy',
    ],
  ])('is not unwrapped for %s', (_, address, canonical) => {
    expect(canonicalUrl(address)).toBe(canonical)
  })

  // The wrapper of Google News: a protobuf of a number, the address, and its AMP form.
  const wrapped = (address: string, more = '') => {
    const length = address.length < 128 ? [address.length] : [(address.length & 127) | 128, address.length >> 7]
    return Buffer.concat([
      Buffer.from([0x08, 0x13, 0x22, ...length]),
      Buffer.from(address),
      Buffer.from(more),
    ]).toString('base64url')
  }
  it.each([
    ['short', 'https://www.a.example/news/x', 'https://a.example/news/x'],
    ['long', `https://www.a.example/news/${'x'.repeat(200)}`, `https://a.example/news/${'x'.repeat(200)}`],
  ])('is the address inside a Google News id, %s', (_, address, canonical) => {
    expect(canonicalUrl(`https://news.google.com/rss/articles/${wrapped(address)}?oc=5`)).toBe(canonical)
    expect(canonicalUrl(`https://news.google.com/__i/rss/rd/articles/${wrapped(address, '\xd2\x01\x00')}`)).toBe(
      canonical,
    )
  })

  it('is the id itself where Google News does not tell the address, in whichever edition it was shown', () => {
    const id = wrapped(`AU_yqL${'Qx7'.repeat(20)}`)
    for (const address of [
      `https://news.google.com/rss/articles/${id}?oc=5`,
      `https://news.google.com/articles/${id}?hl=ar&gl=EG&ceid=EG:ar`,
      `http://news.google.com/read/${id}`,
    ]) {
      expect(canonicalUrl(address)).toBe(`https://news.google.com/articles/${id}`)
    }
  })

  it('reads any id of Google News without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        const id = Buffer.from(bytes).toString('base64url')
        expect(canonicalUrl(`https://news.google.com/rss/articles/${id}`)).toMatch(/^https:/)
      }),
      LAW,
    )
  })

  it.each([
    ['nothing', null],
    ['an empty word', ''],
    ['a relative path', '/x/y'],
    ['another scheme', 'ftp://a.example/x'],
    ['a script', 'javascript:alert(1)'],
    ['a home page', 'https://www.a.example/'],
    ['a home page with tracking', 'https://a.example/?utm_source=rss'],
    ['a home page with a place on it', 'https://a.example/#top'],
    ['an endless address', `https://a.example/${'x'.repeat(5_000)}`],
  ])('is not given for %s', (_, address) => {
    expect(canonicalUrl(address)).toBeNull()
  })

  it('is its own canonical form', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), address => {
        const once = canonicalUrl(address)
        if (once !== null) expect(canonicalUrl(once)).toBe(once)
      }),
      LAW,
    )
  })

  it('is its own canonical form also for addresses made of all that the rules look for', () => {
    const piece = fc.constantFrom(
      ...[
        'www.',
        'm.',
        'amp.',
        'en.m.',
        'a.',
        'co.uk',
        'com.sa',
        'example',
        '.',
        ':80',
        ':8080',
        '/',
        '//',
        'amp',
        'amp/',
        '.amp',
      ],
      ...[
        'index.html',
        '/index.php',
        ';jsessionid=1',
        '(S(abcdefghij))',
        '%7e',
        '%d8%a7',
        '%2F',
        '%zz',
        '%',
        'خبر',
        'é',
        'e\u0301',
      ],
      ...[
        '?',
        '&',
        '=',
        'utm_x=1',
        'id=5',
        'ref=rss',
        'amp=1',
        '+',
        '#',
        '#!',
        '#!/a',
        'x',
        '1641372000',
        ' ',
        '\\',
        '@',
        ';',
      ],
      ...['www.google.com/url?q=', 'www.google.com/amp/s/', 'l.facebook.com/l.php?u=', 'https%3A%2F%2F', 'https://'],
    )
    const address = fc.array(piece, { maxLength: 16 }).map(pieces => `https://${pieces.join('')}`)
    fc.assert(
      fc.property(address, written => {
        const once = canonicalUrl(written)
        if (once !== null) expect(canonicalUrl(once)).toBe(once)
      }),
      { ...LAW, numRuns: 5_000 },
    )
  })

  it('does not depend on scheme, www, tracking or the order of the query', () => {
    const word = fc.string({ unit: fc.constantFrom(...'abcdefxyz019'), minLength: 1, maxLength: 6 })
    const query = fc.uniqueArray(fc.tuple(word, word), { selector: ([name]) => name, maxLength: 4 })
    fc.assert(
      fc.property(word, query, fc.boolean(), fc.boolean(), (path, pairs, plain, www) => {
        const parameters = (list: [string, string][]) => list.map(([name, value]) => `q${name}=${value}`).join('&')
        const first = canonicalUrl(`https://news.example/${path}?${parameters(pairs)}`)
        const second = canonicalUrl(
          `http${plain ? '' : 's'}://${www ? 'www.' : ''}news.example/${path}/?${parameters([...pairs].reverse())}&utm_source=x`,
        )
        expect(second).toBe(first)
      }),
      LAW,
    )
  })

  it('never throws, and is nothing or an https address', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string().map(text => `http://a.example/${text}`),
        ),
        text => {
          const canonical = canonicalUrl(text)
          if (canonical !== null) expect(canonical).toMatch(/^https:\/\/[^/]/)
        },
      ),
      LAW,
    )
  })
})

describe('a guid that is unique in the world', () => {
  it.each([
    ['an address, in its canonical form', 'http://www.a.example/x?utm_source=rss', 'https://a.example/x'],
    ['a tag', 'tag:a.example,2022:report-1', 'tag:a.example,2022:report-1'],
    ['a URN', 'urn:newsml:a.example:20220105:1', 'urn:newsml:a.example:20220105:1'],
    ['a bare UUID', '0F8FAD5B-D9CB-469F-A165-70867728950E', 'urn:uuid:0f8fad5b-d9cb-469f-a165-70867728950e'],
  ])('is %s', (_, guid, unique) => {
    expect(globalGuid(guid)).toBe(unique)
  })

  it.each([
    ['a number', '123456789012'],
    ['a short word', 'tag:a,1:2'],
    ['a home page', 'https://www.a.example/'],
    ['a tag with a space', 'tag:a.example,2022: one'],
    ['something endless', `tag:a.example,2022:${'x'.repeat(2_000)}`],
  ])('is not %s', (_, guid) => {
    expect(globalGuid(guid)).toBeNull()
  })
})
