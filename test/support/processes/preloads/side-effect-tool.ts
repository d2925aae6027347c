import { residentTools as list, type ResidentOptions } from '../../../../src/tools/resident/resident-tools.ts'
import type { Tool } from '../../../../src/turn/ports/toolbox.ts'

/** The resident tools, and one more, whose side effects the server at SIDE_EFFECT_URL counts (side-effect-counter.ts). */
export function residentTools(options: ResidentOptions): Tool[] {
  return [...list(options), sideEffect]
}

const sideEffect: Tool = {
  schema: {
    type: 'function',
    function: {
      name: 'side_effect',
      description: 'Has a side effect, once',
      parameters: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
    },
  },
  run: async ({ name }, { signal }) => {
    const counted = await fetch(`${process.env.SIDE_EFFECT_URL}/${encodeURIComponent(String(name))}`, {
      signal,
    })
    return await counted.text()
  },
}
