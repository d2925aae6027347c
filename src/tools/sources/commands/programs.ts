import { type Program, type ProgramOptions, startProgram } from './program.ts'

/** The programs that run; none of them outlives this process, unless it is killed itself. */
export class Programs {
  readonly #running = new Set<Program>()
  #isClosed = false
  readonly #killAll = () => {
    for (const program of this.#running) program.kill()
  }

  constructor() {
    process.on('exit', this.#killAll)
  }

  start(options: ProgramOptions): Program {
    if (this.#isClosed) throw new Error('the server stops')
    const program = startProgram(options)
    this.#running.add(program)
    void program.gone.then(() => this.#running.delete(program))
    return program
  }

  /** Stops all of them. Resolves when they are gone, after about a second at the latest. */
  async close(): Promise<void> {
    this.#isClosed = true
    const running = [...this.#running]
    for (const program of running) program.stop()
    await Promise.all(running.map(({ gone }) => gone))
    process.off('exit', this.#killAll)
  }
}
