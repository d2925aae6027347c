import type { DeviceTool } from '../../client/types.ts'

export interface BrowserTool {
  tool: DeviceTool
  title: string
  about: string
}

export const allBrowserTools: readonly BrowserTool[] = [
  {
    tool: { name: 'get_location', run: () => ({ lat: 42.29, lon: -83.71 }) },
    title: 'Location',
    about: 'Where you are. The browser asks you first.',
  },
  {
    tool: { name: 'get_time', run: () => '' },
    title: 'Date and time',
    about: 'The clock and the time zone of this device.',
  },
]

export function browserTools(): readonly DeviceTool[] {
  return allBrowserTools.map(({ tool }) => tool)
}

export function isBrowserToolOn(_name: string): boolean {
  return true
}

export function switchBrowserTool(_name: string, _isOn: boolean): void {}
