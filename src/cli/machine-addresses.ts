import { hostname, networkInterfaces } from 'node:os'

/**
 * The names and addresses at which other devices can reach this machine: its host name, also with `.local` for multicast DNS,
 * and its IPv4 and IPv6 addresses. Link-local IPv6 addresses are left out: a URL cannot contain their zone.
 */
export function machineAddresses(interfaces = networkInterfaces(), name = hostname()): string[] {
  const ips = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address }) => !internal && !/^fe[89ab]/i.test(address))
    .map(({ address }) => address)
  const names = name.includes('.') ? [name] : [name, `${name}.local`]
  return [...new Set([...names, ...ips])]
}
