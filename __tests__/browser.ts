import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Where Chromium may be: CHROMIUM_PATH, else where Debian and Google's package put it. */
const PLACES = [process.env['CHROMIUM_PATH'], '/usr/bin/chromium', '/usr/bin/google-chrome', '/opt/google/chrome/chrome']

/** Keeps the browser from asking anything of anybody, and lets it run where there is no sandbox and no display. */
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The path of a Chromium on this machine; undefined, and a word to whoever reads the test's output, where there is none. */
export function findChromium(): string | undefined {
  const path = PLACES.find((place) => place !== undefined && place !== '' && existsSync(place))
  if (path === undefined)
    process.stderr.write('SKIPPED: tests in a browser. There is no Chromium here: apt-get install chromium, or set CHROMIUM_PATH.\n')
  return path
}

export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ARGUMENTS })
}
