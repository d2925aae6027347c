import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import ipaddr from 'ipaddr.js'

/** An address and the length of a prefix, such as `192.0.2.0/24`. */
type Network = ReturnType<typeof ipaddr.parseCIDR>

/** https://www.iana.org/assignments/ipv6-address-space: everything that is global unicast lies in it. */
const globalUnicast = ipaddr.parseCIDR('2000::/3')

/** Services of clouds for their machines, with addresses that look public. Those of other clouds are link-local, unique-local or shared. */
const cloudServices = [
  // https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
  ipaddr.parseCIDR('168.63.129.16/32'),
  // Private endpoints of IBM Cloud
  ipaddr.parseCIDR('161.26.0.0/16'),
  ipaddr.parseCIDR('166.8.0.0/14'),
]

/**
 * True where an IPv4 or IPv6 address belongs to a host on the public internet. Whatever is not known to be public is not: special
 * ranges of IANA's registries, IPv4 addresses inside IPv6 ones whatever they are, services of clouds for their machines, and the networks that this machine
 * is in, because a firewall before the machine does not see requests to them.
 *
 * @param address As the system or the URL parser writes it. Anything that is not an address is not public.
 * @param attached The networks that this machine is in, such as `192.0.2.7/24`.
 */
export function isPublicAddress(address: string, attached: readonly string[] = attachedNetworks()): boolean {
  // ipaddr.js alone would also read numbers, and guess.
  if (isIP(address) === 0) return false
  const parsed = ipaddr.parse(address)
  // 'unicast' is what ipaddr.js knows nothing special of.
  if (parsed.range() !== 'unicast') return false
  if (parsed.kind() === 'ipv6' && !isIn(parsed, globalUnicast)) return false
  return ![...cloudServices, ...attached.map((text) => ipaddr.parseCIDR(text))].some((network) =>
    isIn(parsed, network),
  )
}

function isIn(address: ReturnType<typeof ipaddr.parse>, network: Network): boolean {
  return address.kind() === network[0].kind() && address.match(network)
}

function attachedNetworks(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.flatMap(({ cidr }) => cidr ?? []),
  )
}
