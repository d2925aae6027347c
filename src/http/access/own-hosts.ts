import { isIP } from 'node:net'

/** What a server is called. */
export interface HostSettings {
  /** The address or the name that it listens on. */
  listenHost: string
  machineName: string
  /** Further names; `*.example.org` stands for all names below `example.org`. */
  hosts: readonly string[]
}

/**
 * Whether clients may address the server by a name. Against DNS rebinding: a page of a name that its owner points at this machine would
 * be of the same origin as the server, and could read all of it. That needs a name, so every literal address passes: phones reach servers
 * behind NAT, in containers and in front of emulators by addresses that the machine itself does not know.
 */
export function createHostCheck({ listenHost, machineName, hosts }: HostSettings): (name: string) => boolean {
  const machine = machineName.toLowerCase().replace(/\.local$/, '')
  const all = ['localhost', '*.localhost', machine, `${machine}.local`, listenHost, ...hosts].map((name) =>
    name.toLowerCase(),
  )
  const names = new Set(all.filter((name) => name !== ''))
  const ends = all.filter((name) => name.startsWith('*.')).map((name) => name.slice(1))
  return (name) => names.has(name) || isIP(name) !== 0 || ends.some((end) => name.endsWith(end))
}
