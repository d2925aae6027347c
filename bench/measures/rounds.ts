import type { Contender } from '../contenders.ts'
import type { ServerProcess } from '../start-process.ts'

/** How often two contenders are measured, in turn. */
export interface Rounds {
  rounds: number
  /** Rounds with fresh processes. */
  roundsOfProcess: number
  /** Rounds of a fresh process that are left out: until its code is compiled. */
  warmUp: number
}

/** Measures both contenders once a round; returns what `measure` returned, by contender and round. */
export async function measureInTurn<T>(
  contenders: readonly [Contender, Contender],
  { rounds, roundsOfProcess, warmUp }: Rounds,
  measure: (server: ServerProcess, contender: Contender) => Promise<T>,
): Promise<[T[], T[]]> {
  const results: [T[], T[]] = [[], []]
  // Two processes of one program differ by some percent for as long as they live: so no process lives for long.
  for (let done = 0; done < rounds; done += roundsOfProcess) {
    const servers = await Promise.all(contenders.map((contender) => contender.start()))
    const pairs = contenders.map((contender, index) => ({ contender, server: servers[index], index }))
    try {
      for (let round = 0; round < warmUp + Math.min(roundsOfProcess, rounds - done); round++) {
        // The one that goes first changes, so that neither always runs after the other.
        for (const { contender, server, index } of round % 2 ? pairs.toReversed() : pairs) {
          if (!server) continue
          const result = await measure(server, contender)
          if (round >= warmUp) results[index]?.push(result)
        }
      }
    } finally {
      await Promise.all(servers.map((server) => server.stop()))
    }
  }
  return results
}
