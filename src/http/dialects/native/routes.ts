import type { FastifyInstance } from 'fastify'
import { catalogRoutes } from './catalog-routes.ts'
import { conversationRoutes } from './conversation-routes.ts'
import { exportRoute } from './export/export-route.ts'
import { messageRoutes } from './message-routes.ts'
import { describeRoutes } from './openapi.ts'
import type { NativePorts } from './ports.ts'
import { setProblemHandlers } from './problem.ts'
import { refuseUnused } from './refuse-unused.ts'
import { nativePrefix } from './scope.ts'
import { streamRoutes } from './stream-routes.ts'
import { turnRoutes } from './turn-routes.ts'
import { watchRoute } from './watch-route.ts'

/** The native dialect, described in docs/native.md. */
export function nativeRoutes(app: FastifyInstance, ports: NativePorts): void {
  app.register(
    async (scope) => {
      setProblemHandlers(scope, ports.onFault)
      // The schemas of responses are for the document only; Fastify's own serializer would drop members that they do not have.
      scope.setSerializerCompiler(() => JSON.stringify)
      refuseUnused(scope)
      await describeRoutes(scope)
      streamRoutes(scope, ports)
      turnRoutes(scope, ports)
      conversationRoutes(scope, ports)
      messageRoutes(scope, ports)
      watchRoute(scope, ports)
      exportRoute(scope, ports)
      catalogRoutes(scope, ports)
    },
    { prefix: nativePrefix },
  )
}
