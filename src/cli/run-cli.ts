import { CommanderError } from 'commander'
import { ConfigError } from '../config/config-error.ts'
import type { CliContext } from './cli-context.ts'
import { CommandFailed } from './command-failed.ts'
import { createProgram } from './program.ts'

/** Exit codes: the program cannot start, or the command has failed; the command line or a setting is wrong. */
const startFailed = 1
const usageError = 2

/**
 * The message for a failed start. An error with a code is written for the user. An error without one, or with one of Node's
 * `ERR_…` codes for wrong arguments, is a bug, and its stack helps to find it.
 */
function startFailureMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : undefined
  if (code === 'EADDRINUSE' && 'address' in error && 'port' in error) {
    return `port ${error.port} on ${error.address} is in use: stop the program that listens there, or choose another port with --port (0: any free port)`
  }
  if (code === 'EACCES' && 'syscall' in error && error.syscall === 'listen' && 'port' in error)
    return mayNotListen(error.port)
  if (code === 'EADDRNOTAVAIL' && 'address' in error) {
    return `${error.address} is no address of this machine: choose one of its addresses with --host, or 0.0.0.0 for all of them`
  }
  return code === undefined || code.startsWith('ERR_') ? (error.stack ?? error.message) : error.message
}

function mayNotListen(port: unknown): string {
  const allow = `sudo setcap cap_net_bind_service=+ep ${process.execPath}`
  return `this user may not listen on port ${port}: choose a port from 1024 on with --port, with a proxy or a port forwarding in front of it, or allow it to Node (on Linux: ${allow})`
}

/** Runs one command line, given without the program's name, and returns the exit code. A started server keeps running. */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  try {
    await createProgram(context).parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    // Commander has printed its message. It also throws after --help and --version.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usageError
    if (error instanceof CommandFailed) return startFailed
    if (error instanceof ConfigError) {
      context.err(`${error.message}\nRun chatterd --help for a list of all settings.\n`)
      return usageError
    }
    context.err(`chatterd cannot start: ${startFailureMessage(error)}\n`)
    return startFailed
  }
}
