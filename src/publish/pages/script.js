// What a page does in a browser beyond what it says without: times in the reader's zone, what is new since the last visit, news
// as it comes, addresses of feeds to copy, keys. Everything is optional: each part does nothing where the browser lacks what it
// needs. assets.ts sends it without comments and spaces: an operator + or - never stands before another.
;(() => {
  const page = document.body.dataset
  const words = JSON.parse(page.words)
  const all = (selector, root = document) => [...root.querySelectorAll(selector)]
  const one = selector => document.querySelector(selector)
  // Files know no time: the reader's own is taken.
  const now = () => (page.now ? +page.now + performance.now() : Date.now())
  const kept = (name, value) => {
    try {
      if (value) localStorage[name] = JSON.stringify(value)
      return JSON.parse(localStorage[name])
    } catch {}
  }

  // The names of the formats are those of parts/time.ts.
  const clock = { hour: '2-digit', minute: '2-digit' }
  const date = { day: 'numeric', month: 'long' }
  const short = { ...date, month: 'short', ...clock }
  const year = { year: 'numeric' }
  const formats = { clock, short, dated: { ...short, ...year }, long: { ...date, ...year, ...clock } }
  const format = options => new Intl.DateTimeFormat(page.locale, { calendar: 'gregory', hourCycle: 'h23', ...options })
  const written = (at, options) => format(options).format(at)
  const zone = format({ timeZoneName: 'long' })
    .formatToParts()
    .find(part => part.type === 'timeZoneName').value
  const ago = minutes =>
    new Intl.RelativeTimeFormat(page.locale).format(
      -Math.floor(minutes < 60 ? minutes : minutes / 60),
      minutes < 60 ? 'minute' : 'hour',
    )

  const seen = kept('seen')
  const read = kept('read') || {}
  const refine = () => {
    for (const time of all('time')) {
      const at = new Date(time.dateTime)
      const minutes = (now() - at) / 6e4
      const isAgo = time.dataset.f === 'ago' && minutes >= 0 && minutes < 1440
      time.title = `${written(at, formats.long)} (${zone})`
      time.textContent = isAgo ? ago(minutes) : written(at, formats[time.dataset.f] || short)
    }
    one('[data-zone]').textContent = words.zone.replace('#', zone)
    // Headings of days stand where days begin in the reader's zone.
    for (const list of all('ol:has(>.day)')) {
      const [heading] = all('.day', list)
      for (const day of all('.day', list)) day.remove()
      let last
      for (const item of all(':scope>li', list)) {
        const day = written(new Date(all('time', item)[0].dateTime), { weekday: 'long', ...date })
        if (day === last) continue
        const begin = heading.cloneNode()
        begin.textContent = last = day
        item.before(begin)
      }
    }
    const fresh = seen ? all('[data-t]').filter(item => item.dataset.t > seen) : []
    for (const item of fresh) all('h2,h3', item)[0].classList.add('new')
    const told = one('#new')
    if (told && fresh[0]) {
      fresh[0].id = 'first-new'
      all('a', told)[0].textContent = words.fresh.replace('#', fresh.length)
      told.hidden = false
    }
    for (const item of all('[data-fixed]')) {
      if (!(read[item.dataset.story] < item.dataset.fixed)) continue
      const note = document.createElement('p')
      note.className = 'facts corrected'
      note.textContent = words.corrected
      item.append(note)
    }
    for (const copy of all('[data-copy]')) copy.hidden = !navigator.clipboard
  }
  addEventListener('pagehide', () => {
    const times = all('[data-t]').map(item => +item.dataset.t)
    if (times[0]) kept('seen', Math.max(seen || 0, ...times))
  })
  if (page.story) {
    read[page.story] = now()
    const newest = Object.entries(read).sort((a, b) => b[1] - a[1])
    kept('read', Object.fromEntries(newest.slice(0, 500)))
  }

  // News is announced, and let in by a click.
  const button = one('#live')
  const grown = new Set()
  const refresh = async () => {
    const main = one('main')
    main.ariaBusy = true
    try {
      const answer = await fetch(location, { cache: 'no-cache' })
      const { body, title } = new DOMParser().parseFromString(await answer.text(), 'text/html')
      main.replaceChildren(...body.querySelector('main').childNodes)
      document.title = title
      page.now = body.dataset.now - performance.now()
      page.version = body.dataset.version
      grown.clear()
      button.hidden = true
      refine()
    } finally {
      main.ariaBusy = false
    }
  }
  const tell = ({ version, threads }) => {
    if (version <= page.version) return
    if (page.health) return refresh()
    for (const { id, languages } of threads)
      if (page.thread ? +page.thread === id : !page.edition || languages.includes(page.edition)) grown.add(id)
    if (!grown.size) return
    button.textContent = `${words.arrived.replace('#', grown.size)} · ${words.show}`
    button.hidden = false
  }
  if (page.live && window.EventSource) {
    const channel = new BroadcastChannel('live')
    channel.onmessage = ({ data }) => tell(data)
    button.onclick = refresh
    let since = 0
    const listen = () =>
      new Promise(done => {
        const source = new EventSource(page.live)
        const lost = one('#lost')
        source.onopen = () => {
          since = 0
          if (lost) lost.hidden = true
        }
        source.onerror = () => {
          since ||= Date.now()
          if (!lost || Date.now() - since < 6e4) return
          lost.textContent = words.lost.replace('#', written(since, clock))
          lost.hidden = false
        }
        source.onmessage = ({ data }) => {
          const news = JSON.parse(data)
          channel.postMessage(news)
          tell(news)
        }
        document.addEventListener('visibilitychange', () => done(source.close()), { once: true })
      })
    const open = () => {
      const live = () => document.hidden || listen()
      // One tab of the browser listens for all.
      if (navigator.locks) navigator.locks.request('live', live)
      else live()
    }
    document.addEventListener('visibilitychange', open)
    open()
  }

  document.onclick = async ({ target }) => {
    const { copy } = target.dataset
    if (!copy) return
    await navigator.clipboard.writeText(new URL(copy, location))
    target.textContent = words.copied
  }
  document.onkeydown = event => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches('input')) return
    const links = all('main :is(h2,h3)>a')
    const at = links.indexOf(document.activeElement)
    const { key } = event
    if (key === '/') {
      const box = all('[type=search]').find(input => input.offsetParent)
      if (box) {
        event.preventDefault()
        box.focus()
      }
    }
    if (key === 'j') links[at + 1]?.focus()
    if (key === 'k') links[at - 1]?.focus()
    if (key === 'o') links[at]?.click()
    if (key === '?') one('footer').scrollIntoView()
  }
  refine()
})()
