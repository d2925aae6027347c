import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { thisMachine } from '../config/this-machine.ts'
import type { Server } from '../server.ts'
import { takeUncaughtErrors } from '../uncaught-errors.ts'
import { closeOnSignal, closeWithParent } from './close-on-signal.ts'
import { runCli } from './run-cli.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

const machine = thisMachine()
let serves = false
let server: Server | undefined
let closeFaulty: (() => void) | undefined
takeUncaughtErrors({
  onToolError(error, source) {
    if (server) server.reportUncaught(error, source)
    else process.stderr.write(`${source}: an error that nothing has caught: ${inspect(error)}\n`)
  },
  onFault(error) {
    if (server && closeFaulty) {
      server.reportUncaught(error)
      closeFaulty()
    } else {
      process.stderr.write(`chatterd stops after an unexpected error: ${inspect(error)}\n`)
      process.exit(1)
    }
  },
})
const exitCode = await runCli(process.argv.slice(2), {
  machine,
  version,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  // Imported only by the command that needs it, so that a wrong setting is reported without its loading time.
  serve: async (settings, readAgain, notices) => {
    serves = true
    // Also while the server starts, when there is nothing to reload: without a listener the signal would end the process.
    process.on('SIGHUP', () => void server?.reload())
    const { serve } = await import('../main.ts')
    server = await serve(settings, {
      version,
      notices,
      readAgain,
      out: (text) => process.stdout.write(text),
      isTerminal: process.stdout.isTTY,
    })
    closeFaulty = closeOnSignal(server, settings.config.drainTimeoutMs, (text) => process.stderr.write(text))
    // After the signal handlers: a reader of these lines may send a signal at once.
    process.stdout.write(server.firstLines)
    if (machine.env.npm_lifecycle_event !== undefined) closeWithParent()
  },
  openTools: async (config) => await (await import('../try-tools.ts')).openTools(config),
})

// A failed start may leave a worker or a socket open, which would keep the process alive.
if (exitCode !== 0) process.exit(exitCode)
// Modules of tools may keep it alive as well.
if (!serves) process.stdout.write('', () => process.exit())
