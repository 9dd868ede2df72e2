import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { type Browser, type Page } from 'playwright-core'
import { takeAudit } from '../src/audit/audit.js'
import { DATA_MARK, renderAuditHtml, TITLE_MARK } from '../src/audit/html.js'
import { withoutReport } from '../src/audit/merge.js'
import { type Audit, type RepositoryAudit } from '../src/audit/model.js'
import { pageData } from '../src/audit/page-data.js'
import { PAGE } from '../src/audit/page.generated.js'
import { sampleAudit } from './audit-sample.js'
import { findChromium, launch } from './browser.js'

const HOSTILE = `</script><script>window.pwned=1</script><!--<img src=x onerror="window.pwned=1"> \u202e"'\`\${1}$&<b>`

/** An audit in which every text is somebody's attempt. */
function hostileAudit(): Audit {
  const [sample] = sampleAudit(1, 1).repositories
  const [use] = sample?.references ?? []
  if (sample === undefined || use === undefined) throw new Error('the sample is empty')
  const policy = { path: HOSTILE, revision: HOSTILE, line: 1 }
  const finding = {
    rule: HOSTILE,
    severity: 'error',
    state: 'new',
    message: HOSTILE,
    advice: HOSTILE,
    policy,
    exception: { owner: HOSTILE, reason: HOSTILE },
  } as const
  const image = { registry: HOSTILE, repository: `${HOSTILE}/${HOSTILE}`, tag: HOSTILE, digest: HOSTILE, canonical: HOSTILE }
  const evil: RepositoryAudit = {
    ...sample,
    name: HOSTILE,
    revision: HOSTILE,
    url: 'javascript:window.pwned=1//',
    policies: [{ path: HOSTILE, own: true }],
    notes: [HOSTILE],
    references: [
      {
        ...use,
        file: HOSTILE,
        role: HOSTILE,
        owner: HOSTILE,
        text: HOSTILE,
        resolved: HOSTILE,
        image,
        error: HOSTILE,
        via: [{ file: HOSTILE, line: 1, text: HOSTILE }],
        verdict: 'error',
        findings: [finding],
      },
    ],
    problems: [{ file: HOSTILE, line: 1, message: HOSTILE, findings: [] }],
    exceptions: [{ image: HOSTILE, owner: HOSTILE, reason: HOSTILE, expires: HOSTILE, uses: 1, policy }],
  }
  return takeAudit([evil, withoutReport(`${HOSTILE}2`, 'failed', HOSTILE)], { title: HOSTILE, generated: HOSTILE })
}

