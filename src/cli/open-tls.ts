import { readFile } from 'node:fs/promises'
import type { Config } from '../config/settings.ts'
import { loadDevCertificate } from './dev-certificate.ts'
import { machineAddresses } from './machine-addresses.ts'

/** The server's certificate and key as PEM texts. `installFile` is the file that a phone installs to trust a development certificate. */
export interface Tls {
  cert: string
  key: string
  installFile?: string
}

/**
 * Reads the certificate that the settings name, or the development certificate; undefined for plain HTTP. `onNotice` is called
 * with a message for each certificate that is created.
 */
export async function openTls(config: Config, onNotice: (message: string) => void): Promise<Tls | undefined> {
  if (config.tlsCert !== undefined && config.tlsKey !== undefined) {
    return { cert: await readPem('tls-cert', config.tlsCert), key: await readPem('tls-key', config.tlsKey) }
  }
  if (config.tls !== 'dev') return undefined
  const certificate = await loadDevCertificate({
    dataDir: config.dataDir,
    addresses: machineAddresses(),
    now: new Date(),
  })
  certificate.notices.forEach(onNotice)
  return certificate
}

async function readPem(setting: string, file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw Object.assign(new Error(`${setting}: ${file} cannot be read (${error.code})`), {
      code: 'UNREADABLE',
    })
  })
  if (text.includes('-----BEGIN ')) return text
  throw Object.assign(new Error(`${setting}: ${file} is not a PEM file`), { code: 'UNREADABLE' })
}
