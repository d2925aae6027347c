import type { Usage } from '../../client/types.ts'
import { usePage } from '../shell/page.ts'

/** What runs the model, and how full the conversation's context is. */
export function EngineState() {
  const page = usePage()
  const engine = page.catalog.engine.value
  const isReachable = page.catalog.isReachable.value
  const state = isReachable ? (engine?.state ?? 'unknown') : 'unreachable'
  const words = engine ? nameOf(engine) : 'Looking for the model server…'
  const context = contextUse(page)
  return (
    <footer class="engine">
      <p class="engine-name" data-state={state} title={engine?.detail}>
        <span class="dot" aria-hidden="true" />
        {isReachable ? words : 'The server does not respond'}
      </p>
      {context && (
        <p class="context" title={context.title}>
          <span>context {context.percent} %</span>
          <meter aria-label="Context in use" min={0} max={100} value={context.percent} high={85} />
        </p>
      )}
    </footer>
  )
}

function nameOf({
  name,
  version,
  state,
  model,
}: {
  name: string
  version?: string
  state: string
  model?: string
}): string {
  const words = name === 'demo' ? 'Demo engine' : name === 'ollama' ? 'Ollama' : name
  const full = version === undefined ? words : `${words} ${version}`
  if (state === 'unreachable') return `${full} cannot be reached`
  return state === 'loading' ? `${full} loads ${model ?? 'a model'}` : full
}

/** How much of its context the newest reply has used, where the server knows. */
function contextUse(page: ReturnType<typeof usePage>) {
  const { messages, turn } = page.state.value
  const isKnown = ({ usage }: { usage?: Usage }) => usage?.window !== undefined
  const usage = (turn?.replies.findLast(isKnown) ?? messages.findLast(isKnown))?.usage
  if (usage?.window === undefined || usage.promptTokens === undefined) return undefined
  const tokens = usage.promptTokens + (usage.outputTokens ?? 0)
  const percent = Math.min(Math.round((tokens / usage.window) * 100), 100)
  const leftOut = usage.leftOut ? ` ${usage.leftOut} older messages were left out.` : ''
  return {
    percent,
    title: `${tokens.toLocaleString('en')} of ${usage.window.toLocaleString('en')} tokens.${leftOut}`,
  }
}
