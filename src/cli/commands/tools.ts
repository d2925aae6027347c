import { Argument, type Command } from 'commander'
import { loadConfig } from '../../config/load-config.ts'
import type { TriedTools } from '../../try-tools.ts'
import type { CliContext } from '../cli-context.ts'
import { CommandFailed } from '../command-failed.ts'
import { addSettingOptions, configSources } from '../setting-options.ts'

/** `chatterd tools list | call NAME [JSON] | check`: the tools that a server with these settings offers, without starting it. */
export function addToolsCommand(program: Command, context: CliContext): Command {
  const command = program
    .command('tools')
    .description('list the tools, call one (tools call get_time \'{"zone": "UTC"}\'), or check all of them')
    .addArgument(new Argument('<action>', 'what to do').choices(['list', 'call', 'check']))
    .argument('[name]', 'the tool to call')
    .argument('[json]', 'its arguments', '{}')
  return addSettingOptions(command).action(async (action: string, name: string | undefined, json: string) => {
    const tools = await context.openTools(loadConfig(configSources(command, context)))
    try {
      if (action === 'list') list(tools, context)
      else if (action === 'check') check(tools, context)
      else
        await call(tools, context, {
          name: name ?? command.error('tools call needs the name of a tool'),
          json,
        })
    } finally {
      await tools.close()
    }
  })
}

/** How much of a description is shown. */
const maxShown = 100

function list(tools: TriedTools, { out, err }: CliContext): void {
  const rows = tools.list()
  const width = (of: (row: (typeof rows)[number]) => string) => Math.max(...rows.map((row) => of(row).length))
  const [names, sources] = [width((row) => row.name), width((row) => row.source)]
  for (const { name, source, description = '', approval } of rows) {
    const [firstLine = ''] = description.split('\n')
    const short = firstLine.length > maxShown ? `${firstLine.slice(0, maxShown)}…` : firstLine
    const about = approval ? `(asks first) ${short}` : short
    out(`${`${name.padEnd(names)}  ${source.padEnd(sources)}  ${about}`.trimEnd()}\n`)
  }
  for (const { name, state, reason } of tools.sources()) {
    if (state === 'down') err(`${name} is down: ${reason}\n`)
    if (state === 'starting') err(`${name} is not there yet\n`)
  }
}

async function call(
  tools: TriedTools,
  { out, err }: CliContext,
  { name, json }: { name: string; json: string },
) {
  const { status, output } = await tools.call(name, json)
  if (status !== 'succeeded') {
    err(`${output}\n`)
    throw new CommandFailed()
  }
  out(`${output}\n`)
}

function check(tools: TriedTools, { out }: CliContext): void {
  for (const { name, state, tools: count } of tools.sources())
    if (state === 'ready') out(`${name}: ${count} ${count === 1 ? 'tool' : 'tools'}\n`)
  const { problems, advice, tokens } = tools.check()
  for (const problem of problems) out(`problem: ${problem}\n`)
  for (const sentence of advice) out(`advice: ${sentence}\n`)
  const count = tools.list().length
  const costs = `about ${tokens.toLocaleString('en')} tokens a prompt`
  out(`${count === 1 ? 'Your tool costs' : `Your ${count} tools cost`} ${costs}.\n`)
  if (problems.length > 0) throw new CommandFailed()
}
