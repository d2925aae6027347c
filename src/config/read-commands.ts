import { didYouMean } from '../protocol/closest-name.ts'
import { isJsonObject, type JsonObject } from '../protocol/json.ts'
import { type CommandProblem, checkCommand } from './check-command.ts'
import { type CommandTable, partsOf } from './command-table.ts'
import { type Machine, pathsOf } from './data-folder.ts'
import { duration, path } from './kinds.ts'

const members = [
  ...['description', 'command', 'stdin', 'parameters', 'timeout', 'env', 'cwd', 'idempotent'],
] as const
/** What programs get of chatterd's own environment, which may hold secrets. */
const inherited = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR']
const timeout = duration('10ms', '1h')

/** Reads the tables of commands, whose variables are replaced; or says what is wrong with them. */
export function readCommands(
  value: unknown,
  { file, machine }: { file: string; machine: Machine },
): { commands: CommandTable[]; problems: string[] } {
  if (value === undefined) return { commands: [], problems: [] }
  if (!isJsonObject(value))
    return {
      commands: [],
      problems: [`commands of [tools] in ${file}: expected tables [tools.commands.NAME]`],
    }
  const base = pathsOf(machine).dirname(file)
  const readings = Object.entries(value).map(([name, table]) => {
    const where = `[tools.commands.${name}] in ${file}`
    if (!isJsonObject(table)) return { problems: [`${where}: expected a table`] }
    const problems = [...unknownMembers(table), ...typeProblems(table)]
    if (problems.length > 0)
      return { problems: problems.map(({ member, text }) => `${member} of ${where}: ${text}`) }
    const command = readCommand(name, table, { base, machine })
    return {
      command,
      problems: checkCommand(command).map(({ member, text }) => `${member} of ${where}: ${text}`),
    }
  })
  return {
    commands: readings.flatMap(({ command }) => command ?? []),
    problems: readings.flatMap(({ problems }) => problems),
  }
}

function unknownMembers(table: JsonObject): CommandProblem[] {
  const unknown = Object.keys(table).filter((name) => !members.some((member) => member === name))
  return unknown.map((member) => ({
    member,
    text: `it takes ${members.join(', ')}${didYouMean(member, members)}`,
  }))
}

/** What each member must be. */
function typeProblems(table: JsonObject): CommandProblem[] {
  const { description, command, stdin, parameters, env, cwd, idempotent } = table
  const checks: [(typeof members)[number], boolean, string][] = [
    ['description', description === undefined || typeof description === 'string', 'a text'],
    [
      'command',
      isTexts(command) && command[0] !== undefined && command[0] !== '',
      'a list of texts, first the program',
    ],
    ['stdin', stdin === undefined || stdin === 'json', '"json"'],
    ['parameters', parameters === undefined || isJsonObject(parameters), 'a JSON Schema'],
    ['timeout', table.timeout === undefined || timeoutMs(table.timeout) !== undefined, timeout.expected],
    ['env', env === undefined || isVariables(env), 'texts by the names of variables'],
    ['cwd', cwd === undefined || (typeof cwd === 'string' && cwd !== '' && !cwd.includes('\0')), 'a path'],
    ['idempotent', idempotent === undefined || typeof idempotent === 'boolean', 'true or false'],
  ]
  return checks.flatMap(([member, isRight, expected]) =>
    isRight ? [] : { member, text: `expected ${expected}` },
  )
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string' && !each.includes('\0'))
}

function isVariables(value: unknown): value is Record<string, string> {
  const isVariable = ([name, text]: [string, unknown]) =>
    /^[A-Za-z_]\w*$/.test(name) && typeof text === 'string' && !text.includes('\0')
  return isJsonObject(value) && Object.entries(value).every(isVariable)
}

function timeoutMs(value: unknown): number | undefined {
  const isRight = typeof value === 'string' || typeof value === 'number'
  return isRight
    ? timeout.parse(String(value), { base: '', home: '', paths: pathsOf({ platform: '' }) })
    : undefined
}

/** The command of a table whose members have the right types. */
function readCommand(
  name: string,
  table: JsonObject,
  { base, machine }: { base: string; machine: Machine },
): CommandTable {
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

function inheritedFrom({ env }: Machine): Record<string, string> {
  return Object.fromEntries(
    inherited.flatMap((name) => {
      const value = env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
