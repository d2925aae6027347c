import type { JsonObject } from '../../src/protocol/json.ts'
import { createToolbox } from '../../src/tools/toolbox.ts'
import type { ChatRequest, Engine, EnginePart } from '../../src/turn/ports/engine.ts'
import type { Tool, Toolbox, ToolContext } from '../../src/turn/ports/toolbox.ts'
import { createScriptedEngine } from '../support/turns/scripted-engine.ts'
import { resident } from '../support/turns/scripted-turn.ts'
import type { Observations } from './observations.ts'
import { scenesOf } from './plans.ts'

/** Holds something up, until the scheduler releases it. */
type Hold = (what: string) => Promise<void>

/** `effect` and `asked`, tools with effects, and `again`, an idempotent one. All take some time. Calls of `asked` and of the device's `unlock` have to be approved. */
export function heldToolbox(hold: Hold, observed: Observations): Toolbox {
  const run =
    (kind: string) =>
    async (_: JsonObject, { turn, callId }: ToolContext) => {
      observed.toolStarted(turn, callId)
      await hold(`${kind} works`)
      await hold(`${kind} works on`)
      await hold(`${kind} ends`)
      return 'done'
    }
  const again: Tool = { ...resident('again', run('again')), idempotent: true }
  const toolbox = createToolbox([resident('effect', run('effect')), resident('asked', run('asked')), again])
  toolbox.setSources([], { ask: ['asked', 'unlock'] })
  return toolbox
}

/** An engine that follows the plan of the message it is asked, each part held up. */
export function heldEngine(hold: Hold, observed: Observations): Engine {
  async function* chat(request: ChatRequest, signal: AbortSignal): AsyncGenerator<EnginePart[]> {
    const { content, step } = observed.prompted(request)
    const aborted = Promise.withResolvers<never>()
    aborted.promise.catch(() => {})
    const abort = () => aborted.reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort)
    for (const scene of scenesOf(content, step)) {
      await Promise.race([hold(`engine ${content}.${step}`), aborted.promise])
      if (scene === 'silence') await aborted.promise
      else if (scene instanceof Error) throw scene
      else yield scene
    }
  }
  return { ...createScriptedEngine([]), chat }
}
