import { byId } from './dom.js'

const KEY = 'image-policy-theme'

/** The button switches between light and dark; until it is used, the system decides. */
export function setUpTheme(changed: () => void): void {
  const button = byId('theme', HTMLButtonElement)
  const system = matchMedia('(prefers-color-scheme: dark)')
  const root = document.documentElement
  const isDark = (): boolean => (root.dataset.theme === undefined ? system.matches : root.dataset.theme === 'dark')
  const label = (): void => {
    button.textContent = isDark() ? '☀ Light' : '☾ Dark'
    button.setAttribute('aria-label', `Switch to the ${isDark() ? 'light' : 'dark'} theme`)
  }
  const stored = remembered()
  if (stored === 'dark' || stored === 'light') root.dataset.theme = stored
  label()
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark'
    remember(root.dataset.theme)
    label()
    changed()
  })
  system.addEventListener('change', () => {
    label()
    changed()
  })
}

/** A page from disk may have no storage: then the choice holds for this visit. */
function remembered(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}

function remember(theme: string): void {
  try {
    localStorage.setItem(KEY, theme)
  } catch {
    // nothing to do: see above
  }
}
