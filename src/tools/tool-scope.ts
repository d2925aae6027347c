import { AsyncLocalStorage } from 'node:async_hooks'

const scope = new AsyncLocalStorage<string>()

/** Runs code of a source of tools. Whatever that starts belongs to the source: timers, promises, sockets and their events. */
export function runFor<T>(source: string, run: () => T): T {
  return scope.run(source, run)
}

/** The name of the source whose code runs now; undefined where none does. An error that nothing has caught is still in the scope of its code. */
export function currentSource(): string | undefined {
  return scope.getStore()
}
