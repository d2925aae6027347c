import { readFile } from 'node:fs/promises'
import type { Config } from '../config/settings.ts'
import { devCertificate } from './dev-certificate.ts'
import { machineAddresses } from './machine-addresses.ts'

/** What HTTPS is served with, as PEM texts; `installFile` is what a phone installs to trust a development certificate. */
export interface Tls {
  cert: string
  key: string
  installFile?: string
}

/** The certificate that the settings name, or the development one; undefined for plain HTTP. `notice` is told what was made. */
export async function openTls(config: Config, notice: (text: string) => void): Promise<Tls | undefined> {
  if (config.tlsCert !== undefined && config.tlsKey !== undefined) {
    return { cert: await readPem('tls-cert', config.tlsCert), key: await readPem('tls-key', config.tlsKey) }
  }
  if (config.tls !== 'dev') return undefined
  const made = await devCertificate({
    dataDir: config.dataDir,
    addresses: machineAddresses(),
    now: new Date(),
  })
  made.notices.forEach(notice)
  return made
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
