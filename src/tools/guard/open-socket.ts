import { once } from 'node:events'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Target } from './read-target.ts'

/** How long one of several addresses may take before the next is tried. Node's default, 250 ms, is too short for slow networks. */
const attemptMs = 1000

/** The server's certificate is not one for its name, of an authority that this process trusts. The cause says why. */
export class InvalidCertificate extends Error {}

/**
 * Connects to one of the addresses, and to nothing else. Over https, the certificate has been checked against the host's name.
 *
 * @param isReachable Judges the address that the socket is connected to, before a byte is written.
 * @param signal Closes the socket, and so ends whatever is done with it.
 * @throws InvalidCertificate, and else whatever the socket fails with
 */
export async function openSocket(
  target: Target,
  addresses: readonly string[],
  isReachable: (address: string) => boolean,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = connect({
    host: target.host,
    port: target.port,
    // The name is not looked up again: it could have other addresses by now.
    lookup: (_host, _options, done) =>
      done(
        null,
        addresses.map((address) => ({ address, family: isIP(address) })),
      ),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: attemptMs,
    signal,
  })
  // Between two steps nobody else listens, and an error without a listener ends the process.
  socket.on('error', () => undefined)
  try {
    await once(socket, 'connect')
    if (!isReachable(socket.remoteAddress ?? '')) throw new Error('connected to another address')
    return target.url.protocol === 'https:' ? await encrypt(socket, target.host) : socket
  } catch (thrown) {
    socket.destroy()
    throw thrown
  }
}

async function encrypt(socket: Socket, host: string): Promise<Socket> {
  const encrypted = connectTls({
    socket,
    host,
    // RFC 6066 has no addresses here; the certificate is checked against `host` then.
    servername: isIP(host) === 0 ? host : '',
    ALPNProtocols: ['http/1.1'],
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
    rejectUnauthorized: true,
  })
  encrypted.on('error', () => undefined)
  try {
    await once(encrypted, 'secureConnect')
    return encrypted
  } catch (thrown) {
    encrypted.destroy()
    throw encrypted.authorizationError ? new InvalidCertificate(undefined, { cause: thrown }) : thrown
  }
}
