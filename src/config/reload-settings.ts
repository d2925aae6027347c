import { type Config, type SettingKey, settingList } from './settings.ts'

/** What becomes of settings that were read again. */
export interface Reloaded {
  /** The settings that are in force now. */
  config: Config
  /** The names of those that have changed, and keep their values until a restart. */
  needRestart: string[]
}

/** Takes over from `next` what can change while the server runs; the tables of tools can. */
export function reloadSettings(current: Config, next: Config): Reloaded {
  const isSame = (key: SettingKey) => JSON.stringify(current[key]) === JSON.stringify(next[key])
  const changed = settingList.filter(([key]) => !isSame(key))
  const taken = changed.filter(([, { reload }]) => reload).map(([key]) => [key, next[key]])
  return {
    config: Object.freeze({ ...current, ...Object.fromEntries(taken), tools: next.tools }),
    needRestart: changed.filter(([, { reload }]) => !reload).map(([, { name }]) => name),
  }
}
