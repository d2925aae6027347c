import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { CommandTool } from '../../src/protocol/tool-settings/command-tool.ts'
import { CommandTools } from '../../src/tools/sources/commands/command-tools.ts'
import { createToolbox } from '../../src/tools/toolbox.ts'
import { isAlive } from '../support/processes/is-alive.ts'

const env = { PATH: process.env.PATH ?? '' }
const path = { type: 'object', properties: { path: { type: 'string' } } }

/** A toolbox with a tool `try`, and a folder, in which its program runs. */
async function open(t: TestContext, command: Partial<CommandTool>, { maxOutputBytes = 65_536 } = {}) {
  const cwd = await realpath(await mkdtemp(join(tmpdir(), 'chatterd-commands-')))
  const commands = new CommandTools({ maxOutputBytes })
  const toolbox = createToolbox([], { maxOutputBytes })
  const use = (changes: Partial<CommandTool>) => {
    const program = { name: 'try', program: 'true', args: [], env, secrets: [], cwd }
    commands.use({ commands: [{ ...program, ...changes }] })
    toolbox.setSources(commands.sources())
  }
  use(command)
  t.after(async () => {
    await commands.close()
    await rm(cwd, { recursive: true })
  })
  const never = new AbortController().signal
  return {
    ...{ cwd, commands, use },
    run: (args = {}, signal = never) =>
      toolbox.run('try', args, { signal, conversation: 'app', turn: 't', callId: 'c' }),
    schema: () => toolbox.schemas()[0]?.function.parameters,
    /** Waits for a file that a program writes. */
    async written(name: string) {
      for (;;) {
        const text = await readFile(join(cwd, name), 'utf8').catch(() => '')
        if (text.endsWith('\n')) return text.trim().split(/\s+/)
        await delay(10, undefined, { signal: t.signal })
      }
    },
  }
}

/** A program of `sh`. */
function sh(script: string): Pick<CommandTool, 'program' | 'args'> {
  return { program: 'sh', args: [['-c'], [script]] }
}

/** A program of Node. */
function node(script: string): Pick<CommandTool, 'program' | 'args'> {
  return { program: process.execPath, args: [['-e'], [script]] }
}

/** Resolves when no process has this id. A process that has ended counts as none, also where nobody has asked for its end. */
async function ended(pid: string): Promise<void> {
  while (isAlive(Number(pid))) await new Promise((resolve) => setImmediate(resolve))
}

