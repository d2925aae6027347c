import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { ConfigError } from '../../../src/config/config-error.ts'
import { loadConfig } from '../../../src/config/load-config.ts'
import { emptyToolSettings } from '../../../src/protocol/tool-settings/tool-settings.ts'

/** What a settings file with this text says of tools, in a folder of its own, or what is wrong with it, without the name of the folder. */
export function loadTables(
  t: TestContext,
  text: string,
  { env = {}, name = 'chatterd.toml' }: { env?: Record<string, string>; name?: string } = {},
) {
  const cwd = mkdtempSync(join(tmpdir(), 'chatterd-config-'))
  t.after(() => rmSync(cwd, { recursive: true }))
  writeFileSync(join(cwd, name), text)
  try {
    const { tools } = loadConfig({ env, cwd, platform: 'linux', home: '/home/ann' })
    return { cwd, tools, problems: [] }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const problems = error.problems.map((each) => each.replaceAll(cwd, ''))
    return { cwd, tools: emptyToolSettings(cwd), problems }
  }
}
