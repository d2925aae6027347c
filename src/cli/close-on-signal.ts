import closeWithGrace from 'close-with-grace'

/** How long closing may take beyond the time in which running answers may finish, in milliseconds. */
const closingMs = 5_000

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
