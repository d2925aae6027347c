import { currentSource } from './tools/tool-scope.ts'

export interface UncaughtErrorHandlers {
  /** Called for an error of the code of a tool: the process goes on. */
  onToolError(error: unknown, source: string): void
  /** Called for all others. */
  onFault(error: unknown): void
}

/** Takes the errors of this process that nothing has caught, in place of Node, which would end it. */
export function takeUncaughtErrors({ onToolError, onFault }: UncaughtErrorHandlers): void {
  function take(error: unknown): void {
    const source = currentSource()
    if (source === undefined) onFault(error)
    else onToolError(error, source)
  }
  process.on('uncaughtException', take)
  process.on('unhandledRejection', take)
}
