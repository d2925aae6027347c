import type { Kind } from './kinds.ts'
import type { Setting } from './setting.ts'
import { dataSettings } from './settings/data.ts'
import { engineSettings } from './settings/engine.ts'
import { serverSettings } from './settings/server.ts'
import { streamsSettings } from './settings/streams.ts'
import { toolsSettings } from './settings/tools.ts'
import { turnsSettings } from './settings/turns.ts'

/** Every setting, by its name in `Config`. Times end in Ms and are milliseconds, sizes end in Bytes and are bytes. */
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

/** What the program runs with. Undefined where a setting has no default and nobody gave it. */
export type Config = { readonly [Key in SettingKey]: Value<(typeof settings)[Key]> }

/** The table as a list, for those who treat all settings alike. */
export const settingList: readonly [SettingKey, Setting][] = Object.entries(settings) as [
  SettingKey,
  Setting,
][]
