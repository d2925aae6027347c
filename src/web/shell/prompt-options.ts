import type { SendOptions } from '../../client/types.ts'
import type { Preferences } from '../settings/preferences.ts'

/** What goes with each prompt from this browser. `tools` are the names of the server's: without those that are switched off. */
export function promptOptions(preferences: Preferences, tools: readonly string[]): SendOptions {
  const options = preferences.options.peek()
  const think = preferences.think.peek()
  const off = preferences.toolsOff.peek()
  const residentTools = tools.filter((name) => !off.includes(name))
  return {
    ...(Object.keys(options).length > 0 && { options }),
    ...(think !== 'default' && { think: think === 'on' }),
    // Without a choice the server offers all, also those that it gets later.
    ...(residentTools.length < tools.length && { residentTools }),
  }
}
