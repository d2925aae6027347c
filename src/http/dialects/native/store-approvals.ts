import type { LiveTurns } from '../../../stream/live-turns.ts'
import type { StoredTurn } from '../../../turn/ports/conversation-directory.ts'
import { retryOnConflict } from '../../retry-on-conflict.ts'
import type { PostedApproval } from './approvals-body.ts'
import { matchApprovals } from './match-approvals.ts'
import type { NativePorts } from './ports.ts'
import { readTurn } from './read-turn.ts'

/** Stores what a person has decided, all or nothing; returns the turn afterwards. Throws as `readTurn` and `matchApprovals` do. */
export function storeApprovals(
  id: string,
  approvals: readonly PostedApproval[],
  ports: Pick<NativePorts, 'directory'> & { turns: Pick<LiveTurns, 'storeResults'> },
): Promise<StoredTurn> {
  return retryOnConflict(async () => {
    const turn = await readTurn(id, ports)
    const { results, approvedTools } = matchApprovals(approvals, turn)
    if (results.length + approvedTools.length === 0) return turn
    const { result } = await ports.turns.storeResults({
      ...{ turn: id, results },
      ...(approvedTools.length > 0 && { approvedTools }),
    })
    return result === 'conflict' ? result : readTurn(id, ports)
  })
}
