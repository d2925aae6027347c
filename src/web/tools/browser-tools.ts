import { computed, signal } from '@preact/signals'
import type { DeviceTool } from '../../client/types.ts'
import { askUser } from './browser/ask-user.ts'
import { copyText } from './browser/copy-text.ts'
import { getLocation } from './browser/get-location.ts'
import { getTime } from './browser/get-time.ts'
import { pickImage } from './browser/pick-image.ts'

/** A tool of this browser, as the settings show it. */
export interface BrowserTool {
  tool: DeviceTool
  title: string
  /** What it does, for people. */
  about: string
}

export const allBrowserTools: readonly BrowserTool[] = [
  { tool: getLocation, title: 'Location', about: 'Where you are. The browser asks you first.' },
  { tool: getTime, title: 'Date and time', about: 'The clock and the time zone of this device.' },
  { tool: askUser, title: 'Questions to you', about: 'The model may ask you something, with a form.' },
  {
    tool: pickImage,
    title: 'Pictures',
    about: 'You pick one; the model gets its name, size and colours, not the picture.',
  },
  {
    tool: copyText,
    title: 'Clipboard',
    about: 'Copies a text when you click. It cannot read the clipboard.',
  },
]

const key = 'chatterd.browser-tools-off'

const off = signal<ReadonlySet<string>>(readOff())

/** The tools that are switched on, to be offered with a prompt. Read in a component, it draws it again when they change. */
const on = computed(() => allBrowserTools.map(({ tool }) => tool).filter(({ name }) => !off.value.has(name)))

/** The tools of this browser that are switched on. */
export function browserTools(): readonly DeviceTool[] {
  return on.value
}

export function isBrowserToolOn(name: string): boolean {
  return !off.value.has(name)
}

/** True for the tools that this page has, switched on or not. */
export function isBrowserTool(name: string): boolean {
  return allBrowserTools.some(({ tool }) => tool.name === name)
}

/** Switches a tool on or off, here and in later visits. */
export function switchBrowserTool(name: string, isOn: boolean): void {
  const names = new Set(off.value)
  if (isOn) names.delete(name)
  else names.add(name)
  off.value = names
  try {
    localStorage.setItem(key, JSON.stringify([...names]))
  } catch {
    // Storage can be full, or forbidden: then the choice holds until the page is closed.
  }
}

function readOff(): ReadonlySet<string> {
  try {
    const names: unknown = JSON.parse(localStorage.getItem(key) ?? '[]')
    return new Set(Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [])
  } catch {
    return new Set()
  }
}
