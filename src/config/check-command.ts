import type { CommandTool } from '../protocol/tool-settings/command-tool.ts'
import type { TableProblem } from './named-tables.ts'
import { argumentsOf, isArgument, partsOf } from './text-template.ts'
import { declaredArguments, undeclaredArguments } from './tool-members.ts'

/** Programs that run a text which follows one of these flags. */
const interpreter =
  /(?:^|[\\/])(?:(?:ba|da|z|k|c|tc|fi)?sh|node|deno|bun|python[\d.]*|perl|ruby|php|pwsh|powershell|cmd)(?:\.exe)?$/i
const textFlag = /^-\w*[cer]$|^--(?:eval|print|command)$|^-command$|^\/c$/i

/** What is wrong with the use of arguments. */
export function checkCommand({ program, args, parameters, stdin }: CommandTool): TableProblem[] {
  const declared = declaredArguments(parameters)
  const used = new Set(args.flatMap(argumentsOf))
  const unused = stdin ? [] : declared.filter((name) => !used.has(name))
  return [
    ...(partsOf(program).some(isArgument)
      ? [{ member: 'command', text: 'the program must not be an argument' }]
      : []),
    ...interpretedProblems([[program], ...args]),
    ...undeclaredArguments('command', used, declared),
    ...unused.map((name) => ({
      member: 'parameters',
      text: `"${name}" is not used: put {${name}} into command, or give the program all arguments with stdin = "json"`,
    })),
  ]
}

/** An interpreter would run what the model writes. */
function interpretedProblems(argv: CommandTool['args']): TableProblem[] {
  const texts = argv.map(([first]) => (typeof first === 'string' ? first : ''))
  const isRun = (index: number) =>
    textFlag.test(texts[index - 1] ?? '') && texts.slice(0, index - 1).some((text) => interpreter.test(text))
  const found = argv.find((parts, index) => parts.some(isArgument) && isRun(index))
  const [name] = found ? argumentsOf(found) : []
  if (name === undefined) return []
  const text = `{${name}} would be run as program text: put it into an element of its own behind the text, which reads it as an argument, such as "$1" in a shell`
  return [{ member: 'command', text }]
}
