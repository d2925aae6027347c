import type { Engine } from '../turn/ports/engine.ts'
import type { Readiness } from './health-routes.ts'

/** How long the engine may take to respond, in milliseconds. */
const timeoutMs = 2_000

/** How long a check is used again, in milliseconds: probes of many load balancers are one request to the engine. */
const reuseMs = 1_000

/** Checks that the engine responds, whatever models it has. */
export function createEngineReadiness(engine: Pick<Engine, 'models'>): () => Promise<Readiness> {
  let last: { at: number; outcome: Promise<Readiness> } | undefined
  return () => {
    const now = performance.now()
    if (!last || now - last.at > reuseMs) last = { at: now, outcome: check(engine) }
    return last.outcome
  }
}

async function check(engine: Pick<Engine, 'models'>): Promise<Readiness> {
  const late = Promise.withResolvers<Readiness>()
  const reason = `The engine does not respond within ${timeoutMs / 1000} s.`
  const timer = setTimeout(() => late.resolve({ ready: false, reason }), timeoutMs)
  try {
    return await Promise.race([engine.models().then(() => ({ ready: true })), late.promise])
  } catch (error) {
    return { ready: false, reason: error instanceof Error ? error.message : String(error) }
  } finally {
    clearTimeout(timer)
  }
}
