import type { LoadedSettings } from './config/load-config.ts'

/** Where the server writes while it starts. */
export interface ServeOutput {
  version: string
  /** Writes to the terminal, line ends included. */
  out(text: string): void
  /** True where people read it. */
  isTerminal?: boolean
  /** Sentences about the settings, for the log. */
  notices?: readonly string[]
  /** Reads the settings again; throws where they are wrong. Absent: those of the start stay. */
  readAgain?(): LoadedSettings
}

/** A server that has started. */
export interface Server {
  /** Where it is reached. */
  url: string
  /** What the terminal shows of it. */
  firstLines: string
  /** Reads the certificate and the settings again, as when a file of theirs has changed. What cannot be used is logged. */
  reload(): Promise<void>
  /** Logs an error that nothing has caught. `source`: of the tool whose code it comes from, where it does: then the server goes on. */
  reportUncaught(error: unknown, source?: string): void
  /** Takes no new turns, lets those that run finish within the drain time-out, and closes everything. `reason`: for the log. */
  close(reason?: string): Promise<void>
}
