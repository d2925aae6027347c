import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** Closes the server. Connections that still have a request or a response after `graceMs` milliseconds are destroyed. */
export type CloseApp = (graceMs: number) => Promise<void>

/**
 * Keeps track of an app's connections, so that it can be closed in bounded time: `app.close()` alone waits for requests in flight,
 * and would wait for ever for a request that never becomes complete and for a stream of HTTP/2.
 */
export function watchConnections(app: FastifyInstance): CloseApp {
  const sockets = new Set<Socket>()
  app.server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return async (graceMs) => {
    const timer = setTimeout(() => {
      for (const socket of sockets) socket.destroy()
    }, graceMs)
    await app.close()
    clearTimeout(timer)
  }
}
