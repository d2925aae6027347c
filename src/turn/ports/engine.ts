import type { JsonObject } from '../../protocol/json.ts'
import type { Logprob } from '../../protocol/logprobs.ts'
import type { Usage } from '../../protocol/message.ts'
import type { EngineData } from '../../protocol/native/catalog.ts'
import type { Repair } from '../../protocol/repair.ts'
import type { ToolSchema } from '../../protocol/tool-schema.ts'

/** A message as engines take it: Ollama's `/api/chat` form, which is also the form of the classic dialect. */
export interface PromptMessage {
  role: 'system' | 'user' | 'assistant' | 'tool'
  content: string
  thinking?: string
  images?: string[]
  tool_calls?: { id: string; function: { index: number; name: string; arguments: JsonObject } }[]
  tool_name?: string
  tool_call_id?: string
}

/** One prompt. `settings` are Ollama's own members, such as `options`, `format`, `think` and `logprobs`, passed on as the client gave them. */
export interface ChatRequest {
  model: string
  messages: PromptMessage[]
  /** Empty: none are offered, and the request to the engine has no `tools`. */
  tools: readonly ToolSchema[]
  /**
   * The tools of which one has to be called; absent: the model decides. An engine that cannot make it call replies with a text that is
   * the JSON of the call: `{"name": "…", "arguments": {…}}`.
   */
  mustCall?: readonly ToolSchema[]
  /** False asks the engine for the reply at once, not in pieces. */
  stream: boolean
  settings: JsonObject
}

/** A call as the model asked for it. `arguments` may be any JSON, even a string of JSON. */
export interface EngineCall {
  id?: string
  name: string
  arguments: unknown
  /** What was mended to find the call, where the engine did not deliver it as one. */
  repairs?: Repair[]
  /** True where the reply has had the same call before: some engines send a call again, with the same id. It is not another one. */
  repeats?: true
}

/** One line of an engine's reply. */
export interface EnginePart {
  /** The line as it came, without its line end, for clients that read the engine's own lines; null where it is not one of Ollama's. */
  line: string | null
  text?: string
  /** True where `text` is not all of the line's: the rest has become calls. Set by the core, not by engines. */
  isCut?: true
  thinking?: string
  calls?: EngineCall[]
  /** Of the line's tokens, where they were asked for. */
  logprobs?: Logprob[]
  /** Present on the last part, and only there. `reason` is the engine's word: `stop`, `length`, `load`, … */
  done?: { reason: string; usage: Usage }
}

/** A model of an engine. Absent members: the engine did not say. */
export interface EngineModel {
  name: string
  capabilities?: string[]
  /** The largest context that the model was made for, in tokens. */
  contextLength?: number
}

/** A response of the engine that is passed through unread. */
export interface RawResponse {
  status: number
  contentType: string
  body: AsyncIterable<Uint8Array>
}

/**
 * What runs the model. Failures are `ChatterdError`s with an `engine-…` code, `unknown-model` or `context-overflow`,
 * in the engine's own words. Aborting `signal` closes the engine's connection at once.
 */
export interface Engine {
  /** `ollama`, `demo`, … */
  readonly name: string
  /**
   * Prompts the model. Yields what one read brought: one or more parts, in order. Returns after the part with `done`;
   * a stream that ends without one throws `engine-cut`.
   */
  chat(request: ChatRequest, signal: AbortSignal): AsyncIterable<EnginePart[]>
  /** Passes a request through to Ollama's `/api/generate`, and the response back, errors of the engine included. */
  generate(body: JsonObject, signal: AbortSignal): Promise<RawResponse>
  /** Resolves where the engine responds now, whatever models it has; rejects where it does not. Never cached. */
  ping(signal?: AbortSignal): Promise<void>
  /** What the engine does now, as far as this process sees. Asked for often; never rejects. */
  state(): Promise<EngineData>
  /** All models that the engine has. Cached for a short time. */
  models(signal?: AbortSignal): Promise<EngineModel[]>
  /**
   * One model; undefined where the engine does not have it. Cached for a short time. Throws where the engine cannot be reached.
   */
  model(name: string, signal?: AbortSignal): Promise<EngineModel | undefined>
  /** The context window, in tokens, with which the engine has loaded this model; undefined while that is unknown. */
  loadedContext(name: string, signal?: AbortSignal): Promise<number | undefined>
  close(): Promise<void>
}
