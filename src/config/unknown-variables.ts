import { closestName } from '../protocol/closest-name.ts'
import { settingList } from './settings.ts'

const prefix = 'CHATTERD_'

/** Variables of the tests, which the server does not read. */
const ofTests = /^CHATTERD_TEST_/

/**
 * What Kubernetes and Docker's links set by themselves in every container beside a service named chatterd, or chatterd-something
 * (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables).
 */
const ofServices = /^CHATTERD_(\w+_)?(SERVICE_(HOST|PORT\w*)|PORT_\d+_(TCP|UDP|SCTP)\w*|ENV_\w+)$/
const serviceAddress = /^(tcp|udp|sctp):\/\//

/** A sentence for each variable that has chatterd's prefix and is no setting. One that is empty counts as not set. */
export function unknownVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const variables = settingList.map(([, setting]) => setting.env)
  const known = new Set(variables)
  const byName = new Map(variables.map((variable) => [withoutPrefix(variable), variable]))
  return Object.entries(env)
    .filter(([name, value]) => name.startsWith(prefix) && !known.has(name) && value?.trim())
    .filter(
      ([name, value]) => !ofTests.test(name) && !ofServices.test(name) && !isServiceAddress(name, value),
    )
    .map(([name]) => {
      const closest = byName.get(closestName(withoutPrefix(name), byName.keys()) ?? '')
      const hint = closest === undefined ? '' : `; did you mean ${closest}?`
      return `${name} in the environment: no such setting${hint}`
    })
}

function isServiceAddress(name: string, value = ''): boolean {
  return name.endsWith('_PORT') && serviceAddress.test(value)
}

/** Some settings have variables without the prefix, such as PORT. */
function withoutPrefix(variable: string): string {
  return variable.replace(prefix, '')
}
