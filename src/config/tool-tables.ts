import { didYouMean } from '../protocol/closest-name.ts'
import { isJsonObject } from '../protocol/json.ts'
import type { ConfigFile } from './config-file.ts'
import { type Machine, pathsOf } from './data-folder.ts'
import { insertVariables } from './insert-variables.ts'
import { path } from './kinds.ts'

/** What the tables of the settings file say of tools. */
export interface ToolTables {
  /** Absolute. Default: `tools` in the working directory. */
  readonly folder: string
  /** True where the file names the folder. */
  readonly isFolderGiven: boolean
  /** Patterns of the names of tools that are not offered. */
  readonly off: readonly string[]
}

/** The tables that the file may have beside the settings. */
export const tableNames = ['tools']

const members = ['folder', 'off']
const defaultFolder = 'tools'

/** Reads the tables of the file, with `${NAME}` in their texts replaced from the environment; or says what is wrong with them. */
export function readToolTables(
  file: ConfigFile,
  machine: Machine,
): { tables: ToolTables; problems: string[] } {
  const { join, dirname } = pathsOf(machine)
  const standard = { folder: join(machine.cwd, defaultFolder), isFolderGiven: false, off: [] }
  const { tools } = file.settings
  if (file.path === undefined || tools === undefined) return { tables: standard, problems: [] }
  const where = `[tools] in ${file.path}`
  if (!isJsonObject(tools)) return { tables: standard, problems: [`${where}: expected a table`] }
  const problems = Object.keys(tools)
    .filter((name) => !members.includes(name))
    .map((name) => `${name} of ${where}: it takes ${members.join(' and ')}${didYouMean(name, members)}`)
  const { value, missing } = insertVariables(tools, machine.env)
  problems.push(...missing.map(({ at, name }) => `${at} of ${where}: there is no ${name} in the environment`))
  // Values are not shown: they may hold what the environment has.
  const folder = parseFolder(value.folder, { base: dirname(file.path), machine })
  if (value.folder !== undefined && folder === undefined) problems.push(`folder of ${where}: expected a path`)
  const off = value.off ?? []
  const isNames = Array.isArray(off) && off.every((each) => typeof each === 'string' && each !== '')
  if (!isNames) problems.push(`off of ${where}: expected a list of names, in which * stands for any text`)
  const tables = {
    ...standard,
    ...(folder !== undefined && { folder, isFolderGiven: true }),
    ...(isNames && { off: off as string[] }),
  }
  return { tables: Object.freeze(tables), problems }
}

function parseFolder(value: unknown, { base, machine }: { base: string; machine: Machine }) {
  if (typeof value !== 'string' || value === '') return undefined
  return path.parse(value, { base, home: machine.home, paths: pathsOf(machine) })
}
