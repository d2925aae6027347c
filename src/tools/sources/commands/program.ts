import { spawn } from 'node:child_process'
import { type RunningGroup, watchGroup } from './process-group.ts'

/** How to start a program. */
export interface ProgramOptions {
  file: string
  args: readonly string[]
  env: Readonly<Record<string, string>>
  cwd: string
  /** What it reads on standard input. Absent: nothing. */
  input?: string
  /** How much of its standard output is kept, in bytes; a program that writes more is stopped. */
  maxOutputBytes: number
}

/** How a program has ended. */
export interface ProgramEnd {
  /** The beginning of its standard output. */
  output: Buffer
  /** True where it was stopped because it wrote too much. */
  isCut: boolean
  /** The end of its standard error, and whether there was more of it. */
  errors: { end: Buffer; isWhole: boolean }
  code: number | null
  signal: NodeJS.Signals | null
}

/** A program that runs. */
export interface Program extends RunningGroup {
  /** Resolves when the program has ended and its output is read. Rejects where it cannot be started. */
  ended: Promise<ProgramEnd>
}

/** How much of standard error is kept. */
const keptErrorBytes = 8 * 1024
/** A program that writes more on standard error is stopped. */
const maxErrorBytes = 16 * 1024 * 1024

/** Starts a program in a process group of its own. What it has started ends with it. */
export function startProgram(options: ProgramOptions): Program {
  const { file, args, env, cwd, input, maxOutputBytes } = options
  const stdin = input === undefined ? 'ignore' : 'pipe'
  const child = spawn(file, args, {
    ...{ cwd, env, detached: true, windowsHide: true, stdio: [stdin, 'pipe', 'pipe'] },
  })
  const { stdout, stderr } = child
  const ended = Promise.withResolvers<ProgramEnd>()
  child.on('error', ended.reject)
  const group = watchGroup(child)

  const chunks: Buffer[] = []
  let outputBytes = 0
  let isCut = false
  stdout?.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    outputBytes += chunk.length
    if (outputBytes > maxOutputBytes) cut()
  })

  let errorsEnd: Buffer = Buffer.alloc(0)
  let errorBytes = 0
  stderr?.on('data', (chunk: Buffer) => {
    errorsEnd = Buffer.concat([errorsEnd, chunk]).subarray(-keptErrorBytes)
    errorBytes += chunk.length
    if (errorBytes > maxErrorBytes) cut()
  })

  function cut(): void {
    isCut = true
    stdout?.destroy()
    stderr?.destroy()
    group.stop()
  }

  // A program need not read its input.
  child.stdin?.on('error', () => {})
  child.stdin?.end(input)
  child.on('close', (code, signal) => {
    const output = Buffer.concat(chunks).subarray(0, maxOutputBytes)
    const errors = { end: errorsEnd, isWhole: errorBytes <= keptErrorBytes }
    ended.resolve({ output, isCut, errors, code, signal })
  })
  return { ...group, ended: ended.promise }
}
