import type { Machine } from '../config/data-folder.ts'
import type { Config } from '../config/settings.ts'
import type { TriedTools } from '../try-tools.ts'

/** What the commands work with: the machine's facts, the terminal and the server. */
export interface CliContext {
  machine: Machine
  version: string
  /** Writes to standard output, line ends included. */
  out(text: string): void
  /** Writes to standard error, line ends included. */
  err(text: string): void
  /**
   * Starts the server. `read` reads the settings again; it throws a `ConfigError` where they are wrong. `notices`: sentences about the
   * settings, for the log.
   */
  serve(config: Config, read: () => Config, notices: readonly string[]): Promise<unknown>
  /** Opens the tools of a server, without the server. */
  openTools(config: Config): Promise<TriedTools>
}
