import type { Machine } from '../config/data-folder.ts'
import type { LoadedSettings } from '../config/load-config.ts'
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
   * Starts the server. `readAgain` throws a `ConfigError` where the settings are wrong. `notices`: sentences about the settings, for the
   * log.
   */
  serve(
    settings: LoadedSettings,
    readAgain: () => LoadedSettings,
    notices: readonly string[],
  ): Promise<unknown>
  /** Opens the tools of a server, without the server. */
  openTools(config: Config): Promise<TriedTools>
}
