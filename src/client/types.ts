import type { JsonObject } from '../protocol/json.ts'
import type { EngineData, ModelData, ResidentToolData, ToolSourceData } from '../protocol/native/catalog.ts'
import type { ConversationData, ListedConversation, MessageData } from '../protocol/native/conversation.ts'
import type { NumberedEvent } from '../protocol/native/events.ts'
import type { TurnEndStatus } from '../protocol/native/turn.ts'
import type { ConnectionState } from './connection-state.ts'
import type { ErrorMembers } from './error-members.ts'
import type { TurnResult, TurnState } from './turn-state.ts'

// What an interface shows and sends is typed by these, so that it needs this room alone.
export type { Approval, CallSide, CallStatus } from '../protocol/call.ts'
export type { ErrorCode } from '../protocol/errors.ts'
export type { TurnStatus } from '../protocol/events.ts'
export type { Json, JsonObject } from '../protocol/json.ts'
export type { FinishReason, Usage } from '../protocol/message.ts'
export type { EngineData, ModelData, ResidentToolData, ToolSourceData } from '../protocol/native/catalog.ts'
export type { ConversationData, ListedConversation, MessageData } from '../protocol/native/conversation.ts'
export type { NumberedEvent, TurnEventData } from '../protocol/native/events.ts'
export type { CallData, ErrorData, TurnData } from '../protocol/native/turn.ts'
export type { Repair } from '../protocol/repair.ts'
export type { ConnectionState } from './connection-state.ts'
export type { ErrorMembers } from './error-members.ts'
export type { CallState, ReplyState, TurnResult, TurnState } from './turn-state.ts'

/** How a client reaches its server. */
export interface ClientOptions {
  /** Where the server is: `http://127.0.0.1:8080`; `''`, the default, is the page's own origin. */
  baseUrl?: string
  /** Headers for every request, asked for anew each time. */
  headers?: () => Record<string, string> | Promise<Record<string, string>>
  fetch?: typeof fetch
  /**
   * How long to wait before an attempt after one that failed, in milliseconds: at first (250), and at most (15 s). A turn that has begun is followed
   * without end; a request that nothing responds to is sent `attempts` times (10) before it is given up.
   */
  reconnect?: { firstMs?: number; longestMs?: number; attempts?: number }
}

/** What a turn's readers get: its events, and how its connection is; `at` is when this client got it, in milliseconds since 1970. */
export type ClientEvent = { at: number } & (
  | NumberedEvent
  | ({ type: 'connection' } & ConnectionState)
  /** Its conversation is busy: it is at this position of the queue, from 1. */
  | { type: 'queued'; position: number }
)

/** The request with which a client begins a turn, or follows one, for those who want to see it. */
export interface TurnRequest {
  method: 'GET' | 'POST'
  /** With the client's `baseUrl`, and so a path where that is empty. */
  url: string
  /** Those of the SDK alone: what `ClientOptions.headers` gives may be secret. */
  headers: Record<string, string>
  body?: JsonObject
}

/** A tool that runs in this client. */
export interface DeviceTool {
  name: string
  description?: string
  /** JSON Schema of the arguments. */
  parameters?: JsonObject
  /** True where a call whose result was lost with a reload may run once more. */
  repeatable?: boolean
  /** What the model reads: a string as it is, any other value as JSON. What it throws becomes the call's error. */
  run(args: JsonObject, context: { signal: AbortSignal; callId: string }): unknown
}

/** A tool of this client that the model is offered; where it has no `run`, results are sent with `answer`. */
export type OfferedTool = DeviceTool | (Omit<DeviceTool, 'run'> & { run?: undefined })

/** What to send along with a prompt. */
export interface SendOptions {
  model?: string
  tools?: readonly OfferedTool[]
  residentTools?: readonly string[]
  toolChoice?: 'auto' | 'none' | 'required' | { name: string }
  system?: string
  options?: JsonObject
  format?: 'json' | JsonObject
  think?: boolean | string
  whenBusy?: 'queue' | 'refuse' | 'replace'
  /** Begins a new branch after the message with this number, of the current branch; with input `[]` that message is answered anew. */
  after?: number
  /** Cancels the turn. */
  signal?: AbortSignal
  idempotencyKey?: string
}

/** A prompt: text, or messages. Images are base64. */
export type Input =
  | string
  | readonly { role: 'system' | 'user' | 'assistant'; content: string; images?: readonly string[] }[]

