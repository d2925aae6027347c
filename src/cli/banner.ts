import { redactCredentials, redactUrl } from '../config/redact-url.ts'
import { suggestedModel } from '../protocol/suggested-model.ts'
import { type ToolSourceFacts, toolLines } from './tool-lines.ts'
import { tryCurl } from './try-curl.ts'

/** A model as its engine describes it. */
export interface BannerModel {
  name: string
  /** Absent: the engine does not report them. */
  capabilities?: readonly string[]
}

/** The engine that runs the model. */
type EngineFacts =
  | { kind: 'ollama'; url: string; models: readonly BannerModel[] }
  /** `searchedUrl` is the address at which no Ollama was found; null where the settings ask for the demo engine. */
  | { kind: 'demo'; searchedUrl: string | null }
  /** The settings ask for Ollama, and it does not respond. */
  | { kind: 'unreachable'; url: string }

/** Where conversations are stored. `problem` says why PostgreSQL is not ready: the server starts without it. */
type DatabaseFacts =
  | { kind: 'embedded'; folder: string }
  | { kind: 'postgresql'; url: string; problem: string | undefined }

/** The authority of the development certificate. */
interface AuthorityFacts {
  /** Its certificate. */
  file: string
  /** Where a phone can load that; undefined where no phone reaches the server. */
  url?: string | undefined
  /** The lines of a QR code of `url`. */
  qrCode?: readonly string[]
}

/** What the banner shows. */
export interface BannerFacts {
  version: string
  /** The URLs of the server, loopback first. */
  urls: readonly string[]
  engine: EngineFacts
  database: DatabaseFacts
  dataDir: string
  toolSources: readonly ToolSourceFacts[]
  /** How a phone comes to trust the server; undefined without a development certificate. */
  authority?: AuthorityFacts | undefined
  /** True where browsers get the web page. */
  hasPage: boolean
}

const maxListed = 10
const installOllama = `install Ollama from https://ollama.com/download, then run: ollama pull ${suggestedModel}`

function canCallTools({ capabilities }: BannerModel): boolean {
  return capabilities?.includes('tools') ?? false
}

/** The first ten items, and how many more there are. */
function shortened(items: readonly string[]): string[] {
  const more = items.length - maxListed
  return more > 0 ? [...items.slice(0, maxListed), `and ${more} more`] : [...items]
}

/** Models that can call tools come first: the list may be shortened. */
function modelLines(models: readonly BannerModel[]): string[] {
  if (models.length === 0) return [`none yet; run: ollama pull ${suggestedModel}`]
  const able = models.filter(canCallTools)
  const others = models.filter((model) => !canCallTools(model))
  const names = [...able.map(({ name }) => `${name} (tools)`), ...others.map(({ name }) => name)]
  const hint = `None of them is known to call tools. For one that does, run: ollama pull ${suggestedModel}`
  return [shortened(names).join(', '), ...(able.length === 0 ? [hint] : [])]
}

function engineRows(engine: EngineFacts): [string, string[]][] {
  switch (engine.kind) {
    case 'ollama':
      return [
        ['engine', [`Ollama at ${redactCredentials(engine.url)}`]],
        ['models', modelLines(engine.models)],
      ]
    case 'unreachable': {
      const problem = `Ollama does not respond at ${redactCredentials(engine.url)}: prompts fail until it does`
      return [['engine', [problem, `If you do not have it, ${installOllama}`]]]
    }
    case 'demo': {
      const demo = 'the demo engine, a small stand-in and not a language model; its model is named demo'
      if (engine.searchedUrl === null) return [['engine', [demo]]]
      const reason = `No Ollama was found at ${redactCredentials(engine.searchedUrl)}.`
      const next = 'The server switches to Ollama as soon as it runs.'
      return [['engine', [demo, reason, `For a language model, ${installOllama}`, next]]]
    }
  }
}

function databaseLines(database: DatabaseFacts): string[] {
  if (database.kind === 'embedded') return [`embedded, in ${database.folder}`]
  const url = redactUrl(database.url)
  if (database.problem === undefined) return [`PostgreSQL, ${url}`]
  return [`PostgreSQL, ${url}`, `It is not ready: ${database.problem}`, 'Requests get 503 until it is.']
}

function modelToTry(engine: EngineFacts): string {
  if (engine.kind === 'demo') return 'demo'
  const models = engine.kind === 'ollama' ? engine.models : []
  const completes = ({ capabilities }: BannerModel) => capabilities?.includes('completion') ?? true
  return (models.find(canCallTools) ?? models.find(completes))?.name ?? suggestedModel
}

function phoneLines({ file, url }: AuthorityFacts): string[] {
  return [`install and trust ${file}`, ...(url === undefined ? [] : [`The phone can load it from ${url}`])]
}

/** Without control characters: a model's name comes from the engine, and must not control the terminal. */
function printable(line: string): string {
  return line.replace(/\p{Cc}/gu, '')
}

/** The first lines on the terminal: the server's addresses, its engine and database, and a command to try. */
export function banner(facts: BannerFacts): string {
  const { version, urls, engine, authority } = facts
  const rows: [string, string[]][] = [
    ['address', shortened(urls)],
    ...engineRows(engine),
    ['database', databaseLines(facts.database)],
    ['data', [facts.dataDir]],
    ['tools', toolLines(facts.toolSources)],
    ...(authority ? [['phones', phoneLines(authority)] satisfies [string, string[]]] : []),
  ]
  const table = rows.flatMap(([name, lines]) =>
    lines.map((line, index) => `  ${(index === 0 ? name : '').padEnd(8)}  ${line}`),
  )
  const curl = tryCurl({ url: urls[0] ?? '', model: modelToTry(engine), caFile: authority?.file })
  const lines = [
    `chatterd ${version}`,
    '',
    ...table,
    '',
    ...(authority?.qrCode ? [...authority.qrCode.map((line) => `  ${line}`), ''] : []),
    ...(facts.hasPage ? [`Try it in a browser: ${urls[0]}`, '', 'Or in a terminal:'] : ['Try it:']),
    '',
    ...curl.map((line) => `  ${line}`),
    '',
  ]
  return `${lines.map(printable).join('\n')}\n`
}
