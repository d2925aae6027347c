import type { Logger } from 'pino'
import { ConfigError } from './config/config-error.ts'
import type { LoadedSettings } from './config/load-config.ts'
import { reloadSettings } from './config/reload-settings.ts'
import type { Config } from './config/settings.ts'
import { FileWatch } from './tools/watch/file-watch.ts'

/** The settings of a server, which can change while it runs. */
export interface WatchedSettings extends Disposable {
  /** Those in force. */
  readonly config: Config
  /** Reads them again, and returns those that are in force then. What cannot be used is logged, and those before stay in force. */
  reload(): Config
  /** From now on, calls this when one of their files has changed, and at once where one has changed before. */
  onChange(reload: () => void): void
}

/** Watches the files of settings. `readAgain` throws a `ConfigError` where they are wrong. */
export function watchSettings(
  first: LoadedSettings,
  { readAgain, log }: { readAgain(): LoadedSettings; log: Logger },
): WatchedSettings {
  let config = first.config
  const listener = Promise.withResolvers<() => void>()
  const files = new FileWatch(async () => (await listener.promise)())
  void files.watch(first.files)

  function reload(): Config {
    files.refresh()
    try {
      const read = readAgain()
      void files.watch(read.files)
      const { config: next, needRestart } = reloadSettings(config, read.config)
      config = next
      log.level = config.logLevel
      log.info('the settings were read again')
      if (needRestart.length > 0)
        log.warn({ settings: needRestart }, 'settings have changed that need a restart')
    } catch (error) {
      // Where they name a file that is not there, they can be used once it is.
      if (error instanceof ConfigError) void files.watch(error.files)
      const facts = error instanceof ConfigError ? { problems: error.problems } : { err: error }
      log.error(facts, 'the settings in force stay: those that were read cannot be used')
    }
    return config
  }

  return {
    get config() {
      return config
    },
    reload,
    onChange: (listen) => listener.resolve(listen),
    [Symbol.dispose]: () => files.close(),
  }
}
