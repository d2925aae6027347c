import { randomBytes, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'

/** A certificate and its private key, both PEM. */
export interface Certificate {
  cert: string
  key: string
}

export const dayMs = 86_400_000

/** Certificates are valid from a day ago, for a phone whose clock is slow. */
const backdateMs = dayMs

/** Longer than the server's certificate, because users install the authority by hand. */
const authorityDays = 825

/** Apple refuses server certificates that are valid for more than 825 days, from preinstalled authorities for more than 398. */
const serverDays = 397

// iOS (https://support.apple.com/HT210176) and Android both accept ECDSA P-256 with SHA-256, and such a key is made in milliseconds.
const algorithm = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const

/** Issues a self-signed certificate authority, which cannot sign other authorities. */
export async function issueAuthority(now: Date): Promise<Certificate> {
  const { generate } = await import('selfsigned')
  // A unique name: a phone may still have an earlier authority, with another key.
  const name = `chatterd development CA ${randomBytes(4).toString('hex')}`
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    ...algorithm,
    notBeforeDate: new Date(now.getTime() - backdateMs),
    notAfterDate: new Date(now.getTime() - backdateMs + authorityDays * dayMs),
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  return { cert, key }
}

/** Issues a server certificate for these names and addresses, signed by the authority. It expires no later than the authority. */
export async function issueServerCertificate(
  authority: Certificate,
  addresses: readonly string[],
  now: Date,
): Promise<Certificate> {
  const { generate } = await import('selfsigned')
  const start = now.getTime() - backdateMs
  const end = Math.min(start + serverDays * dayMs, new X509Certificate(authority.cert).validToDate.getTime())
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'chatterd' }], {
    ...algorithm,
    ca: authority,
    notBeforeDate: new Date(start),
    notAfterDate: new Date(end),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: addresses.map((address) =>
          isIP(address) === 0 ? { type: 2 as const, value: address } : { type: 7 as const, ip: address },
        ),
      },
    ],
  })
  return { cert, key }
}
