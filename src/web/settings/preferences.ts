import { effect, type Signal, signal } from '@preact/signals'
import type { JsonObject } from '../../client/types.ts'

/** What holds for all conversations in this browser. */
export interface Preferences {
  theme: Signal<'system' | 'light' | 'dark'>
  /** Whether the enter key sends; with false it begins a new line. */
  enterSends: Signal<boolean>
  /** For the engine: `temperature`, `num_ctx`, `seed`, … */
  options: Signal<JsonObject>
  think: Signal<'default' | 'on' | 'off'>
  /** Names of resident tools that are not offered. */
  toolsOff: Signal<readonly string[]>
  wireOpen: Signal<boolean>
}

/** Reads the preferences of this browser, and keeps what is changed of them. */
export function openPreferences(): Preferences {
  return {
    theme: stored('theme', 'system', (value) => value === 'light' || value === 'dark' || value === 'system'),
    enterSends: stored('enter-sends', !matchMedia('(pointer: coarse)').matches, isBoolean),
    options: stored<JsonObject>('options', {}, isObject),
    think: stored('think', 'default', (value) => value === 'on' || value === 'off' || value === 'default'),
    toolsOff: stored<readonly string[]>('tools-off', [], isNames),
    wireOpen: stored('wire-open', false, isBoolean),
  }
}

function stored<T>(name: string, initial: T, isValid: (value: unknown) => boolean): Signal<T> {
  const key = `chatterd.${name}`
  const value = signal(read(key, initial, isValid))
  let first = true
  effect(() => {
    const text = JSON.stringify(value.value)
    if (!first) write(key, text)
    first = false
  })
  return value
}

function read<T>(key: string, initial: T, isValid: (value: unknown) => boolean): T {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? 'null')
    // `isValid` knows what is of this type.
    return isValid(value) ? (value as T) : initial
  } catch {
    return initial
  }
}

function write(key: string, text: string): void {
  try {
    localStorage.setItem(key, text)
  } catch {
    // Storage can be full, or forbidden: then the choice holds until the page is closed.
  }
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean'
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string')
}
