import { type ChildProcess, spawn } from 'node:child_process'
import { type JSONRPCMessage, parseJSONRPCMessage, type Transport } from '@modelcontextprotocol/client'
import type { McpProgram } from '../../../protocol/tool-settings/mcp-server.ts'
import { type RunningGroup, watchGroup } from '../commands/process-group.ts'
import { startFailure } from '../commands/program-result.ts'
import type { Programs } from '../commands/programs.ts'
import { createRedact, type Redact } from '../redact.ts'
import { LineReader } from './line-reader.ts'

/** How much of the end of standard error is kept. */
const keptErrorBytes = 2_048

/**
 * The connection to an MCP server that is a program: one message a line, on its standard input and output. The program runs in a process
 * group of its own, which ends with the connection.
 */
export class StdioTransport implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: Transport['onmessage']
  /** The package takes a transport with `stderr` and `pid` for one to a program, which need not answer what it does not know. */
  readonly stderr = null
  readonly #server: McpProgram
  readonly #programs: Programs
  readonly #maxMessageBytes: number
  #child: ChildProcess | undefined
  #group: RunningGroup | undefined
  #errorsEnd: Buffer = Buffer.alloc(0)
  /** True where its beginning is missing. */
  #isCut = false
  #end: string | undefined
  #ignoredLines = 0
  readonly #redact: Redact

  constructor(
    server: McpProgram,
    { programs, maxMessageBytes }: { programs: Programs; maxMessageBytes: number },
  ) {
    this.#server = server
    this.#programs = programs
    this.#maxMessageBytes = maxMessageBytes
    this.#redact = createRedact(server.secrets)
  }

  get pid(): number | null {
    return this.#child?.pid ?? null
  }

  /** How the program has ended, with the end of its standard error. Undefined while it runs. */
  get end(): string | undefined {
    if (this.#end === undefined) return undefined
    const errors = this.#redact(this.#errorsEnd.toString(), this.#isCut ? 'start' : undefined).trim()
    const ignored = this.#ignoredLines
    const parts = [
      this.#end,
      ...(ignored > 0 ? [`lines on standard output that are no messages: ${ignored}`] : []),
      ...(errors === '' ? [] : [errors]),
    ]
    return parts.join(': ')
  }

  async start(): Promise<void> {
    const started = Promise.withResolvers<void>()
    this.#group = this.#programs.run(() => this.#spawn(started))
    await started.promise
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#child?.stdin
    if (!stdin?.writable) throw new Error(this.end ?? 'the program has closed its input')
    if (stdin.writableLength > this.#maxMessageBytes) {
      this.#end ??= 'the program was stopped: it does not read its input'
      this.#group?.stop()
      throw new Error(this.end)
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    // JSON has no line ends.
    stdin.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve()))
    await promise
  }

  /** Resolves when the program and all that it has started are gone. */
  async close(): Promise<void> {
    this.#group?.stop()
    await this.#group?.gone
  }

  #spawn(started: PromiseWithResolvers<void>): RunningGroup {
    const { program, args, env, cwd } = this.#server
    // Where there are no free file descriptors, it has no streams.
    const child: ChildProcess = spawn(program, args, {
      ...{ cwd, env, detached: true, windowsHide: true, stdio: 'pipe' },
    })
    this.#child = child
    child.on('error', (error) => {
      const failure = startFailure(error, this.#server)
      this.#end ??= failure.message
      started.reject(failure)
    })
    const { stdin, stdout, stderr } = child
    const group = watchGroup(child)
    const stop = () => {
      stdin?.end()
      group.stop()
    }
    const lines = new LineReader(this.#maxMessageBytes, (line) => this.#receive(line))
    stdout?.on('data', (chunk: Buffer) => {
      if (lines.read(chunk)) return
      this.#end ??= `the program was stopped: a line of its output has more than ${this.#maxMessageBytes} bytes`
      stdout.destroy()
      stop()
    })
    stderr?.on('data', (chunk: Buffer) => {
      const errors = Buffer.concat([this.#errorsEnd, chunk])
      this.#isCut ||= errors.length > keptErrorBytes
      this.#errorsEnd = errors.subarray(-keptErrorBytes)
    })
    // What cannot be written is refused by `send`.
    stdin?.on('error', () => {})
    child.on('spawn', () => started.resolve())
    child.on('close', (code, signal) => {
      this.#end ??= signal
        ? `the program was ended by ${signal}`
        : `the program has ended with exit code ${code}`
      this.onclose?.()
    })
    return { ...group, stop }
  }

  #receive(line: string): void {
    let message: JSONRPCMessage
    try {
      message = parseJSONRPCMessage(JSON.parse(line))
    } catch {
      this.#ignoredLines += 1
      return
    }
    this.onmessage?.(message)
  }
}
