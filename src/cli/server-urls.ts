import { isIP } from 'node:net'

/** Where a server listens. `addresses` are the machine's own, for a server that listens on all of them. */
export interface Listening {
  host: string
  port: number
  https: boolean
  addresses: readonly string[]
}

/** The URLs to reach a server at, the nearest first. */
export function serverUrls({ host, port, https, addresses }: Listening): string[] {
  const everywhere: Record<string, string[]> = {
    '0.0.0.0': ['127.0.0.1', ...addresses.filter((address) => isIP(address) === 4)],
    '::': ['127.0.0.1', ...addresses.filter((address) => isIP(address) !== 0)],
  }
  const hosts = everywhere[host] ?? [host]
  return hosts.map((each) => `${https ? 'https' : 'http'}://${isIP(each) === 6 ? `[${each}]` : each}:${port}`)
}
