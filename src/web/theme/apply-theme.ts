import { effect, type Signal } from '@preact/signals'

/** Shows the page in the chosen colours; without a choice they are the system's. */
export function applyTheme(theme: Signal<'system' | 'light' | 'dark'>): void {
  effect(() => {
    const { dataset } = document.documentElement
    if (theme.value === 'system') delete dataset.theme
    else dataset.theme = theme.value
  })
}
