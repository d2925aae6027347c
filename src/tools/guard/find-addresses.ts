import { lookup } from 'node:dns/promises'
import { ChatterdError } from '../../protocol/errors.ts'
import { isPublicAddress } from './public-address.ts'
import type { Target } from './read-target.ts'

/** What the guard asks of the system. No setting reaches it; tests replace it. */
export interface GuardPorts {
  /** The addresses of a name. */
  lookup(name: string): Promise<string[]>
  isPublic(address: string): boolean
}

export const systemPorts: GuardPorts = {
  // As other programs of this machine find names, /etc/hosts included. Proxies from the environment play no part.
  lookup: async (name) => (await lookup(name, { all: true })).map(({ address }) => address),
  isPublic: (address) => isPublicAddress(address),
}

/**
 * The addresses of a target, all of which may be requested. A name is looked up once. One that is not found and one that has an
 * address which is not public give the same error, so that a model cannot ask which names an internal network has.
 *
 * @throws ChatterdError `invalid-request` for an address, `tool-service-failed` for a name
 */
export async function findAddresses(
  { host, isAddress, isAllowed }: Target,
  ports: GuardPorts,
  signal: AbortSignal,
): Promise<string[]> {
  signal.throwIfAborted()
  if (isAddress) {
    if (isAllowed || ports.isPublic(host)) return [host]
    throw new ChatterdError(
      'invalid-request',
      `${host} is not a public address: tools may send requests to it only where the settings file names it.`,
    )
  }
  const addresses = await unlessAborted(ports.lookup(host), signal).catch(() => [])
  signal.throwIfAborted()
  // One address that is not public refuses all: a name with both kinds is a trick, or is not meant for the public.
  if (addresses.length > 0 && (isAllowed || addresses.every((address) => ports.isPublic(address))))
    return addresses
  const problem = isAllowed
    ? 'was not found.'
    : 'was not found, or is not public: tools may not send requests to it.'
  throw new ChatterdError('tool-service-failed', `${host} ${problem}`)
}

/** Look-ups of the system cannot be aborted: one that is late is left to itself. */
async function unlessAborted<T>(pending: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const onAbort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', onAbort)
  try {
    return await Promise.race([pending, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
