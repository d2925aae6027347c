import type { RunningGroup } from './process-group.ts'
import { type Program, type ProgramOptions, startProgram } from './program.ts'

/** The programs that run; none of them outlives this process, unless it is killed itself. */
export class Programs {
  readonly #running = new Set<RunningGroup>()
  #isClosed = false
  readonly #killAll = () => {
    for (const program of this.#running) program.kill()
  }

  constructor() {
    process.on('exit', this.#killAll)
  }

  start(options: ProgramOptions): Program {
    return this.run(() => startProgram(options))
  }

  /** Runs what `start` starts. */
  run<Group extends RunningGroup>(start: () => Group): Group {
    if (this.#isClosed) throw new Error('the server stops')
    const group = start()
    this.#running.add(group)
    void group.gone.then(() => this.#running.delete(group))
    return group
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
