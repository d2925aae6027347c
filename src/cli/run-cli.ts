import { CommanderError } from 'commander'
import { ConfigError } from '../config/config-error.ts'
import { type CliContext, createProgram } from './program.ts'

/** Exit codes: something went wrong; the command line or a setting is wrong. */
const failed = 1
const misused = 2

/**
 * Words for what kept the program from starting. An error with a code of its own has a person for its reader; one without, or with
 * one of Node's for wrong use of its functions, is a defect of ours, and its stack is what helps.
 */
function startFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : undefined
  if (code === 'EADDRINUSE' && 'address' in error && 'port' in error) {
    return `port ${error.port} on ${error.address} is in use: stop what listens there, or choose another with --port (0: any that is free)`
  }
  return code === undefined || code.startsWith('ERR_') ? (error.stack ?? error.message) : error.message
}

/** Runs one command line, without the program's own name, and returns the exit code. A server that started goes on running. */
export async function runCli(words: readonly string[], context: CliContext): Promise<number> {
  try {
    await createProgram(context).parseAsync(words, { from: 'user' })
    return 0
  } catch (error) {
    // Commander has printed already, also for --help and --version, which it ends by a throw.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : misused
    if (error instanceof ConfigError) {
      context.err(`${error.message}\nchatterd --help tells every setting.\n`)
      return misused
    }
    context.err(`chatterd cannot start: ${startFailure(error)}\n`)
    return failed
  }
}
