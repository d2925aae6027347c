import { residentTools as list, type ResidentOptions } from '../../../src/tools/resident/resident-tools.ts'
import type { Tool } from '../../../src/turn/ports/toolbox.ts'

/** The resident tools, and one more: it rings the bell at the address BELL_URL, which whoever listens can hear. */
export function residentTools(options: ResidentOptions): Tool[] {
  return [...list(options), ringBell]
}

const ringBell: Tool = {
  schema: {
    type: 'function',
    function: {
      name: 'ring_bell',
      description: 'Rings the bell, once',
      parameters: { type: 'object', properties: { note: { type: 'string' } }, required: ['note'] },
    },
  },
  run: async ({ note }, { signal }) => {
    const rung = await fetch(`${process.env.BELL_URL}/${encodeURIComponent(String(note))}`, { signal })
    return await rung.text()
  },
}