describe('the template', () => {
  test('is what its sources give', () => {
    execFileSync(process.execPath, ['scripts/audit-page.mjs', '--check'], { stdio: ['ignore', 'ignore', 'pipe'] })
  })

  test('names its script and its style by their hash, and allows nothing else', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(PAGE)?.[1] ?? ''
    const hashes = [/<script>([\s\S]*?)<\/script>/, /<style>([\s\S]*?)<\/style>/].map((element) =>
      createHash('sha256')
        .update(element.exec(PAGE)?.[1] ?? '')
        .digest('base64'),
    )
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src 'sha256-${hashes[0] ?? ''}'`,
      `style-src 'sha256-${hashes[1] ?? ''}'`,
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      'trusted-types default',
    ])
  })

  test('holds each mark once, and the licences of what is in it', () => {
    for (const mark of [TITLE_MARK, DATA_MARK]) expect(PAGE.split(mark)).toHaveLength(2)
    for (const name of ['chart.js', '@kurkle/color', 'tabulator-tables'])
      expect(PAGE).toMatch(new RegExp(`${name} \\d[^]{1,200}Copyright \\(c\\)`, 'i'))
  })
})

describe('the data', () => {
  test('comes back as it went in, whatever texts it holds', () => {
    const audit = hostileAudit()
    const html = renderAuditHtml(audit, PAGE)
    const json = /<script type="application\/json" id="data">\s*([\s\S]*?)\s*<\/script>/.exec(html)?.[1] ?? ''
    expect(json).not.toContain('<')
    expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(pageData(audit))))
    expect(html.split('<script')).toHaveLength(PAGE.split('<script').length)
  })

  test('names what nobody sees, and keeps each text once', () => {
    const { strings } = pageData(hostileAudit())
    expect(strings.join('')).not.toContain('\u202e')
    expect(new Set(strings).size).toBe(strings.length)
  })
})

const chromium = findChromium()
const inBrowser = chromium === undefined ? describe.skip : describe

inBrowser('the page in Chromium', () => {
  jest.setTimeout(120_000)
  let browser: Browser
  let folder = ''
  const urls = new Map<string, string>()

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'audit-page-'))
    const audits = {
      small: sampleAudit(600, 40),
      large: sampleAudit(50_000, 900),
      hostile: hostileAudit(),
      empty: takeAudit([], { title: 'None', generated: '' }),
    }
    for (const [name, audit] of Object.entries(audits)) {
      writeFileSync(join(folder, `${name}.html`), renderAuditHtml(audit, PAGE))
      urls.set(name, pathToFileURL(join(folder, `${name}.html`)).href)
    }
    browser = await launch(chromium ?? '')
  })
  afterAll(async () => {
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** What an expression gives in the page. It comes from the driver, so the page's policy does not bind it. */
  async function ask<Answer = unknown>(page: Page, expression: string): Promise<Answer> {
    return await page.evaluate(expression)
  }

  async function until(page: Page, expression: string): Promise<void> {
    for (let tries = 0; tries < 300; tries++) {
      if ((await ask(page, expression)) === true) return
      await page.waitForTimeout(100)
    }
    throw new Error(`in vain: ${expression}`)
  }

  /** The table is drawn a moment after its filters have changed. */
  async function untilEveryRow(page: Page, pattern: string): Promise<void> {
    await until(
      page,
      `(() => {
        const shown = [...document.querySelectorAll(${JSON.stringify(rows)})]
        return shown.length > 0 && shown.every((row) => /${pattern}/.test(row.textContent))
      })()`,
    )
  }

  interface Opened {
    readonly page: Page
    /** What the page complained of, and what it asked of the network. */
    readonly complaints: string[]
  }

  async function open(name: string, options: { width?: number; colorScheme?: 'light' | 'dark' } = {}): Promise<Opened> {
    const page = await browser.newPage({
      viewport: { width: options.width ?? 1280, height: 900 },
      colorScheme: options.colorScheme ?? 'light',
    })
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => {
      if (request.url() !== urls.get(name) && !request.url().startsWith('data:')) complaints.push(request.url())
    })
    await page.goto(urls.get(name) ?? '')
    return { page, complaints }
  }

  /** A click that falls on a row while the table is drawn again opens nothing, for a reader as well: who clicks again, opens it. */
  async function openFirst(page: Page): Promise<void> {
    for (let tries = 0; tries < 50 && (await page.isHidden('#details')); tries++) {
      await page.locator(rows).first().click()
      await page.waitForTimeout(200)
    }
  }

  /** Scrolls the table as a reader does. */
  async function wheel(page: Page, pixels: number): Promise<void> {
    await page.hover('#panel-uses .tabulator-tableholder')
    await page.mouse.wheel(0, pixels)
  }

  const rows = '#panels [role=tabpanel]:not([hidden]) .tabulator-row'

  test('shows the numbers, the charts and the table, asks nothing of the network, and breaks no rule of its policy', async () => {
    const { page, complaints } = await open('small')
    await page.waitForSelector(rows)
    expect(await page.title()).toBe('Container images of acme')
    expect(await page.textContent('#numbers')).toContain('References600')
    expect(await page.textContent('#gaps')).toContain('2 of 42 repositories could not be checked')
    const painted = await ask<number[]>(
      page,
      `[...document.querySelectorAll('canvas')].map((canvas) => new Set(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).size)`,
    )
    for (const colours of painted) expect(colours).toBeGreaterThan(10)
    for (const tab of ['images', 'repositories', 'exceptions', 'problems', 'uses']) {
      await page.click(`#tab-${tab}`)
      await page.waitForSelector(rows)
    }
    expect(complaints).toEqual([])
    await page.close()
  })

  test('filters by text, registry and verdict, and takes it back', async () => {
    const { page } = await open('small')
    const count = async (): Promise<number> => Number(/^([\d,]+)/.exec((await page.textContent('#count')) ?? '')?.[1]?.replaceAll(',', ''))
    await page.fill('#search', 'KAFKA  compose')
    await until(page, `document.getElementById('count').textContent.includes(' of ')`)
    expect(await count()).toBeLessThan(100)
    expect(await page.locator(rows).allTextContents()).toEqual(expect.arrayContaining([expect.stringContaining('bitnami/kafka')]))
    await untilEveryRow(page, 'kafka.*compose')
    await page.click('#reset')
    await until(page, `document.getElementById('count').textContent === '600 uses'`)
    await page.selectOption('#registry', 'quay.io')
    await untilEveryRow(page, 'quay\\.io')
    await page.click('#reset')
    await page.check('#verdicts input[value=excepted]')
    await page.check('#verdicts input[value=warning]')
    await untilEveryRow(page, '^(Excepted|Warning)')
    await page.fill('#search', 'nothing is called this')
    await page.waitForSelector('text=Nothing fits these filters.')
    await page.close()
  })

  test('sorts by a click and by Enter, and says so', async () => {
    const { page } = await open('small')
    const header = page.locator('[role=tabpanel]:not([hidden]) [role=columnheader]', { hasText: 'Repository' })
    const firstRow = (): Promise<string | null> => page.locator(rows).first().textContent()
    const untilFirstIsNot = (text: string | null): Promise<void> =>
      until(page, `document.querySelector(${JSON.stringify(rows)}).textContent !== ${JSON.stringify(text)}`)
    const unsorted = await firstRow()
    await header.click()
    expect(await header.getAttribute('aria-sort')).toBe('ascending')
    await untilFirstIsNot(unsorted)
    const ascending = await firstRow()
    await header.focus()
    await page.keyboard.press('Enter')
    expect(await header.getAttribute('aria-sort')).toBe('descending')
    await untilFirstIsNot(ascending)
    await page.close()
  })

  test('goes by keyboard alone: rows by arrows, details by Enter, back by Escape', async () => {
    const { page } = await open('small')
    await page.waitForSelector(rows)
    await page.focus('#panel-uses .tabulator-tableholder')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    const focused = (): Promise<unknown> => ask(page, `document.activeElement.getAttribute('aria-rowindex')`)
    await until(page, `document.activeElement.getAttribute('aria-rowindex') === '3'`)
    await page.keyboard.press('End')
    await until(page, `document.activeElement.getAttribute('aria-rowindex') === '601'`)
    // drawn again for another width, the table gives the focus back to the row
    await page.setViewportSize({ width: 1000, height: 800 })
    await page.waitForTimeout(500)
    await until(page, `document.activeElement.getAttribute('aria-rowindex') === '601'`)
    await page.keyboard.press('Home')
    await until(page, `document.activeElement.getAttribute('aria-rowindex') === '2'`)
    await page.keyboard.press('Enter')
    await page.waitForSelector('#details:not([hidden])')
    expect(await ask(page, `document.activeElement.id`)).toBe('details-title')
    expect(await page.textContent('#details-body')).toContain('Write an allowed image instead.')
    await page.keyboard.press('Escape')
    expect(await page.isHidden('#details')).toBe(true)
    expect(await focused()).toBe('2')
    await page.setViewportSize({ width: 1100, height: 700 })
    await page.keyboard.press('ArrowDown')
    await until(page, `document.activeElement.getAttribute('aria-rowindex') === '3'`)
    // the row with the focus is dropped, and the next key counts from it all the same
    await wheel(page, 8000)
    await until(page, `document.activeElement.className === 'tabulator-tableholder'`)
    await page.keyboard.press('ArrowDown')
    await until(page, `document.activeElement.getAttribute('aria-rowindex') === '4'`)
    await page.focus('#tab-uses')
    await page.keyboard.press('ArrowRight')
    expect(await page.getAttribute('#tab-images', 'aria-selected')).toBe('true')
    await page.close()
  })

  test('brings nobody back who scrolls while the table is drawn again', async () => {
    const { page } = await open('small')
    await page.waitForSelector(rows)
    for (const pictures of [0, 1, 2, 3, 4]) {
      await page.focus('#panel-uses .tabulator-tableholder')
      await page.keyboard.press('Home')
      await until(page, `document.activeElement.getAttribute('aria-rowindex') === '2'`)
      // the table notices another width at the end of a picture, and is drawn with the next one or two
      await ask(
        page,
        `(async () => {
          const holder = document.querySelector('#panel-uses .tabulator-tableholder')
          document.body.style.width = '${900 + 20 * pictures}px'
          for (let passed = 0; passed < ${pictures}; passed++) await new Promise(requestAnimationFrame)
          holder.dispatchEvent(new WheelEvent('wheel', { deltaY: 8000, bubbles: true }))
          holder.scrollTop = 8000
        })()`,
      )
      await until(page, `document.activeElement.className === 'tabulator-tableholder'`)
      await page.waitForTimeout(300)
      expect(await ask(page, `document.querySelector('#panel-uses .tabulator-tableholder').scrollTop`)).toBeGreaterThan(4000)
    }
    await page.close()
  })

  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 400],
    ['dark', 400],
  ] as const)('has nothing that axe-core finds fault with, %s, %d pixels', async (colorScheme, width) => {
    const { page } = await open('small', { colorScheme, width })
    await page.waitForSelector(rows)
    // the page's policy lets no script in but its own: the driver's world is not bound by it
    const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8')
    const faults = async (): Promise<unknown> => {
      await page.evaluate(axe)
      return ask(
        page,
        `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map((node) => node.html.slice(0, 200) + node.failureSummary)]))`,
      )
    }
    expect(await faults()).toEqual([])
    await page.click('#registries summary')
    await openFirst(page)
    expect(await faults()).toEqual([])
    await page.click('#details-close')
    await page.click('#tab-images')
    await page.waitForSelector(rows)
    expect(await faults()).toEqual([])
    await page.close()
  })

  test.each([400, 1000, 1600])('has no sideways scrolling at %d pixels', async (width) => {
    const { page } = await open('small', { width })
    await page.waitForSelector(rows)
    expect(await ask(page, `document.documentElement.scrollWidth - document.documentElement.clientWidth`)).toBeLessThanOrEqual(0)
    await page.close()
  })

  test('follows the system between light and dark, until the button says otherwise', async () => {
    const { page } = await open('small', { colorScheme: 'dark' })
    const background = (): Promise<unknown> => ask(page, `getComputedStyle(document.body).backgroundColor`)
    const dark = await background()
    await page.emulateMedia({ colorScheme: 'light' })
    const light = await background()
    expect(light).not.toBe(dark)
    await page.click('#theme')
    expect(await background()).toBe(dark)
    await page.emulateMedia({ colorScheme: 'light' })
    expect(await background()).toBe(dark)
    await page.click('#theme')
    expect(await background()).toBe(light)
    await page.close()
  })

  test('shows what strangers wrote as text, and runs none of it', async () => {
    const { page, complaints } = await open('hostile')
    for (const tab of ['uses', 'images', 'repositories', 'exceptions', 'problems']) {
      await page.click(`#tab-${tab}`)
      await page.waitForSelector(rows)
      await openFirst(page)
      expect(await page.locator(rows).first().textContent()).toContain('<script>window.pwned=1</script>')
      await page.keyboard.press('Escape')
    }
    expect(await ask(page, `'pwned' in window`)).toBe(false)
    expect(await page.locator('img, iframe, b:not(#tabs b):not(.chip b), a[href^=javascript]').count()).toBe(0)
    expect(complaints).toEqual([])
    await page.close()
  })

  test('shows an empty audit', async () => {
    const { page, complaints } = await open('empty')
    await page.waitForSelector('text=Nothing fits these filters.')
    expect(complaints).toEqual([])
    await page.close()
  })

  test('stays quick with 50,000 references', async () => {
    const { page, complaints } = await open('large')
    await page.waitForSelector(rows)
    const loaded = await ask<number>(page, `performance.getEntriesByType('navigation')[0].duration`)
    const timed = (selector: string): Promise<number> =>
      ask(
        page,
        `(async () => {
          const started = performance.now()
          const element = document.querySelector(${JSON.stringify(selector)})
          if (element.requestSubmit) element.requestSubmit()
          else element.click()
          await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
          return performance.now() - started
        })()`,
      )
    await ask(page, `document.getElementById('search').value = 'kafka'`)
    const filtered = await timed('#filters')
    expect(await page.textContent('#count')).toMatch(/^1,\d{3} of 50,000 uses$/)
    const chosen = await timed('#verdicts input[value=existing]')
    const sorted = await timed('#panel-uses [role=columnheader][tabulator-field=image]')
    expect(await page.locator(rows).count()).toBeLessThan(200)
    process.stderr.write(
      `50,000 references: loaded ${Math.round(loaded)} ms, filtered ${Math.round(filtered)} and ${Math.round(chosen)} ms, sorted ${Math.round(sorted)} ms\n`,
    )
    // a shared machine may be several times slower than a reader's; what is looked for is growth with the square
    expect(loaded).toBeLessThan(10_000)
    expect(Math.max(filtered, chosen, sorted)).toBeLessThan(3_000)
    expect(complaints).toEqual([])
    await page.close()
  })
})
