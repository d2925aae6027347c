import type { Engine } from '../turn/ports/engine.ts'
import type { Readiness } from './health-routes.ts'

/** How long the engine may take to respond, in milliseconds. */
const timeoutMs = 2_000

/** How long a check is used again, in milliseconds: probes of many load balancers are one request to the engine. */
const reuseMs = 1_000

/** Checks that the engine responds, whatever models it has. `now` is a clock in milliseconds that never goes back. */
export function createEngineReadiness(
  engine: Pick<Engine, 'ping'>,
  now = () => performance.now(),
): () => Promise<Readiness> {
  let last: { at: number; outcome: Promise<Readiness> } | undefined
  return () => {
    if (!last || now() - last.at >= reuseMs) last = { at: now(), outcome: check(engine) }
    return last.outcome
  }
}

async function check(engine: Pick<Engine, 'ping'>): Promise<Readiness> {
  const late = AbortSignal.timeout(timeoutMs)
  try {
    await engine.ping(late)
    return { ready: true }
  } catch (error) {
    if (late.aborted)
      return { ready: false, reason: `The engine does not respond within ${timeoutMs / 1000} s.` }
    return { ready: false, reason: error instanceof Error ? error.message : String(error) }
  }
}