/** Fails where `promise` takes longer. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const start = performance.now()
  const value = await promise
  assert.ok(performance.now() - start < ms, `took ${performance.now() - start} ms`)
  return value
}

const linux = { skip: process.platform !== 'linux' && 'reads /proc' }

test('an argument is one element of argv or a part of one, and no shell reads it', async (t) => {
  const { run } = await open(t, {
    program: process.execPath,
    args: [
      ...[['-e'], ['console.log(JSON.stringify(process.argv.slice(1)))'], ['--']],
      ...[[{ argument: 'path' }], ['--in=', { argument: 'path' }, '/x'], ['{path}']],
    ],
    parameters: path,
  })
  const hostile = '$(touch x) "; rm -rf ~ \' * \n`id` {path}'
  const { output } = await run({ path: hostile })
  assert.deepEqual(JSON.parse(output), [hostile, `--in=${hostile}/x`, '{path}'])
})

test('values that are no texts are written as JSON, and an element without its argument is left out', async (t) => {
  const names = ['n', 'big', 'flag', 'list', 'nothing', 'constructor']
  const { run } = await open(t, {
    program: 'printf',
    args: [['%s|'], ...names.map((argument) => [`${argument}=`, { argument }])],
    parameters: { type: 'object', properties: Object.fromEntries(names.map((name) => [name, {}])) },
  })
  const args = {
    n: -1.5,
    big: JSON.rawJSON('1234567890123456789'),
    flag: true,
    list: ['a', 1],
    nothing: null,
  }
  assert.equal((await run(args)).output, 'n=-1.5|big=1234567890123456789|flag=true|list=["a",1]|')
})

test('the model cannot give a program options', async (t) => {
  const { run } = await open(t, {
    program: 'printf',
    args: [['%s|'], [{ argument: 'empty' }, { argument: 'path' }], ['--at=', { argument: 'path' }]],
    parameters: {
      type: 'object',
      properties: { empty: {}, path: { enum: ['-sizes', '-1', 'x'] } },
    },
  })
  const refused = 'try failed: "path" must not begin with "-"'
  assert.equal((await run({ empty: '', path: '--delete' })).output, refused)
  assert.equal((await run({ empty: '-', path: 'x' })).output, 'try failed: "empty" must not begin with "-"')
  assert.equal((await run({ empty: 'a', path: '-b' })).output, 'a-b|--at=-b|')
  // Numbers, and what the operator has listed.
  assert.equal((await run({ empty: '', path: -3 })).output, '-3|--at=-3|')
  assert.equal((await run({ empty: '', path: '-sizes' })).output, '-sizes|--at=-sizes|')
})

test('a null character in an argument is refused with words', async (t) => {
  const { run } = await open(t, { program: 'echo', args: [[{ argument: 'path' }]], parameters: path })
  assert.equal(
    (await run({ path: 'a\0b' })).output,
    'try failed: "path" has a null character, which no program takes',
  )
})

test('arguments that the command would drop are refused; with stdin the program gets all of them', async (t) => {
  const { schema, use, run } = await open(t, {
    ...{ program: 'echo', args: [[{ argument: 'path' }]], parameters: path },
  })
  assert.deepEqual(schema(), { ...path, additionalProperties: false })
  use({ program: 'cat', stdin: 'json', parameters: path })
  assert.deepEqual(schema(), path)
  const { output } = await run({ path: 'ä', other: JSON.rawJSON('1234567890123456789') })
  assert.equal(output, '{"path":"ä","other":1234567890123456789}')
})

test('a program that does not read its input is no failure', async (t) => {
  const { run } = await open(t, { ...sh('exec <&-; echo done'), stdin: 'json' })
  assert.deepEqual(await run({ long: 'x'.repeat(1_000_000) }), { status: 'succeeded', output: 'done\n' })
})

test('a program has the variables that it is given, and no others', async (t) => {
  const { run } = await open(t, { program: 'env', env: { ...env, KEY: 'k' } })
  assert.equal((await run()).output, `PATH=${env.PATH}\nKEY=k\n`)
})

test('a program that fails is a failure, with its exit code or signal and the end of its standard error', async (t) => {
  const { run, use } = await open(t, sh('echo out; echo "no such disk" >&2; exit 3'))
  assert.deepEqual(await run(), { status: 'failed', output: 'try failed: exit code 3: no such disk' })
  use(sh('exit 1'))
  assert.equal((await run()).output, 'try failed: exit code 1')
  use(sh('kill -SEGV $$'))
  assert.equal((await run()).output, 'try failed: the program was ended by SIGSEGV')
  use(node(`process.stderr.write('a'.repeat(100_000) + 'the end'); process.exitCode = 1`))
  const { output } = await run()
  assert.match(output, /^try failed: exit code 1: a+the end$/)
  assert.equal(output.length, 'try failed: exit code 1: '.length + 2_048)
})

test('a secret of the table is not in what the model reads of a failure, not even a part of it', async (t) => {
  const secret = 's3cret-'.repeat(100)
  const { run, use } = await open(t, {
    ...sh('echo "wrong key $KEY!" >&2; exit 1'),
    env: { ...env, KEY: secret },
    secrets: [secret],
  })
  assert.equal((await run()).output, 'try failed: exit code 1: wrong key ***!')
  // 8 KiB of standard error are kept: they begin within a secret.
  const script = `process.stderr.write(process.env.KEY.repeat(20) + '-'.repeat(7_900)); process.exitCode = 1`
  use({ ...node(script), env: { ...env, KEY: secret }, secrets: [secret] })
  assert.match((await run()).output, /^try failed: exit code 1: -+$/)
})

test('a program that is not installed, or may not be run, is named', async (t) => {
  const { cwd, run, use } = await open(t, { program: 'no-such-program' })
  assert.deepEqual(await run(), {
    status: 'failed',
    output: 'try failed: the program no-such-program is not installed',
  })
  await writeFile(join(cwd, 'plain'), 'text')
  use({ program: './plain' })
  assert.equal((await run()).output, 'try failed: the program ./plain may not be run (EACCES)')
  use({ program: 'echo', cwd: join(cwd, 'gone') })
  assert.equal((await run()).output, 'try failed: the working directory of the program echo does not exist')
  use({ program: 'echo', args: [[{ argument: 'path' }]], parameters: path })
  assert.equal(
    (await run({ path: 'x'.repeat(4_000_000) })).output,
    'try failed: the arguments are too long for the program echo',
  )
})

test('a program that writes too much is stopped, and its result says so, within the limit', async (t) => {
  const { run, use } = await open(t, sh('exec yes ä'), { maxOutputBytes: 1_000 })
  const note = '\n[cut here: the program was stopped, because it wrote too much]'
  const before = process.memoryUsage().rss
  const { status, output } = await within(5_000, run())
  assert.equal(status, 'succeeded')
  assert.ok(output.startsWith('ä\nä\n') && output.endsWith(note), output)
  assert.ok(Buffer.byteLength(output) <= 1_000 && Buffer.byteLength(output) > 990)
  use(sh('head -c 1000 /dev/zero | tr "\\0" a'))
  assert.equal((await run()).output, 'a'.repeat(1_000))
  // 1 GB, on either of its outputs, by one that ignores SIGTERM.
  for (const target of ['', '>&2']) {
    use(sh(`trap '' TERM; head -c 1000000000 /dev/zero ${target}; sleep 1000`))
    assert.ok((await within(10_000, run())).output.endsWith(note))
  }
  assert.ok(process.memoryUsage().rss - before < 150_000_000)
})

test(
  'a program that ignores SIGTERM, and what it has started, is killed at its time-out [programs]',
  linux,
  async (t) => {
    const { run, written, commands } = await open(t, {
      ...sh(
        `trap '' TERM; sh -c 'while :; do sleep 1000; done' & echo $$ $! > pids; while :; do sleep 1000; done`,
      ),
      timeoutMs: 1_000,
    })
    const outcome = run()
    const pids = await written('pids')
    assert.deepEqual(await outcome, { status: 'timed-out', output: 'try gave no result within 1 s.' })
    await within(5_000, Promise.all(pids.map(ended)))
    await commands.close()
  },
)

test('a call that is cancelled stops its program, which can tidy up [programs]', linux, async (t) => {
  const { run, written } = await open(
    t,
    sh(`trap 'echo tidy > tidied; exit' TERM; echo $$ > pids; sleep 1000 & wait`),
  )
  const cancel = new AbortController()
  const outcome = run({}, cancel.signal)
  const pids = await written('pids')
  cancel.abort()
  assert.equal((await outcome).output, 'try was cancelled before it ended.')
  assert.deepEqual(await written('tidied'), ['tidy'])
  await within(5_000, Promise.all(pids.map(ended)))
})

test('a program that closes its output and goes on is stopped at its time-out', linux, async (t) => {
  const { run, written } = await open(t, {
    ...sh('echo $$ > pids; exec >&- 2>&-; sleep 1000'),
    timeoutMs: 1_000,
  })
  const outcome = run()
  const pids = await written('pids')
  assert.equal((await outcome).status, 'timed-out')
  await within(5_000, Promise.all(pids.map(ended)))
})

test(
  'what a program leaves running ends with it, also where it holds the output open [programs]',
  linux,
  async (t) => {
    const { run, use, written } = await open(t, sh('sleep 1000 & echo $! > held; echo done'))
    assert.deepEqual(await within(3_000, run()), { status: 'succeeded', output: 'done\n' })
    use(sh(`sh -c "trap '' TERM; while :; do sleep 1000; done" > /dev/null 2>&1 & echo $! > deaf; echo done`))
    assert.deepEqual(await within(3_000, run()), { status: 'succeeded', output: 'done\n' })
    for (const name of ['held', 'deaf']) await within(5_000, Promise.all((await written(name)).map(ended)))
  },
)

test(
  'a process that leaves the group with the output open delays the result by a second at most',
  linux,
  async (t) => {
    const leaving = `
    const { spawn } = require('node:child_process')
    const child = spawn('sleep', ['1000'], { detached: true, stdio: 'inherit' })
    child.unref()
    require('node:fs').writeFileSync('pids', child.pid + '\\n')
    console.log('done')`
    const { run, written } = await open(t, node(leaving))
    assert.deepEqual(await within(5_000, run()), { status: 'succeeded', output: 'done\n' })
    for (const pid of await written('pids')) process.kill(Number(pid), 'SIGKILL')
  },
)

test('a program that starts ever more processes is ended with all of them', linux, async (t) => {
  // Each process writes its id and starts two more, 63 in all; none of them ends by itself.
  const bomb = `trap '' TERM; echo $$ >> pids; [ "$1" -gt 0 ] && for i in 1 2; do sh ./bomb $(($1 - 1)) & done; while :; do sleep 1000; done`
  const { cwd, run } = await open(t, { program: 'sh', args: [['./bomb'], ['5']], timeoutMs: 1_000 })
  await writeFile(join(cwd, 'bomb'), bomb)
  assert.equal((await run()).status, 'timed-out')
  const pids = (await readFile(join(cwd, 'pids'), 'utf8')).trim().split('\n')
  assert.ok(pids.length > 2)
  await within(10_000, Promise.all(pids.map(ended)))
})

test(
  'tools that are replaced while their program runs leave it alone; at the end it is stopped [programs]',
  linux,
  async (t) => {
    const { cwd, run, use, written, commands } = await open(
      t,
      sh('echo $$ > pids; until [ -e go ]; do sleep 0.02; done; echo first'),
    )
    const outcome = run()
    await written('pids')
    use(sh('trap "" TERM; echo $$ > other; while :; do sleep 1000; done'))
    await writeFile(join(cwd, 'go'), '')
    assert.equal((await outcome).output, 'first\n')
    const other = run()
    const pids = await written('other')
    await within(5_000, commands.close())
    await within(5_000, Promise.all(pids.map(ended)))
    assert.equal((await other).output, 'try failed: the program was ended by SIGKILL')
    assert.equal((await run()).status, 'failed')
  },
)

test('a process that exits at once takes its programs along [programs]', linux, async (t) => {
  const { cwd, written } = await open(t, {})
  const module = new URL('../../src/tools/sources/commands/programs.ts', import.meta.url).href
  const script = `
    import { Programs } from '${module}'
    const args = ['-c', 'trap "" TERM; echo $$ > pids; while :; do sleep 1000; done']
    new Programs().start({ file: 'sh', args, env: process.env, cwd: '.', maxOutputBytes: 10 })
    process.stdin.once('data', () => process.exit())`
  const server = spawn(process.execPath, ['--input-type=module', '-e', script], {
    ...{ cwd, stdio: ['pipe', 'inherit', 'inherit'] as const },
  })
  t.after(() => server.kill('SIGKILL'))
  const pids = await written('pids')
  server.stdin?.write('exit')
  await once(server, 'exit')
  await within(5_000, Promise.all(pids.map(ended)))
})
