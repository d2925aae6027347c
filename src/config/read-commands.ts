import { isJsonObject, type JsonObject } from '../protocol/json.ts'
import type { CommandTool } from '../protocol/tool-settings/command-tool.ts'
import { checkCommand } from './check-command.ts'
import { type Machine, pathsOf } from './data-folder.ts'
import { path } from './kinds.ts'
import {
  isOptionalText,
  isOptionalTimeout,
  type MemberCheck,
  memberProblems,
  readNamedTables,
  timeout,
  timeoutMs,
} from './named-tables.ts'
import { inheritedFrom, isTexts, isVariables } from './program-members.ts'
import { partsOf } from './text-template.ts'

const members = [
  ...['description', 'command', 'stdin', 'parameters', 'timeout', 'env', 'cwd', 'idempotent'],
] as const

/** Reads the tables of commands, whose variables are replaced; or says what is wrong with them. */
export function readCommands(
  value: unknown,
  { file, machine }: { file: string; machine: Machine },
): { tables: CommandTool[]; problems: string[] } {
  const base = pathsOf(machine).dirname(file)
  return readNamedTables(value, { kind: 'commands', file }, (name, table) => {
    const problems = memberProblems(table, members, checksOf(table))
    if (problems.length > 0) return { problems }
    const command = readCommand(name, table, { base, machine })
    return { table: command, problems: checkCommand(command) }
  })
}

function checksOf(table: JsonObject): MemberCheck<(typeof members)[number]>[] {
  const { description, command, stdin, parameters, env, cwd, idempotent } = table
  return [
    ['description', isOptionalText(description), 'a text'],
    [
      'command',
      isTexts(command) && command[0] !== undefined && command[0] !== '',
      'a list of texts, first the program',
    ],
    ['stdin', stdin === undefined || stdin === 'json', '"json"'],
    ['parameters', parameters === undefined || isJsonObject(parameters), 'a JSON Schema'],
    ['timeout', isOptionalTimeout(table.timeout), timeout.expected],
    ['env', env === undefined || isVariables(env), 'texts by the names of variables'],
    ['cwd', cwd === undefined || (typeof cwd === 'string' && cwd !== '' && !cwd.includes('\0')), 'a path'],
    ['idempotent', idempotent === undefined || typeof idempotent === 'boolean', 'true or false'],
  ]
}

/** The command of a table whose members have the right types. */
function readCommand(
  name: string,
  table: JsonObject,
  { base, machine }: { base: string; machine: Machine },
): CommandTool {
  const { description, command, stdin, parameters, env, cwd, idempotent } = table
  const [program = '', ...args] = isTexts(command) ? command : []
  const ms = timeoutMs(table.timeout)
  const own = isVariables(env) ? env : {}
  const folder = typeof cwd === 'string' ? cwd : '.'
  return {
    ...{ name, program, args: args.map(partsOf) },
    ...(typeof description === 'string' && { description }),
    ...(stdin === 'json' && { stdin }),
    ...(isJsonObject(parameters) && { parameters }),
    ...(ms !== undefined && { timeoutMs: ms }),
    env: { ...inheritedFrom(machine), ...own },
    secrets: Object.values(own),
    cwd: path.parse(folder, { base, home: machine.home, paths: pathsOf(machine) }) ?? base,
    ...(typeof idempotent === 'boolean' && { idempotent }),
  }
}
