import type { CallData, CallState } from '../../client/types.ts'

/** A call of a turn that runs, or of the log. */
export type ShownCall = CallState | CallData

/** How a call is, as the page shows it. */
export type Mark = 'running' | 'asked' | 'done' | 'failed' | 'stopped'

const marks: Record<string, Mark> = {
  asked: 'asked',
  running: 'running',
  offered: 'running',
  succeeded: 'done',
  answered: 'done',
  failed: 'failed',
  'timed-out': 'failed',
  interrupted: 'failed',
}

const words: Record<string, string> = {
  asked: 'needs your approval',
  denied: 'denied',
  running: 'running',
  offered: 'running',
  succeeded: 'done',
  answered: 'done',
  failed: 'failed',
  'timed-out': 'timed out',
  interrupted: 'interrupted',
  expired: 'expired',
  superseded: 'replaced by a new prompt',
  cancelled: 'cancelled',
}

export function markOf({ status, error }: ShownCall): Mark {
  // A device's own error is an answer, too.
  if (status === 'answered' && error !== undefined) return 'failed'
  return marks[status] ?? 'stopped'
}

export function wordOf(call: ShownCall): string {
  return call.status === 'answered' && markOf(call) === 'failed'
    ? 'failed'
    : (words[call.status] ?? call.status)
}

/** `isOurs`: this page has a tool of that name; others belong to other apps of the conversation. */
export function sideOf({ side }: ShownCall, isOurs: boolean): string {
  if (side === 'resident') return 'server'
  return isOurs ? 'this browser' : 'another app'
}

export function isRunning({ status }: ShownCall): boolean {
  return status === 'running' || status === 'offered'
}

/** Whether somebody has approved the call; undefined where nobody was asked, or where its end does not say. */
export function decisionOf({ approval, status }: ShownCall): 'approved' | 'denied' | undefined {
  if (status === 'denied') return 'denied'
  if (!approval || /^(?:asked|expired|superseded|cancelled)$/.test(status)) return undefined
  return 'approved'
}

/** What the model reads instead of a result; undefined where there is a result. */
export function failureOf(call: ShownCall): string | undefined {
  const mark = markOf(call)
  if (mark !== 'failed' && mark !== 'stopped') return undefined
  return call.output ?? call.error
}

/** `12 ms`, `0.8 s`, `14 s`, `2 min 5 s`, `1 h 3 min`. */
export function durationOf(ms: number): string {
  if (ms < 100) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
