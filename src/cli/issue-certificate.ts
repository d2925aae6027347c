import { randomBytes, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'

/** A certificate and its private key, both PEM. */
export interface Certificate {
  cert: string
  key: string
}

const day = 86_400_000

/** Clocks differ: a phone that is late must not see a certificate from the future. */
const early = day

/** Phones install this one by hand, so it lives longer than what it signs. */
const authorityDays = 825

/** Apple refuses server certificates over 825 days, and over 398 from authorities that come with the system. */
const serverDays = 397

// ECDSA P-256 with SHA-256: what iOS (HT210176) and Android both take, made in milliseconds.
const algorithm = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const

/** Makes an authority of our own. Nothing below it may be an authority too. */
export async function issueAuthority(now: Date): Promise<Certificate> {
  const { generate } = await import('selfsigned')
  // Named apart, for a phone may still hold an earlier one of another key.
  const name = `chatterd development CA ${randomBytes(4).toString('hex')}`
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    ...algorithm,
    notBeforeDate: new Date(now.getTime() - early),
    notAfterDate: new Date(now.getTime() - early + authorityDays * day),
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  return { cert, key }
}

/** Makes a server's certificate for these names and addresses, signed by the authority. It does not outlive the authority. */
export async function issueServerCertificate(
  authority: Certificate,
  addresses: readonly string[],
  now: Date,
): Promise<Certificate> {
  const { generate } = await import('selfsigned')
  const start = now.getTime() - early
  const end = Math.min(start + serverDays * day, new X509Certificate(authority.cert).validToDate.getTime())
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
