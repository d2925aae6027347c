import { didYouMean } from '../protocol/closest-name.ts'
import { isJsonObject } from '../protocol/json.ts'
import { matchPattern } from '../protocol/match-pattern.ts'
import { optionalToolNames } from '../protocol/optional-tools.ts'
import { emptyToolSettings, type ToolSettings } from '../protocol/tool-settings/tool-settings.ts'
import type { ConfigFile } from './config-file.ts'
import { type Machine, pathsOf } from './data-folder.ts'
import { insertVariables } from './insert-variables.ts'
import { path } from './kinds.ts'
import { isNames } from './named-tables.ts'
import { readCallLimits } from './read-call-limits.ts'
import { readCommands } from './read-commands.ts'
import { readHttp } from './read-http.ts'
import { readMcpConfig, readMcpServers } from './read-mcp-servers.ts'
import { readOpenApi } from './read-openapi.ts'

/** The tables that the file may have beside the settings. */
export const tableNames = ['tools', 'mcpServers']

const members = ['folder', 'on', 'off', 'ask', 'limits', 'commands', 'http', 'openapi']
const defaultFolder = 'tools'

/**
 * Reads the tables of the file, and the MCP servers of the file `mcpConfig`, with `${NAME}` in their texts replaced from the environment; or
 * says what is wrong with them.
 */
export function readToolTables(
  file: ConfigFile,
  machine: Machine,
  mcpConfig?: string,
): { tables: ToolSettings; problems: string[] } {
  const { join } = pathsOf(machine)
  const standard = emptyToolSettings(join(machine.cwd, defaultFolder))
  const own =
    file.path === undefined
      ? noServers
      : readMcpServers(file.settings.mcpServers, { file: file.path, machine })
  const others = mcpConfig === undefined ? noServers : readMcpConfig(mcpConfig, { machine, own: own.tables })
  const tools =
    file.path === undefined
      ? { tables: standard, problems: [] }
      : readTools(file.settings.tools, { standard, file: file.path, machine })
  const tables = { ...tools.tables, mcpServers: [...own.tables, ...others.tables] }
  const problems = [...tools.problems, ...own.problems, ...others.problems]
  return { tables: Object.freeze(tables), problems }
}

const noServers: ReturnType<typeof readMcpServers> = { tables: [], problems: [] }

/** Reads the table `[tools]`. */
function readTools(
  tools: unknown,
  { standard, file, machine }: { standard: ToolSettings; file: string; machine: Machine },
): { tables: ToolSettings; problems: string[] } {
  if (tools === undefined) return { tables: standard, problems: [] }
  const where = `[tools] in ${file}`
  if (!isJsonObject(tools)) return { tables: standard, problems: [`${where}: expected a table`] }
  const problems = Object.keys(tools)
    .filter((name) => !members.includes(name))
    .map((name) => `${name} of ${where}: it takes ${listOf(members)}${didYouMean(name, members)}`)
  const { value, missing } = insertVariables(tools, machine.env)
  problems.push(
    ...missing.map(({ at, name }) => `${at} of ${where}: there is no variable ${name} in the environment`),
  )
  // Values are not shown: they may hold what the environment has.
  const folder = parseFolder(value.folder, { base: pathsOf(machine).dirname(file), machine })
  if (value.folder !== undefined && folder === undefined) problems.push(`folder of ${where}: expected a path`)
  const [on, off, ask] = [namesOf(value.on), namesOf(value.off), namesOf(value.ask)]
  const expected = 'expected a list of names, in which * stands for any text'
  if (!on) problems.push(`on of ${where}: ${expected}`)
  if (!off) problems.push(`off of ${where}: ${expected}`)
  if (!ask) problems.push(`ask of ${where}: ${expected}`)
  problems.push(...unknownOn(on ?? [], where))
  const limits = readCallLimits(value.limits, { file })
  const commands = readCommands(value.commands, { file: file, machine })
  // These look for arguments and secrets before variables are replaced.
  const http = readHttp(tools.http, { file: file, machine })
  const openapi = readOpenApi(tools.openapi, { file: file, machine })
  problems.push(...limits.problems, ...commands.problems, ...http.problems, ...openapi.problems)
  const tables = {
    ...standard,
    limits: limits.tables,
    commands: commands.tables,
    http: http.tables,
    openapi: openapi.tables,
    ...(folder !== undefined && { folder, isFolderGiven: true }),
    ...(on && { on: optionalToolNames.filter((name) => on.some((pattern) => matchPattern(pattern, name))) }),
    ...(off && { off }),
    ...(ask && { ask }),
  }
  return { tables, problems }
}

/** Undefined where the value is no list of names. */
function namesOf(value: unknown = []): string[] | undefined {
  return isNames(value) ? value : undefined
}

/** A sentence for each pattern of `on` that fits no optional tool, with the nearest name. */
function unknownOn(patterns: readonly string[], where: string): string[] {
  return patterns.flatMap((pattern, index) => {
    if (optionalToolNames.some((name) => matchPattern(pattern, name))) return []
    return [
      `on[${index}] of ${where}: it names no tool that is off by default; these are ${listOf(optionalToolNames)}${didYouMean(pattern, optionalToolNames)}`,
    ]
  })
}

function listOf(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

function parseFolder(value: unknown, { base, machine }: { base: string; machine: Machine }) {
  if (typeof value !== 'string' || value === '') return undefined
  return path.parse(value, { base, home: machine.home, paths: pathsOf(machine) })
}
