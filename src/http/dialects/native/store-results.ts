import type { LiveTurns } from '../../../stream/live-turns.ts'
import type { StoredTurn } from '../../../turn/ports/conversation-directory.ts'
import { retryOnConflict } from '../../retry-on-conflict.ts'
import { type CallResult, matchCallResults } from './match-call-results.ts'
import type { NativePorts } from './ports.ts'
import { readTurn } from './read-turn.ts'

/** Stores results of a turn's calls, all or none; returns the turn afterwards. Throws as `readTurn` and `matchCallResults` do. */
export function storeCallResults(
  id: string,
  results: readonly CallResult[],
  ports: Pick<NativePorts, 'directory'> & { turns: Pick<LiveTurns, 'storeResults'> },
): Promise<StoredTurn> {
  return retryOnConflict(async () => {
    const turn = await readTurn(id, ports)
    const { outcomes, late, refusal } = matchCallResults(results, turn)
    // The store keeps a result of a superseded call, and nothing goes on for it.
    if (late.length > 0) await ports.turns.storeResults({ turn: id, results: late })
    if (refusal) throw refusal
    if (outcomes.length === 0) return turn
    const { result } = await ports.turns.storeResults({ turn: id, results: outcomes })
    return result === 'conflict' ? result : readTurn(id, ports)
  })
}
