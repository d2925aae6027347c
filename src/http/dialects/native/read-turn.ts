import type { StoredTurn } from '../../../turn/ports/conversation-directory.ts'
import type { NativePorts } from './ports.ts'
import { turnNotFound } from './problem.ts'

/** The turn as it is stored. Throws `not-found` where no turn has this id. */
export async function readTurn(
  id: string,
  { directory }: Pick<NativePorts, 'directory'>,
): Promise<StoredTurn> {
  const turn = await directory.turn(id)
  if (!turn) throw turnNotFound()
  return turn
}
