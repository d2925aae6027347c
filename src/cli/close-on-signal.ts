import closeWithGrace from 'close-with-grace'

/** How long closing may take beyond the time in which running answers may finish, in milliseconds. */
const closingMs = 5_000

/** How often it is looked whether the parent is still there, in milliseconds. */
const parentPollMs = 500

/** Closes the server in order on SIGTERM, SIGINT and the like, and on a fault that nothing caught; then ends the process. */
export function closeOnSignal(
  server: { close(): Promise<void> },
  drainMs: number,
  tell: (text: string) => void,
): void {
  const logger = { error: (words: unknown) => tell(`${words instanceof Error ? words.stack : words}\n`) }
  closeWithGrace({ delay: drainMs + closingMs, logger }, async ({ err, signal }) => {
    if (err) tell(`chatterd ends by a fault: ${err.stack}\n`)
    else tell(`${signal}: running answers have ${drainMs / 1000} s to finish\n`)
    await server.close()
  })
}

/**
 * Ends this process in order when its parent does. npm passes a SIGTERM to the shell that it runs a script in, and the shell
 * ends without a word to the server, which would go on holding its port and its data.
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
