import { matchCallResults } from '../../src/http/dialects/native/match-call-results.ts'
import { storeCallResults } from '../../src/http/dialects/native/store-results.ts'
import { ChatterdError } from '../../src/protocol/errors.ts'
import type { AdmittedTurn } from '../../src/stream/admission.ts'
import type { Doing } from './actions.ts'
import { ClientRequest } from './clients.ts'
import type { RaceProcess } from './race-process.ts'
import type { RaceWorld } from './race-world.ts'

type Posting = Extract<Doing, { do: 'results' }>
type Results = { callId: string; output: string }[]

/** A client posts results of a turn's calls, as the device does, or as one that is late or wrong. */
export async function postResults(doing: Posting, world: RaceWorld): Promise<void> {
  const by = world.process(doing.processIndex)
  // The turns that have device calls, the newest first.
  const turns = await world.query<{ turn: string; calls: string[] }>(
    `select turn_id as turn, array_agg(request->>'id' order by message_seq desc, index) as calls
     from chatterd.calls where side = 'device' group by turn_id order by max(created_at) desc, turn_id`,
  )
  const { turn, calls } = turns[doing.turn % Math.max(1, turns.length)] ?? { turn: '', calls: [] }
  const chosen = calls.filter((_, index) => doing.calls.length === 0 || doing.calls.includes(index))
  if (chosen.length === 0) return
  const results = chosen.map((callId) => ({ callId, output: doing.output }))
  const request = new ClientRequest(by, world.moment)
  world.results.push({ turn, results, request })
  world.ask(by, send(doing, turn, results, by, request))
}

function send(
  { how, output }: Posting,
  turn: string,
  results: Results,
  by: RaceProcess,
  request: ClientRequest,
): Promise<void> {
  if (how === 'native') {
    const settled = storeCallResults(turn, results, by).then(() => ({ turn, after: 0 }))
    return request.settle(settled, false)
  }
  const listener = how === 'classic' ? request.listener : undefined
  const key = how === 'keyed' ? { key: `results ${output}`, digest: JSON.stringify(results) } : undefined
  return request.settle(postOnce(turn, results, by, listener, key), listener !== undefined)
}

/** As the classic dialect does, but that it gives up where other results came in between. */
async function postOnce(
  turn: string,
  results: Results,
  { turns, directory }: RaceProcess,
  listener: ClientRequest['listener'] | undefined,
  key: { key: string; digest: string } | undefined,
): Promise<AdmittedTurn> {
  const stored = await directory.turn(turn)
  if (!stored) throw refused('not-found')
  const { outcomes, refusal } = matchCallResults(results, stored)
  if (refusal) throw refusal
  if (outcomes.length === 0) return { turn, after: 0 }
  await turns.whenNotRunning(turn)
  const entered = await turns.storeResults({ turn, results: outcomes, ...(key && { key }) }, listener)
  if (entered.result === 'conflict') throw refused('conversation-busy')
  return entered
}

function refused(code: 'not-found' | 'conversation-busy'): ChatterdError {
  return new ChatterdError(code, 'Not now.')
}
