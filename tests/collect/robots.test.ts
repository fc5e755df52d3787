import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { robotName } from '../../src/collect/robot.ts'
import { readRobots } from '../../src/collect/robots.ts'
import { orderMaps } from '../../src/decide/maps/choose.ts'
import { root } from '../helpers/cli.ts'

const AGENT = 'Minwal/0.1 (feed collector; +https://news.example)'
const FILE = 'https://wire.example/robots.txt'
const allows = async (text: string, path: string, agent = AGENT): Promise<boolean> =>
  (await readRobots(text, FILE, agent)).allows(`https://wire.example${path}`)

describe('robots.txt', () => {
  it('binds us by our own name before the rules for all, whatever its case', async () => {
    const text = 'User-agent: *\nDisallow: /\n\nuser-agent: MINWAL/2\nDisallow: /private/\n'
    expect(await allows(text, '/news.xml')).toBe(true)
    expect(await allows(text, '/private/news.xml')).toBe(false)
    expect(await allows(text, '/news.xml', 'OtherBot/1.0')).toBe(false)
    expect(robotName(AGENT)).toBe('Minwal')
  })

  it('shuts out who is not named where others are, and grants nothing by a Sitemap line', async () => {
    const text =
      'User-agent: BigBot\nUser-agent: OtherBot\nDisallow: /account/\n\nUser-agent: *\nAllow: /plus/\nDisallow: /\n\nSitemap: https://wire.example/news.xml\n'
    expect(await allows(text, '/news.xml')).toBe(false)
    expect(await allows(text, '/plus/x')).toBe(true)
    expect(await allows(text, '/account', 'BigBot')).toBe(true)
  })

  it.each([
    ['a Sitemap line', 'Sitemap: https://wire.example/a.xml'],
    ['a blank line', ''],
    ['a comment', '# the others'],
    ['an unknown line', 'Noindex: /x'],
  ])('has groups that %s does not end', async (_, line) => {
    expect(await allows(`User-agent: Minwal\n${line}\nUser-agent: Other\nDisallow: /\n`, '/x')).toBe(false)
  })

  it('has rules of which the longest holds, with wildcards and an end', async () => {
    const text = 'User-agent: *\nDisallow: /*.xml$\nAllow: /news-*.xml\nDisallow: /a%3cd\n'
    expect(await allows(text, '/other.xml')).toBe(false)
    expect(await allows(text, '/other.xml?x=1')).toBe(true)
    expect(await allows(text, '/news-1.xml')).toBe(true)
    expect(await allows(text, '/a%3Cd')).toBe(false)
  })

  it('allows all where it has no rules, is a page, or says nothing', async () => {
    for (const text of ['', '<!doctype html><html>Disallow</html>', 'User-agent: *\nDisallow:\n', 'Disallow: /'])
      expect(await allows(text, '/news.xml')).toBe(true)
  })

  it('names sitemaps in its order, once each, relative ones too, with the case of their letters', async () => {
    const text =
      '\ufeffUser-agent: *\r\nDisallow:\r\nsitemap: https://wire.example/b.xml\r\nSITEMAP:https://wire.example/News/A.xml?T=1 # x\r\nSitemap : /c.xml\r\nSitemap:\r\nSitemap: https://wire.example/b.xml\r\nSitemap: no address\r\n'
    expect((await readRobots(text, FILE, AGENT)).sitemaps).toEqual([
      'https://wire.example/b.xml',
      'https://wire.example/News/A.xml?T=1',
      'https://wire.example/c.xml',
    ])
  })

  it('asks for a pace, where that is a time', async () => {
    const delay = async (value: string) =>
      (await readRobots(`User-agent: *\nCrawl-delay: ${value}\n`, FILE, AGENT)).delay
    expect([await delay('10'), await delay('1.5'), await delay('soon'), await delay('-1'), await delay('0')]).toEqual([
      10_000,
      1_500,
      null,
      null,
      null,
    ])
  })

  it('of any text and size is read within a moment', async () => {
    const hostile = `User-agent: *\n${'Disallow: /*a*a*a*a*a*a*a*a*a*a*a*a*b\n'.repeat(100_000)}`
    const began = process.threadCpuUsage().user
    await allows(hostile, `/${'a'.repeat(50_000)}`)
    expect((process.threadCpuUsage().user - began) / 1_000).toBeLessThan(20_000)
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 2_000 }), async text => {
        expect(typeof (await allows(text, '/x'))).toBe('boolean')
      }),
    )
  })
})

const cases = join(root, '../shared/cases/2-sources/sitemaps')

// The cases lie beside the repository and are no part of it; without them this is skipped.
describe.skipIf(!existsSync(cases))('the cases of robots.txt', () => {
  const expected = existsSync(cases) ? JSON.parse(readFileSync(join(cases, 'expected.json'), 'utf8')) : {}

  it('name sitemaps, and are tried, in the right order', async () => {
    const { url, inFileOrder, tryInThisOrder } = expected['31-robots.txt']
    const { sitemaps } = await readRobots(readFileSync(join(cases, '31-robots.txt'), 'utf8'), url, AGENT)
    expect(sitemaps).toEqual(inFileOrder)
    expect(orderMaps(url, sitemaps)).toEqual(tryInThisOrder)
  })

  it('are obeyed', async () => {
    const { url, allowed } = expected['32-robots-closed.txt']
    const rules = await readRobots(readFileSync(join(cases, '32-robots-closed.txt'), 'utf8'), url, AGENT)
    for (const [address, wanted] of Object.entries(allowed)) expect(rules.allows(address)).toBe(wanted)
  })
})
