import type { EffectiveSettings } from './load-config.ts'
import { type Config, type SettingKey, settingList } from './settings.ts'

/** Settings that change nothing beside others, with the reason. */
const rules: { keys: SettingKey[]; reason: string; isIdle(config: Config): boolean }[] = [
  {
    keys: ['databasePooling', 'databaseListenUrl', 'databasePool', 'databaseTimeoutMs', 'hangTimeoutMs'],
    reason: 'there is no database-url, so the embedded database is used',
    isIdle: ({ databaseUrl }) => databaseUrl === undefined,
  },
  {
    keys: ['dataDir'],
    reason: 'there is a database-url, and tls is not dev, so nothing is kept there',
    isIdle: ({ databaseUrl, tls }) => databaseUrl !== undefined && tls !== 'dev',
  },
  {
    keys: [
      ...(['ollamaBaseUrl', 'connectTimeoutMs', 'firstTokenTimeoutMs'] as const),
      ...(['silenceTimeoutMs', 'stepTimeoutMs', 'maxLineBytes'] as const),
    ],
    reason: 'engine is demo, so Ollama is not used',
    isIdle: ({ engine }) => engine === 'demo',
  },
  {
    keys: ['enginePollMs'],
    reason: 'engine is not auto, so Ollama is not looked for',
    isIdle: ({ engine }) => engine !== 'auto',
  },
  {
    keys: ['disconnectGraceMs'],
    reason: 'when-disconnected is finish, so no turn is cancelled then',
    isIdle: ({ whenDisconnected }) => whenDisconnected === 'finish',
  },
]

/** A sentence for each setting that is given and has no effect. Variables of other programs, such as OLLAMA_HOST, count as not given. */
export function idleSettings({ config, origins }: EffectiveSettings): string[] {
  const settings = new Map(settingList)
  return rules
    .filter(({ isIdle }) => isIdle(config))
    .flatMap(({ keys, reason }) =>
      keys.flatMap((key) => {
        const { name, fallbackEnvs = [] } = settings.get(key) ?? {}
        const from = origins.get(key)?.from ?? 'default'
        const isOthers = fallbackEnvs.some((variable) => from.startsWith(`${variable} in `))
        return from === 'default' || isOthers ? [] : [`${name} (${from}) has no effect: ${reason}`]
      }),
    )
}
