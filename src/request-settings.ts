import { hostname } from 'node:os'
import type { Config } from './config/settings.ts'
import { createAccessCheck } from './http/access/guard-requests.ts'

/** What a request may have and use, and how its response is sent. */
export const requestLimits = (config: Config) => ({ ...config, maxUnreadBytes: config.clientBufferBytes })

/** Which requests are served at all. */
export function accessCheck({ host, hosts = [], tlsName = [], origins }: Config) {
  return createAccessCheck({
    listenHost: host,
    machineName: hostname(),
    hosts: [...hosts, ...tlsName],
    origins,
  })
}
