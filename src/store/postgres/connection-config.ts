import type { ClientConfig } from 'pg'
import { didYouMean } from '../../protocol/closest-name.ts'

/** How a server of PostgreSQL is reached. */
export interface ConnectionConfig extends ClientConfig {
  /** Where the server has no TLS, the connection goes on without it. */
  tlsOptional?: boolean
  /** How long it may take to connect, in milliseconds. Not `connectionTimeoutMillis`, which limits the wait in a pool, too. */
  connectTimeoutMs?: number
}

/** https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION */
const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full']
const optional = ['allow', 'prefer']

/** What a URL may have besides the address: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS */
const parameters = [
  ...['host', 'port', 'user', 'password', 'options', 'client_encoding'],
  ...['sslmode', 'sslcert', 'sslkey', 'sslrootcert', 'sslnegotiation'],
]
/** What the URLs of hosting services have besides, and what changes nothing here: chatterd has its own name, time-outs and pool. */
const harmless = [
  ...['application_name', 'fallback_application_name', 'connect_timeout', 'channel_binding', 'gssencmode'],
  ...['target_session_attrs', 'pgbouncer', 'uselibpqcompat'],
]

/** PostgreSQL's own programs refuse an unknown parameter too: `sslmod=require` must not mean a connection without TLS. */
function checkParameters(names: readonly string[]): void {
  const unknown = names.find((name) => !parameters.includes(name) && !harmless.includes(name))
  if (unknown === undefined) return
  throw new Error(
    `${unknown} in the URL of the database is no parameter of a connection${didYouMean(unknown, parameters)}`,
  )
}

/** The configuration for a URL, whose parameters mean what they mean to PostgreSQL's own clients. Throws where it is not valid. */
export function connectionConfig(text: string): ConnectionConfig {
  // The message does not repeat the URL, because it holds a password.
  if (!URL.canParse(text))
    throw new Error('The URL of the database is not valid: expected postgres://user:password@host:5432/name.')
  const url = new URL(text)
  checkParameters([...url.searchParams.keys()])
  const mode = url.searchParams.get('sslmode')
  if (mode !== null && !sslModes.includes(mode))
    throw new Error(`sslmode=${mode} in the URL of the database: expected one of ${sslModes.join(', ')}.`)
  // Without it, the driver takes all modes as verify-full, and warns of that.
  url.searchParams.set('uselibpqcompat', 'true')
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname)
  if (host.startsWith('/')) {
    // A Unix socket has no TLS, whatever the mode is.
    url.searchParams.delete('sslmode')
    return { connectionString: url.href, ssl: false }
  }
  const tlsOptional = mode !== null && optional.includes(mode)
  if (tlsOptional) url.searchParams.set('sslmode', 'prefer')
  return { connectionString: url.href, tlsOptional }
}
