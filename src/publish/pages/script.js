// What a page does in a browser beyond what it says without: times in the reader's zone, what is new since the last visit, news
// as it comes, the menu to follow, keys. Everything is optional: each part does nothing where the browser lacks what it needs.
;(() => {
  const page = document.body.dataset
  const all = (selector, root = document) => [...root.querySelectorAll(selector)]
  const words = JSON.parse(page.words || '{}')
  const locale = page.locale
  const now = () => (page.now ? +page.now + performance.now() : Date.now())
  const count = (forms, n) =>
    (forms[new Intl.PluralRules(locale).select(n)] || forms.other).replace('#', new Intl.NumberFormat(locale).format(n))
  const kept = (name, value) => {
    try {
      if (value === undefined) return JSON.parse(localStorage.getItem(name))
      localStorage.setItem(name, JSON.stringify(value))
    } catch {}
    return null
  }

  // Times. The names of the formats are those of parts/time.ts.
  const hm = { hour: '2-digit', minute: '2-digit' }
  const formats = {
    clock: hm,
    short: { day: 'numeric', month: 'short', ...hm },
    dated: { day: 'numeric', month: 'short', year: 'numeric', ...hm },
    long: { day: 'numeric', month: 'long', year: 'numeric', ...hm },
  }
  const written = (at, format) =>
    new Intl.DateTimeFormat(locale, { calendar: 'gregory', hourCycle: 'h23', ...formats[format] }).format(at)
  const zone = () =>
    new Intl.DateTimeFormat(locale, { timeZoneName: 'long' }).formatToParts().find(part => part.type === 'timeZoneName')
      .value
  const localise = root => {
    for (const time of all('time[data-f]', root)) {
      const at = new Date(time.dateTime)
      const format = time.dataset.f
      const age = now() - at
      time.title = `${written(at, 'long')} (${zone()})`
      if (format === 'ago' && age >= 0 && age < 864e5) {
        const minutes = Math.floor(age / 6e4)
        const unit = minutes < 60 ? 'minute' : 'hour'
        time.textContent = new Intl.RelativeTimeFormat(locale).format(
          -(minutes < 60 ? minutes : Math.floor(minutes / 60)),
          unit,
        )
      } else {
        const sameDay = at.getDate() === at.getUTCDate()
        const plain =
          format === 'clock' && sameDay ? 'clock' : format === 'long' || format === 'dated' ? format : 'short'
        time.textContent = written(at, plain)
      }
    }
    for (const name of all('[data-zone]')) name.textContent = words.zone.replace('#', zone())
  }

  // New since the last visit, corrected since it was read.
  const seen = kept('seen')
  const mark = root => {
    const fresh = seen ? all('[data-t]', root).filter(one => one.dataset.t > seen) : []
    for (const one of fresh) one.querySelector('h2,h3').classList.add('new')
    const link = document.getElementById('new')
    if (link && fresh[0]) {
      fresh[0].id = 'first-new'
      link.querySelector('a').textContent = count(words.fresh, fresh.length)
      link.hidden = false
    }
    const read = kept('read') || {}
    for (const one of all('[data-fixed]', root)) {
      if (!(read[one.dataset.story] < one.dataset.fixed)) continue
      const note = document.createElement('p')
      note.className = 'facts corrected'
      note.textContent = words.corrected
      one.append(note)
    }
  }
  addEventListener('pagehide', () => {
    const times = all('[data-t]').map(one => +one.dataset.t)
    if (times.length) kept('seen', Math.max(seen || 0, ...times))
  })
  if (page.story) {
    const read = Object.entries({ ...kept('read'), [page.story]: now() })
    kept('read', Object.fromEntries(read.sort((a, b) => b[1] - a[1]).slice(0, 500)))
  }

  // News as it comes: announced, and let in by a click.
  const button = document.getElementById('live')
  const grown = new Set()
  let version = +page.version
  const tell = said => {
    if (said.version <= version) return
    for (const { id, languages } of said.threads)
      if (page.thread ? +page.thread === id : !page.edition || languages.includes(page.edition)) grown.add(id)
    if (!grown.size) return
    button.textContent = `${count(words.arrived, grown.size)} · ${words.show}`
    button.hidden = false
  }
  const refresh = async () => {
    const main = document.querySelector('main')
    main.setAttribute('aria-busy', 'true')
    try {
      const answer = await fetch(location.href, { cache: 'no-cache' })
      const read = new DOMParser().parseFromString(await answer.text(), 'text/html')
      main.replaceChildren(...read.querySelector('main').childNodes)
      page.now = read.body.dataset.now - performance.now()
      version = +read.body.dataset.version
      grown.clear()
      button.hidden = true
      localise(main)
      mark(main)
    } finally {
      main.removeAttribute('aria-busy')
    }
  }
  if (button && page.live && 'EventSource' in window) {
    const channel = new BroadcastChannel('live')
    channel.onmessage = ({ data }) => tell(data)
    button.onclick = refresh
    let since = 0
    const listen = () =>
      new Promise(done => {
        const source = new EventSource(page.live)
        const lost = document.getElementById('lost')
        source.onopen = () => {
          since = 0
          if (lost) lost.hidden = true
        }
        source.onerror = () => {
          since ||= Date.now()
          if (!lost || Date.now() - since < 6e4) return
          lost.textContent = words.lost.replace('#', written(since, 'clock'))
          lost.hidden = false
        }
        source.onmessage = ({ data }) => {
          channel.postMessage(JSON.parse(data))
          tell(JSON.parse(data))
        }
        document.addEventListener('visibilitychange', () => done(source.close()), { once: true })
      })
    const open = () => {
      if (document.hidden) return
      // One tab of the browser listens for all.
      if (navigator.locks) navigator.locks.request('live', () => document.hidden || listen())
      else listen()
    }
    document.addEventListener('visibilitychange', open)
    open()
  }

  for (const copy of all('[data-copy]')) {
    copy.hidden = !navigator.clipboard
    copy.onclick = async () => {
      await navigator.clipboard.writeText(new URL(copy.dataset.copy, location.href).href)
      copy.textContent = words.copied
    }
  }
  addEventListener('keydown', event => {
    if (event.ctrlKey || event.altKey || event.metaKey || /^(input|textarea|select)$/i.test(event.target.tagName))
      return
    const links = all('main :is(h2,h3) > a')
    const at = links.indexOf(document.activeElement)
    if (event.key === '/') {
      const box = all('input[type=search]').find(one => one.offsetParent)
      if (!box) return
      event.preventDefault()
      box.focus()
    } else if (event.key === 'j') links[at + 1]?.focus()
    else if (event.key === 'k') links[at - 1]?.focus()
    else if (event.key === 'o') links[at]?.click()
  })
  localise(document)
  mark(document)
})()
