import { ChatterdError } from '../../../protocol/errors.ts'
import type { LiveTurns } from '../../../stream/live-turns.ts'
import type { StoredTurn } from '../../../turn/conversation-directory.ts'
import { type CallResult, matchCallResults } from './match-call-results.ts'
import type { NativePorts } from './ports.ts'
import { turnNotFound } from './problem.ts'

/** How often results are matched anew when others come in between. */
const maxRaces = 5

/** Stores results of a turn's calls, all or none; returns the turn as it stands then. Throws as `matchCallResults` does. */
export async function storeCallResults(
  id: string,
  results: readonly CallResult[],
  ports: Pick<NativePorts, 'directory'> & { turns: Pick<LiveTurns, 'storeResults'> },
): Promise<StoredTurn> {
  for (let race = 1; race <= maxRaces; race++) {
    const turn = await readTurn(id, ports)
    const { outcomes, late, refusal } = matchCallResults(results, turn)
    // The store keeps a result of a superseded call, and nothing goes on for it.
    if (late.length > 0) await ports.turns.storeResults({ turn: id, results: late })
    if (refusal) throw refusal
    // All of it is known already.
    if (outcomes.length === 0) return turn
    const { result } = await ports.turns.storeResults({ turn: id, results: outcomes })
    if (result !== 'conflict') return readTurn(id, ports)
  }
  const words = 'Other results for the same calls come at the same time; try again.'
  throw new ChatterdError('conversation-busy', words)
}

/** The turn. Throws `not-found` where there is none. */
export async function readTurn(
  id: string,
  { directory }: Pick<NativePorts, 'directory'>,
): Promise<StoredTurn> {
  const turn = await directory.turn(id)
  if (!turn) throw turnNotFound()
  return turn
}
