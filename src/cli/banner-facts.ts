import { join } from 'node:path'
import type { Config } from '../config/settings.ts'
import type { BannerFacts, BannerModel } from './banner.ts'
import { machineAddresses } from './machine-addresses.ts'
import type { Tls } from './open-tls.ts'
import { qrCode } from './qr-code.ts'
import { serverUrls } from './server-urls.ts'

/** What the banner needs to know about a started server. */
export interface ServerFacts {
  version: string
  port: number
  engine: { name: string; models(signal: AbortSignal): Promise<readonly BannerModel[]> }
  database: () => Promise<{ ready: boolean; detail?: string }>
  tls: Tls | undefined
  toolSources: BannerFacts['toolSources']
  /** True where the banner is read by people: it has a QR code then. */
  isTerminal: boolean
}

/** Collects the facts for the banner from a started server. */
export async function bannerFacts(config: Config, server: ServerFacts): Promise<BannerFacts> {
  const { version, port, tls } = server
  const address = { host: config.host, port, https: tls !== undefined, addresses: machineAddresses() }
  const folder = join(config.dataDir, 'database')
  const urls = serverUrls(address)
  return {
    version,
    urls,
    engine: await engineFacts(config, server.engine),
    database: config.databaseUrl
      ? { kind: 'postgresql', url: config.databaseUrl, problem: await databaseProblem(server) }
      : { kind: 'embedded', folder },
    dataDir: config.dataDir,
    toolSources: server.toolSources,
    hasPage: config.page === 'on',
    authority: tls?.authority && (await authorityFacts(tls.authority.file, urls, server.isTerminal)),
  }
}

async function authorityFacts(
  file: string,
  urls: readonly string[],
  isTerminal: boolean,
): Promise<BannerFacts['authority']> {
  const reached = urls.find((each) => !/^https:\/\/(127\.|localhost|\[::1\])/.test(each))
  if (reached === undefined) return { file }
  const url = `${reached}/chatterd-ca.crt`
  return { file, url, ...(isTerminal && { qrCode: await qrCode(url) }) }
}

async function databaseProblem({ database }: ServerFacts): Promise<string | undefined> {
  const { ready, detail } = await database()
  return ready ? undefined : (detail ?? 'it does not respond')
}

async function engineFacts(config: Config, engine: ServerFacts['engine']): Promise<BannerFacts['engine']> {
  const url = config.ollamaBaseUrl
  if (engine.name === 'demo') return { kind: 'demo', searchedUrl: config.engine === 'demo' ? null : url }
  try {
    return { kind: 'ollama', url, models: await engine.models(AbortSignal.timeout(3_000)) }
  } catch {
    return { kind: 'unreachable', url }
  }
}
