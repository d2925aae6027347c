import { hold, type SeenEvent } from './turn-record.ts'

/** The default of the setting max-unjournaled-events. */
export const defaultUnjournaled = 64

/** An event in place of one that a process that is gone may have published. Other deltas of text are never empty. */
const isFiller = ({ name, data }: SeenEvent) => name === 'text-delta' && data.text === ''

/** Events that are published before they are stored. */
const unstored = new Set(['step-start', 'text-delta', 'thinking-delta', 'logprobs', 'notice'])

/**
 * Compares what a client saw with the turn as it is now, from its first event. They are the same, number by number and byte by
 * byte, with one exception: where the process of a turn was lost, `unjournaled` fillers have the numbers of the events that it may have
 * published beyond the journal, and after them come only ends. Throws a `Violation`.
 */
export function compareSeen(
  seen: readonly SeenEvent[],
  whole: readonly SeenEvent[],
  unjournaled = defaultUnjournaled,
): void {
  const first = whole.findIndex(isFiller)
  const fillers = whole.filter(isFiller).length
  if (fillers > 0) checkFillers(whole, first, fillers, unjournaled)
  for (const { n, name, raw } of seen) {
    const now = whole[n - 1]
    hold(now?.n === n, `an event that was seen is gone: ${raw}`)
    if (now.raw === raw) continue
    hold(isFiller(now), `the same number with another event:\n${raw}\n${now.raw}`)
    hold(unstored.has(name), `an event that is stored before it is published is gone: ${raw}`)
  }
}

function checkFillers(
  whole: readonly SeenEvent[],
  first: number,
  fillers: number,
  unjournaled: number,
): void {
  hold(fillers === unjournaled, `${fillers} fillers, and not ${unjournaled}`)
  hold(whole.slice(first, first + unjournaled).every(isFiller), 'fillers that do not follow each other')
  const after = whole.slice(first + unjournaled)
  hold(
    after.every(({ name }) => name === 'call-end' || name === 'turn-end'),
    'a turn went on after its fillers',
  )
  const status = after.at(-1)?.data.status
  hold(status === 'interrupted' || status === 'cancelled', `a turn with fillers is ${status}`)
}
