import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { type Certificate, dayMs, issueAuthority, issueServerCertificate } from './issue-certificate.ts'

/** The server's certificate for development. */
export interface DevCertificate extends Certificate {
  /** The authority's certificate, which a phone installs and trusts: its file, and its PEM text. */
  authority: { file: string; cert: string }
  /** Messages for the log: which files were created, and why. Empty where all of them existed. */
  notices: string[]
}

/** 10.0.2.2 is this machine as seen from an Android emulator (https://developer.android.com/studio/run/emulator-networking). */
const localNames = ['localhost', '127.0.0.1', '::1', '10.0.2.2']

/** A certificate is renewed this long before it expires, so that it does not expire while the server runs. */
const renewBeforeMs = 30 * dayMs

async function read(folder: string, name: string): Promise<Certificate | undefined> {
  try {
    const [cert, key] = await Promise.all(
      ['crt', 'key'].map((extension) => readFile(join(folder, `${name}.${extension}`), 'utf8')),
    )
    return cert === undefined || key === undefined ? undefined : { cert, key }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

async function write(folder: string, name: string, { cert, key }: Certificate): Promise<void> {
  // Renamed from a temporary file: a reader sees the old file or the new one, and the key never has another mode.
  const replace = async (file: string, text: string, mode: number) => {
    const temporary = `${file}.${process.pid}`
    await writeFile(temporary, text, { mode })
    await rename(temporary, file)
  }
  await replace(join(folder, `${name}.key`), key, 0o600)
  await replace(join(folder, `${name}.crt`), cert, 0o644)
}

/** Why a certificate cannot be used, for the log; undefined where it can be used. */
function problemWith(stored: Certificate | undefined, now: Date): string | undefined {
  if (stored === undefined) return 'there was none'
  try {
    const certificate = new X509Certificate(stored.cert)
    if (!certificate.checkPrivateKey(createPrivateKey(stored.key)))
      return 'the old one does not match its key'
    if (certificate.validFromDate > now) return 'the old one is not valid yet'
    if (certificate.validToDate.getTime() - renewBeforeMs < now.getTime()) return 'the old one expires soon'
  } catch {
    return 'the old one cannot be read'
  }
}

function problemWithServer(
  stored: Certificate | undefined,
  authority: Certificate,
  addresses: readonly string[],
  now: Date,
): string | undefined {
  const problem = problemWith(stored, now)
  if (stored === undefined || problem !== undefined) return problem
  const certificate = new X509Certificate(stored.cert)
  if (!certificate.verify(new X509Certificate(authority.cert).publicKey))
    return 'the old one is signed by another authority'
  const covers = (address: string) =>
    (isIP(address) === 0
      ? certificate.checkHost(address.replace('*', 'any'))
      : certificate.checkIP(address)) !== undefined
  const missing = addresses.filter((address) => !covers(address))
  return missing.length === 0 ? undefined : `the old one lacks ${missing.join(', ')}`
}

/** Without the host names that are not valid in DNS, such as those with an underscore: a certificate cannot contain them. */
function certifiable(addresses: readonly string[]): string[] {
  const dnsName = /^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i
  return [...new Set([...localNames, ...addresses])].filter(
    (address) => isIP(address) !== 0 || dnsName.test(address),
  )
}

/**
 * Reads the development certificate for localhost and these names and IP addresses from `<dataDir>/tls`, or creates it there.
 *
 * Android installs only authorities, and a phone should need to install only one, once. So there are two certificates: an
 * authority (`chatterd-ca.crt`, to be installed), and the server's, which it signs and which is created again when it lacks
 * an address.
 */
export async function loadDevCertificate(options: {
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
  const authorityProblem = problemWith(authority, now)
  if (authority === undefined || authorityProblem !== undefined) {
    authority = await issueAuthority(now)
    await write(folder, 'chatterd-ca', authority)
    notices.push(
      `created a development certificate authority (${authorityProblem}): install ${installFile} on your phones`,
    )
  }

  let server = await read(folder, 'server')
  const serverProblem = problemWithServer(server, authority, addresses, now)
  if (server === undefined || serverProblem !== undefined) {
    server = await issueServerCertificate(authority, addresses, now)
    await write(folder, 'server', server)
    notices.push(`created a certificate for ${addresses.join(', ')} (${serverProblem})`)
  }
  return { ...server, authority: { file: installFile, cert: authority.cert }, notices }
}
