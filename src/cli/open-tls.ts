import { readFile } from 'node:fs/promises'
import type { Config } from '../config/settings.ts'
import { checkCertificate, type PemSource, unusable } from './check-certificate.ts'
import { loadDevCertificate } from './dev-certificate.ts'
import { machineAddresses } from './machine-addresses.ts'

/** The server's certificate and key as PEM texts; with a development certificate also its authority. */
export interface Tls {
  cert: string
  key: string
  /** The authority's certificate, which a phone installs to trust the server: its file, and its PEM text. */
  authority?: { file: string; cert: string }
}

/**
 * Reads the certificate that the settings name, or the development certificate; undefined for plain HTTP. `onNotice` is called
 * with a message for each certificate that is created.
 *
 * @throws Error of one line where the certificate cannot be used.
 */
export async function openTls(config: Config, onNotice: (message: string) => void): Promise<Tls | undefined> {
  const now = new Date()
  if (config.tlsCert !== undefined && config.tlsKey !== undefined) {
    const certificate = await readPem('tls-cert', config.tlsCert)
    const key = await readPem('tls-key', config.tlsKey)
    checkCertificate(certificate, key, now)
    return { cert: certificate.pem, key: key.pem }
  }
  if (config.tls !== 'dev') return undefined
  const addresses = [...machineAddresses(), ...(config.tlsName ?? [])]
  const { notices, ...certificate } = await loadDevCertificate({ dataDir: config.dataDir, addresses, now })
  notices.forEach(onNotice)
  return certificate
}

async function readPem(setting: string, file: string): Promise<PemSource> {
  const from = `${setting}: ${file}`
  const pem = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw unusable(`${from} cannot be read (${error.code})`)
  })
  if (pem.includes('-----BEGIN ')) return { pem, from }
  throw unusable(`${from} is not a PEM file`)
}
