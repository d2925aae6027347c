import type { ToolSettings } from '../protocol/tool-settings/tool-settings.ts'
import type { Kind } from './kinds.ts'
import type { Setting } from './setting.ts'
import { dataSettings } from './settings/data.ts'
import { engineSettings } from './settings/engine.ts'
import { serverSettings } from './settings/server.ts'
import { streamsSettings } from './settings/streams.ts'
import { toolsSettings } from './settings/tools.ts'
import { turnsSettings } from './settings/turns.ts'

/** Every setting, by its name in `Config`. Names that end in Ms hold milliseconds, names that end in Bytes hold bytes. */
const settings = {
  ...serverSettings,
  ...dataSettings,
  ...engineSettings,
  ...turnsSettings,
  ...toolsSettings,
  ...streamsSettings,
}

export type SettingKey = keyof typeof settings

type Value<S> = S extends { kind: Kind<infer T>; default: infer D }
  ? D extends null
    ? T | undefined
    : T
  : never

/** The settings that the program runs with. A setting without a default is undefined when it is not given. `tools`: the file's tables. */
export type Config = { readonly [Key in SettingKey]: Value<(typeof settings)[Key]> } & {
  readonly tools: ToolSettings
}

/** All settings as a list, for code that treats them alike. */
export const settingList: readonly [SettingKey, Setting][] = Object.entries(settings) as [
  SettingKey,
  Setting,
][]
