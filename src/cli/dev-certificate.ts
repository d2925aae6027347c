import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { type Certificate, issueAuthority, issueServerCertificate } from './issue-certificate.ts'

/** What HTTPS is served with while developing. */
export interface DevCertificate extends Certificate {
  /** The authority's certificate: what a phone installs and trusts. */
  installFile: string
  /** What was made now, and why; empty where everything was there. For the log. */
  notices: string[]
}

const always = ['localhost', '127.0.0.1', '::1']

/** Renewed this long before it ends, so that it does not end under a running server. */
const margin = 30 * 86_400_000

async function read(folder: string, name: string): Promise<Certificate | undefined> {
  try {
    const [cert, key] = await Promise.all(
      ['crt', 'key'].map((ending) => readFile(join(folder, `${name}.${ending}`), 'utf8')),
    )
    return cert === undefined || key === undefined ? undefined : { cert, key }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

async function keep(folder: string, name: string, { cert, key }: Certificate): Promise<void> {
  // Renamed into place: a reader sees the old file or the new one, and the key never has another mode.
  const put = async (file: string, text: string, mode: number) => {
    const draft = `${file}.${process.pid}`
    await writeFile(draft, text, { mode })
    await rename(draft, file)
  }
  await put(join(folder, `${name}.key`), key, 0o600)
  await put(join(folder, `${name}.crt`), cert, 0o644)
}

/** Why a certificate cannot be used any more, in words; undefined where it can. */
function fault(kept: Certificate | undefined, now: Date): string | undefined {
  if (kept === undefined) return 'there was none'
  try {
    const certificate = new X509Certificate(kept.cert)
    if (!certificate.checkPrivateKey(createPrivateKey(kept.key))) return 'its key was another one'
    if (certificate.validFromDate > now) return 'it was made in the future'
    if (certificate.validToDate.getTime() - margin < now.getTime()) return 'it was at its end'
  } catch {
    return 'it could not be read'
  }
}

function serverFault(
  kept: Certificate | undefined,
  authority: Certificate,
  addresses: readonly string[],
  now: Date,
): string | undefined {
  const ofItself = fault(kept, now)
  if (kept === undefined || ofItself !== undefined) return ofItself
  const certificate = new X509Certificate(kept.cert)
  if (!certificate.verify(new X509Certificate(authority.cert).publicKey))
    return 'its authority was another one'
  const holds = (address: string) =>
    (isIP(address) === 0 ? certificate.checkHost(address) : certificate.checkIP(address)) !== undefined
  const missing = addresses.filter((address) => !holds(address))
  return missing.length === 0 ? undefined : `${missing.join(', ')} was not in it`
}

/** Those that a certificate can hold: host names with an underscore or other oddities are none of DNS. */
function certifiable(addresses: readonly string[]): string[] {
  const dnsName = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i
  return [...new Set([...always, ...addresses])].filter(
    (address) => isIP(address) !== 0 || dnsName.test(address),
  )
}

/**
 * A development certificate for localhost and these names and IP addresses, kept in `<dataDir>/tls`.
 *
 * Android installs nothing but authorities, and a phone should have to install one only once. So there are two: an authority
 * (`chatterd-ca.crt`, to be installed) and the server's own, signed by it and made anew whenever an address is missing.
 */
export async function devCertificate(options: {
  dataDir: string
  addresses: readonly string[]
  now: Date
}): Promise<DevCertificate> {
  const { now } = options
  const folder = join(options.dataDir, 'tls')
  const installFile = join(folder, 'chatterd-ca.crt')
  const addresses = certifiable(options.addresses)
  const notices: string[] = []
  await mkdir(folder, { recursive: true, mode: 0o700 })

  let authority = await read(folder, 'chatterd-ca')
  const why = fault(authority, now)
  if (authority === undefined || why !== undefined) {
    authority = await issueAuthority(now)
    await keep(folder, 'chatterd-ca', authority)
    notices.push(`made a development authority (${why}): install ${installFile} on your phones`)
  }

  let server = await read(folder, 'server')
  const whyServer = serverFault(server, authority, addresses, now)
  if (server === undefined || whyServer !== undefined) {
    server = await issueServerCertificate(authority, addresses, now)
    await keep(folder, 'server', server)
    notices.push(`made a certificate for ${addresses.join(', ')} (${whyServer})`)
  }
  return { ...server, installFile, notices }
}
