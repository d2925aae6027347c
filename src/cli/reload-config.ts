import type { Logger } from 'pino'
import { ConfigError } from '../config/config-error.ts'
import { reloadSettings } from '../config/reload-settings.ts'
import type { Config } from '../config/settings.ts'

/** The settings after a reload. What cannot be used is logged, and `current` stays in force; `read` throws where settings are wrong. */
export function reloadConfig(current: Config, read: () => Config, log: Logger): Config {
  try {
    const { config, needRestart } = reloadSettings(current, read())
    log.level = config.logLevel
    log.info('the settings were read again')
    if (needRestart.length > 0)
      log.warn({ settings: needRestart }, 'settings have changed that need a restart')
    return config
  } catch (error) {
    const facts = error instanceof ConfigError ? { problems: error.problems } : { err: error }
    log.error(facts, 'the settings in force stay: those that were read cannot be used')
    return current
  }
}
