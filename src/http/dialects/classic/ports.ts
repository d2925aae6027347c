import type { LiveTurns } from '../../../stream/live-turns.ts'
import type { ConversationDirectory } from '../../../turn/ports/conversation-directory.ts'
import type { ConversationStore } from '../../../turn/ports/conversation-store.ts'
import type { Engine } from '../../../turn/ports/engine.ts'
import type { MessageBoard } from '../../../turn/ports/message-board.ts'
import type { BodyLimits } from '../../body/read-json.ts'
import type { DeviceToolPorts } from '../../device-tools.ts'
import type { PostedLimits } from '../../posted-bounds.ts'
import type { SseLimits } from '../../sse-response.ts'

/** What the classic dialect works with. */
export interface ClassicPorts extends DeviceToolPorts {
  turns: Pick<
    LiveTurns,
    'begin' | 'findReplay' | 'storeResults' | 'whenNotRunning' | 'follow' | 'reset' | 'loadModel'
  >
  directory: Pick<ConversationDirectory, 'outcome'>
  store: Pick<ConversationStore, 'newestTurn'>
  board: MessageBoard
  engine: Engine
  readWeather: ReadWeather
  newId(): string
  bodies: Pick<BodyLimits, 'maxBodyValues'>
  limits: ClassicResponseLimits & PostedLimits & { boardMessages: number }
}

/** The weather at a location, as the tool `get_weather` returns it. Throws `invalid-request` for invalid coordinates. */
export type ReadWeather = (
  location: { latitude: unknown; longitude: unknown },
  signal: AbortSignal,
) => Promise<string>

/** Limits and settings of a response that follows a turn. */
export interface ClassicResponseLimits extends Required<SseLimits> {
  /** When the client disconnects, its turn finishes, or is cancelled after the grace time. */
  whenDisconnected: 'finish' | 'stop'
  /** The grace time, in milliseconds. */
  disconnectGraceMs: number
  /** How long a turn that nobody follows may run on while a prompt waits for its conversation, in milliseconds. */
  busyGraceMs: number
}
