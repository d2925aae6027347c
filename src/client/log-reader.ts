import type { ErrorMembers } from './error-members.ts'
import { keepTrying } from './keep-trying.ts'
import { type MessageLog, readNewest, readOlder } from './message-log.ts'
import type { ServerLink } from './server-link.ts'
import type { Conversation } from './types.ts'

/** Reads the messages of a view, one page after the other, and tries again where that fails. */
export interface LogReader {
  readonly log: MessageLog
  /** Resolves once what is new has been read. `whole`: all that has been read may be different now. Never rejects; does not resolve once `signal` is aborted. */
  readNew(whole: boolean, signal: AbortSignal): Promise<void>
  readOlder(): Promise<void>
  clear(): void
}

export function createLogReader(
  link: ServerLink,
  conversation: Conversation,
  pageSize: number,
  onTrouble: (error: ErrorMembers | undefined) => void,
): LogReader {
  let log: MessageLog = { messages: [], hasOlder: false }
  let last: Promise<void> = Promise.resolve()

  /** One after the other: each goes on from what the one before has read. */
  function inTurn(read: () => Promise<void>): Promise<void> {
    const reading = last.then(read)
    last = reading.catch(() => {})
    return reading
  }

  return {
    get log() {
      return log
    },
    readNew: (whole, signal) =>
      inTurn(async () => {
        const attempt = async (own: AbortSignal) => {
          const known = log
          const read = await readNewest(known, conversation, pageSize, whole)
          if (!own.aborted && log === known) log = read
        }
        await keepTrying(
          {
            attempt,
            attempts: () => Number.POSITIVE_INFINITY,
            onConnection: (state) => onTrouble(state.state === 'waiting' ? state.error : undefined),
            signal,
          },
          link.rules,
          link.platform,
        )
      }),
    readOlder: () =>
      inTurn(async () => {
        log = await readOlder(log, conversation, pageSize)
      }),
    clear() {
      log = { messages: [], hasOlder: false }
    },
  }
}
