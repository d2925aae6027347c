/** What the fake engine replies: it is in the model's name, so that it reaches the engine through any server unchanged. */
export interface BenchModel {
  tokens: number
  /** Time between tokens; 0 is as fast as it can. */
  intervalMs: number
  /** True: one token, and then nothing more. */
  silent: boolean
}

/** The name of a model that sends so many tokens so far apart: `bench:64x20`. */
export function benchModelName(tokens: number, intervalMs: number): string {
  return `bench:${tokens}x${intervalMs}`
}

/** The model that sends one token and then keeps its response open. */
export const silentModelName = 'bench:silent'

/** Reads a model's name; undefined for one that the fake engine does not have. */
export function readBenchModel(name: string): BenchModel | undefined {
  if (name === silentModelName) return { tokens: 1, intervalMs: 0, silent: true }
  const [, tokens, intervalMs] = /^bench:(\d+)x(\d+)$/.exec(name) ?? []
  if (tokens === undefined) return undefined
  return { tokens: Number(tokens), intervalMs: Number(intervalMs), silent: false }
}

/** The text of the token at this index of a reply: all differ, so that one that is lost or sent twice is noticed. */
export function tokenText(index: number): string {
  return `t${index} `
}