/** A turn that is followed. Each reader gets all its events from the first. */
export interface Turn extends AsyncIterable<ClientEvent> {
  /** Undefined until its first event. */
  readonly id: string | undefined
  readonly state: TurnState
  readonly request: TurnRequest
  /** Rejects with a `ChatterdError` where the server refused the request, or with the signal's reason. A turn that failed resolves. */
  readonly result: Promise<TurnResult>
  subscribe(onChange: () => void): () => void
  cancel(): Promise<void>
  answer(callId: string, result: { output: unknown } | { error: string }): Promise<void>
  approve(callId: string, decision: ApprovalDecision): Promise<void>
}

export type ApprovalDecision =
  | { decision: 'approve'; always?: boolean }
  | { decision: 'deny'; reason?: string }

export interface Client {
  conversation(name: string): Conversation
  conversations(options?: {
    after?: string
    limit?: number
    search?: string
  }): Promise<{ conversations: ListedConversation[]; next?: string }>
  models(): Promise<ModelData[]>
  tools(): Promise<{ tools: ResidentToolData[]; sources: ToolSourceData[] }>
  engine(): Promise<EngineData>
  /** Follows a turn by its id, from its first event. */
  turn(id: string): Turn
}

export interface Conversation {
  readonly name: string
  send(input: Input, options?: SendOptions): Turn
  /** Undefined where there is no such conversation. */
  read(): Promise<ConversationData | undefined>
  messages(options?: {
    before?: number
    limit?: number
    /** Of this branch; absent: of the current one. */
    branch?: number
  }): Promise<{ messages: MessageData[]; before?: number }>
  /** Follows the turn that runs or waits now; undefined where there is none. */
  active(options?: { tools?: readonly OfferedTool[] }): Promise<Turn | undefined>
  update(change: {
    title?: string | null
    system?: string | null
    model?: string | null
    branch?: number
  }): Promise<ConversationData>
  delete(): Promise<void>
}

export interface ViewOptions {
  /** Device tools of this client: offered with each prompt, and run when they are called. */
  tools?: readonly OfferedTool[]
  /** How many messages to read at once. */
  pageSize?: number
}

/** What the user sent with a turn. */
export interface Sent {
  content: string
  images: readonly string[]
}

/** A conversation as an interface shows it. A new object for each change; what has not changed stays the same object. */
export interface ViewState {
  /** `loading` until its messages are there; `failed` where they could not be read, which is tried again. */
  status: 'loading' | 'ready' | 'failed'
  /** Why its messages cannot be read now. */
  error?: ErrorMembers | undefined
  /** Undefined where the conversation does not exist yet. */
  conversation: ConversationData | undefined
  /** The messages of the current branch that have been read, oldest first, without those of `turn`. */
  messages: readonly MessageData[]
  hasOlder: boolean
  /**
   * The turn that runs, of whichever client, until its messages are in `messages`. One that this client has sent and that the server refused stays, as
   * `failed`, until `dismiss()` or the next prompt: nothing of it is stored.
   */
  turn: TurnState | undefined
  /** What the user sent with `turn`; undefined where a message is answered anew. */
  sent: Sent | undefined
  /** Prompts of this client that wait for `turn` to end. */
  queued: readonly { turn: TurnState; sent: Sent | undefined }[]
  /** How the newest turn ended, where it did not complete; its messages are in `messages`. */
  failure: { turn: string; status: TurnEndStatus; error?: ErrorMembers } | undefined
  /** Of the stream that tells what happens in the conversation. */
  connection: ConnectionState
}

/** A conversation that is open in an interface. */
export interface ConversationView {
  readonly state: ViewState
  /** The newest turn that this client has sent or followed, also after its end: its events, and its request. */
  readonly turn: Turn | undefined
  /** It is open, and follows what happens, while it has a subscriber. */
  subscribe(onChange: () => void): () => void
  /** With the view's tools, unless `options` have others. */
  send(input: Input, options?: SendOptions): Turn
  /** Cancels `turn`. */
  stop(): Promise<void>
  answer(callId: string, result: { output: unknown } | { error: string }): Promise<void>
  approve(callId: string, decision: ApprovalDecision): Promise<void>
  /** Forgets a prompt that the server refused. */
  dismiss(): void
  loadOlder(): Promise<void>
  /** Makes another branch the current one. */
  switchBranch(branch: number): Promise<void>
  /** Which device tools are offered from now on. */
  setTools(tools: readonly OfferedTool[]): void
  /** Ends all subscriptions. Turns go on. */
  close(): void
}
