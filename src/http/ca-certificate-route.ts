import type { FastifyInstance } from 'fastify'

/** `GET /chatterd-ca.crt`: the authority of the development certificate, as PEM, in the type at which phones offer to install it. */
export function caCertificateRoute(app: FastifyInstance, certificate: () => string): void {
  app.get('/chatterd-ca.crt', async (_request, reply) =>
    reply.type('application/x-x509-ca-cert').send(certificate()),
  )
}
