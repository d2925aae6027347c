import type { CommandTool } from '../../../protocol/tool-settings/command-tool.ts'
import type { ToolSettings } from '../../../protocol/tool-settings/tool-settings.ts'
import type { Tool, ToolArguments } from '../../../turn/ports/toolbox.ts'
import { argumentsJson } from '../argument-text.ts'
import { makeTool } from '../make-tool.ts'
import { createRedact } from '../redact.ts'
import type { SourceGroup, SourceGroupOptions, ToolSource } from '../tool-source.ts'
import { fillArguments } from './fill-arguments.ts'
import { isInstalled } from './find-program.ts'
import type { ProgramOptions } from './program.ts'
import { programResult, startFailure } from './program-result.ts'
import { Programs } from './programs.ts'

/** The tools that run programs. */
export class CommandTools implements SourceGroup {
  readonly #programs = new Programs()
  readonly #maxOutputBytes: number
  #source: ToolSource = { name: 'command', state: 'ready', tools: [] }

  /** A program that writes more than `maxOutputBytes` is stopped. */
  constructor({ maxOutputBytes }: Pick<SourceGroupOptions, 'maxOutputBytes'>) {
    this.#maxOutputBytes = maxOutputBytes
  }

  use({ commands }: Pick<ToolSettings, 'commands'>): void {
    this.#source = {
      ...this.#source,
      tools: commands.map((command) => this.#toolOf(command)),
      problems: commands
        .filter((command) => !isInstalled(command.program, command))
        .map(({ name, program }) => `${name} cannot run: the program ${program} is not installed`),
    }
  }

  sources(): ToolSource[] {
    return this.#source.tools.length > 0 ? [this.#source] : []
  }

  /** There is nothing to look for. */
  async reload(): Promise<void> {}

  /** Stops the programs that run. */
  async close(): Promise<void> {
    await this.#programs.close()
  }

  #toolOf(command: CommandTool): Tool {
    const { name, description, idempotent, timeoutMs } = command
    return makeTool({
      ...{ name, description, idempotent, timeoutMs, parameters: parametersOf(command) },
      run: (args, { signal }) => this.#run(command, args, signal),
    })
  }

  async #run(command: CommandTool, args: ToolArguments, signal: AbortSignal): Promise<string> {
    const maxOutputBytes = this.#maxOutputBytes
    const program = this.#start(command, {
      file: command.program,
      args: fillArguments(command, args),
      env: command.env,
      cwd: command.cwd,
      ...(command.stdin && { input: argumentsJson(args) }),
      maxOutputBytes,
    })
    signal.addEventListener('abort', program.stop)
    try {
      const end = await program.ended.catch((error: unknown) => {
        throw startFailure(error, command)
      })
      return programResult(end, createRedact(command.secrets), maxOutputBytes)
    } finally {
      signal.removeEventListener('abort', program.stop)
    }
  }

  #start(command: CommandTool, options: ProgramOptions) {
    try {
      return this.#programs.start(options)
    } catch (error) {
      throw startFailure(error, command)
    }
  }
}

/** Arguments that the command does not have would be lost, so they are refused; on standard input, the program gets all. */
function parametersOf({ parameters = { type: 'object', properties: {} }, stdin }: CommandTool) {
  return stdin ? parameters : { ...parameters, additionalProperties: false }
}
