import { ChatterdError } from '../../../protocol/errors.ts'
import type { NativePorts } from './ports.ts'

/** Throws `shutting-down` once the server drains. */
export function checkOpen({ turns }: Pick<NativePorts, 'turns'>): void {
  if (turns.isDraining)
    throw new ChatterdError('shutting-down', 'The server is shutting down; try again shortly.')
}
