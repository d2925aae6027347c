import { connect, createServer, type Socket } from 'node:net'

/** A proxy between a client and a TCP server that fails as networks do. Open at first. */
export interface TcpProxy {
  port: number
  /** Packets vanish, in both directions, without an error. New connections are accepted, and hang. */
  freeze(): void
  /** Open connections go on; new ones are accepted, and hang, as where the server is too busy for them. */
  crowd(): void
  /** Destroys all connections; new ones get these bytes as the response to all that they send. */
  respond(bytes: Buffer): void
  /** Destroys all connections, and new ones at once. */
  shut(): void
  /** Lets new connections through again; those that hung are destroyed. */
  open(): void
  close(): void
}

/** Opens a proxy on 127.0.0.1 before the server at `port` of `host`. */
export async function openTcpProxy(host: string, port: number): Promise<TcpProxy> {
  let mode: 'open' | 'frozen' | 'crowded' | 'shut' | 'responding' = 'open'
  let response: Buffer
  const sockets = new Set<Socket>()
  const destroyAll = () => {
    for (const socket of sockets) socket.destroy()
  }

  const server = createServer((inside) => {
    if (mode === 'shut') return void inside.destroy()
    watch(inside)
    if (mode === 'responding') return void inside.on('data', () => inside.write(response))
    if (mode !== 'open') return
    const outside = connect(port, host)
    watch(outside)
    inside.pipe(outside).pipe(inside)
    inside.once('close', () => outside.destroy())
    outside.once('close', () => inside.destroy())
  })

  function watch(socket: Socket): void {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    freeze() {
      mode = 'frozen'
      for (const socket of sockets) socket.unpipe().pause()
    },
    crowd() {
      mode = 'crowded'
    },
    respond(bytes) {
      mode = 'responding'
      response = bytes
      destroyAll()
    },
    shut() {
      mode = 'shut'
      destroyAll()
    },
    open() {
      if (mode !== 'open') destroyAll()
      mode = 'open'
    },
    close() {
      destroyAll()
      server.close()
    },
  }
}
