import { isIP } from 'node:net'

/** Where a server listens. `addresses` are those of the machine, for a server that listens on all of them. */
export interface ListenAddress {
  host: string
  port: number
  https: boolean
  addresses: readonly string[]
}

/** The URLs of a server, loopback first. */
export function serverUrls({ host, port, https, addresses }: ListenAddress): string[] {
  const wildcards: Record<string, string[]> = {
    '0.0.0.0': ['127.0.0.1', ...addresses.filter((address) => isIP(address) === 4)],
    '::': ['127.0.0.1', ...addresses.filter((address) => isIP(address) !== 0)],
  }
  const hosts = wildcards[host] ?? [host]
  return hosts.map((each) => `${https ? 'https' : 'http'}://${isIP(each) === 6 ? `[${each}]` : each}:${port}`)
}
