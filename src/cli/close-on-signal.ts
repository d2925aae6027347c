import closeWithGrace from 'close-with-grace'

/** How long closing may take after the drain time-out, in milliseconds. */
const closingMs = 5_000

/** How often the parent process is checked, in milliseconds. */
const parentPollMs = 500

/**
 * Closes the server on SIGTERM, SIGINT and similar signals, but not on SIGHUP, then ends the process. Returns a function that does so
 * because of a fault, with exit code 1; a second one ends the process at once.
 */
export function closeOnSignal(
  server: { close(reason?: string): Promise<void> },
  drainMs: number,
  write: (text: string) => void,
): () => void {
  let isFaulty = false
  const logger = {
    error: (message: unknown) => write(`${message instanceof Error ? message.stack : message}\n`),
  }
  const skip = ['SIGHUP', 'uncaughtException', 'unhandledRejection'] as const
  const { close } = closeWithGrace(
    { delay: drainMs + closingMs, logger, skip: [...skip] },
    async ({ signal }) => {
      await server.close(signal && `${signal}: running turns have ${drainMs / 1000} s to finish`)
      if (isFaulty) process.exit(1)
    },
  )
  return () => {
    if (isFaulty) process.exit(1)
    isFaulty = true
    close()
  }
}

/**
 * Sends SIGTERM to this process when its parent has ended. npm passes a SIGTERM only to the shell that runs a script, and the
 * shell ends without passing it on: the server would keep its port and its data directory.
 */
export function closeWithParent(): void {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, parentPollMs)
  timer.unref()
}
