import { ToolMeter } from './tool-meter.ts'

/** The meters of tools, by name. That of a tool that was removed stays while its calls count for its limits. */
export class ToolMeters {
  readonly #meters = new Map<string, ToolMeter>()

  of(name: string): ToolMeter {
    const meter = this.#meters.get(name) ?? new ToolMeter()
    this.#meters.set(name, meter)
    return meter
  }

  /** There are these tools now. The counts of others end; `now`: the time, in milliseconds. */
  keep(names: ReadonlyMap<string, unknown>, now: number): void {
    for (const [name, meter] of this.#meters) {
      if (names.has(name)) continue
      if (meter.isIdle(now)) this.#meters.delete(name)
      else meter.reset()
    }
  }
}
