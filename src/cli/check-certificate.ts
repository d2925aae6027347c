import { createPrivateKey, X509Certificate } from 'node:crypto'

/** A PEM text, and where it is from: `tls-cert: /etc/chat.crt`. */
export interface PemSource {
  pem: string
  from: string
}

/** Throws an error of one line where a certificate and its key cannot be used together, or not now. */
export function checkCertificate(certificate: PemSource, key: PemSource, now: Date): void {
  const parsed = read(certificate, 'certificate', (pem) => new X509Certificate(pem))
  const privateKey = read(key, 'private key without a passphrase', createPrivateKey)
  if (!parsed.checkPrivateKey(privateKey))
    throw unusable(`${key.from} does not fit the certificate of ${certificate.from}`)
  const { validFromDate: from, validToDate: to } = parsed
  if (to < now) throw unusable(`${certificate.from} has expired on ${to.toISOString()}`)
  if (from > now) throw unusable(`${certificate.from} is not valid before ${from.toISOString()}`)
}

function read<Parsed>({ pem, from }: PemSource, what: string, parse: (pem: string) => Parsed): Parsed {
  try {
    return parse(pem)
  } catch {
    throw unusable(`${from} cannot be read as a ${what}`)
  }
}

/** An error with a code is one for the user. */
export function unusable(message: string): Error {
  return Object.assign(new Error(message), { code: 'UNUSABLE' })
}
