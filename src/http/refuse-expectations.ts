import type { FastifyInstance } from 'fastify'
import { ChatterdError } from '../protocol/errors.ts'

/**
 * Refuses, in words, requests that expect something of the server other than `100-continue` (RFC 9110, section 10.1.1). Node answers them
 * by itself otherwise, without a body and before any hook.
 */
export function refuseExpectations(app: FastifyInstance): void {
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  app.addHook('onRequest', ({ headers: { expect } }, _reply, done) => {
    if (expect === undefined || expect.toLowerCase() === '100-continue') return done()
    const message = `Expect: the server knows only 100-continue, and not ${JSON.stringify(expect.slice(0, 60))}.`
    done(new ChatterdError('expectation-failed', message))
  })
}
