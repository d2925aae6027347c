import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/**
 * Calls `report`, with the client's address, when a client speaks plain HTTP on a port that speaks TLS. Its connection is closed without
 * an answer: Node gives nobody the connection below TLS.
 */
export function onPlainHttp(app: FastifyInstance, report: (address: string | undefined) => void): void {
  app.server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ERR_SSL_HTTP_REQUEST') report(socket.remoteAddress)
  })
}
