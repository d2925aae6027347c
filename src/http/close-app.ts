import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** Closes the server: at once what is idle, and after a while what is not. */
export type CloseApp = (graceMs: number) => Promise<void>

/**
 * Watches over an app's connections. Closing waits for requests that are under way; a connection that never sent one whole, or
 * a stream of HTTP/2, would keep it waiting for ever.
 */
export function watchConnections(app: FastifyInstance): CloseApp {
  const sockets = new Set<Socket>()
  app.server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return async (graceMs) => {
    const cut = setTimeout(() => {
      for (const socket of sockets) socket.destroy()
    }, graceMs)
    await app.close()
    clearTimeout(cut)
  }
}
