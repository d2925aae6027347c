import type { JsonObject } from '../protocol/json.ts'
import type { CommandTool } from '../protocol/tool-settings/command-tool.ts'
import { checkCommand } from './check-command.ts'
import { type Machine, pathsOf } from './data-folder.ts'
import { path } from './kinds.ts'
import { type MemberCheck, memberProblems, readNamedTables } from './named-tables.ts'
import { inheritedFrom, isTexts, isVariables } from './program-members.ts'
import { partsOf } from './text-template.ts'
import { readToolMembers, toolMemberChecks, toolMembers } from './tool-members.ts'

const members = ['command', 'stdin', 'env', 'cwd', ...toolMembers] as const

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
  const { command, stdin, env, cwd } = table
  return [
    [
      'command',
      isTexts(command) && command[0] !== undefined && command[0] !== '',
      'a list of texts, first the program',
    ],
    ['stdin', stdin === undefined || stdin === 'json', '"json"'],
    ['env', env === undefined || isVariables(env), 'texts by the names of variables'],
    ['cwd', cwd === undefined || (typeof cwd === 'string' && cwd !== '' && !cwd.includes('\0')), 'a path'],
    ...toolMemberChecks(table),
  ]
}

/** The command of a table whose members have the right types. */
function readCommand(
  name: string,
  table: JsonObject,
  { base, machine }: { base: string; machine: Machine },
): CommandTool {
  const { command, stdin, env, cwd } = table
  const [program = '', ...args] = isTexts(command) ? command : []
  const own = isVariables(env) ? env : {}
  const folder = typeof cwd === 'string' ? cwd : '.'
  return {
    ...{ name, program, args: args.map(partsOf) },
    ...readToolMembers(table),
    ...(stdin === 'json' && { stdin }),
    env: { ...inheritedFrom(machine), ...own },
    secrets: Object.values(own),
    cwd: path.parse(folder, { base, home: machine.home, paths: pathsOf(machine) }) ?? base,
  }
}
