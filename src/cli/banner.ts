import { redactUrl } from '../config/redact-url.ts'
import { tryCurl } from './try-curl.ts'

/** A model as its engine tells of it. */
export interface BannerModel {
  name: string
  /** Absent: the engine did not say. */
  capabilities?: readonly string[]
}

/** What answers the prompts. */
type EngineFacts =
  | { kind: 'ollama'; url: string; models: readonly BannerModel[] }
  /** `missing` is where Ollama was looked for; null where the demo engine was asked for. */
  | { kind: 'demo'; missing: string | null }
  /** Ollama was asked for and does not answer. */
  | { kind: 'absent'; url: string }

/** Where conversations are stored. A PostgreSQL that is away at start is waited for. */
type DatabaseFacts =
  | { kind: 'embedded'; folder: string }
  | { kind: 'postgresql'; url: string; trouble: string | undefined }

/** All that the first lines on the terminal tell. */
export interface BannerFacts {
  version: string
  /** Where the server is reached, the nearest first. */
  urls: readonly string[]
  engine: EngineFacts
  database: DatabaseFacts
  dataDir: string
  /** The file to install on a phone; undefined without a development certificate. */
  installFile?: string | undefined
}

const shownAtMost = 10
const suggestedModel = 'qwen3:0.6b'
const howToGetOllama = `get it from https://ollama.com/download, then run: ollama pull ${suggestedModel}`

function canCallTools({ capabilities }: BannerModel): boolean {
  return capabilities?.includes('tools') ?? false
}

/** The first ten or so, and how many are left out. */
function few(items: readonly string[]): string[] {
  const left = items.length - shownAtMost
  return left > 0 ? [...items.slice(0, shownAtMost), `and ${left} more`] : [...items]
}

/** Those that can call tools stand first: they are what is looked for. */
function modelLines(models: readonly BannerModel[]): string[] {
  if (models.length === 0) return [`none yet; run: ollama pull ${suggestedModel}`]
  const able = models.filter(canCallTools)
  const others = models.filter((model) => !canCallTools(model))
  const names = [...able.map(({ name }) => `${name} (tools)`), ...others.map(({ name }) => name)]
  const none = `none of them says that it can call tools; run: ollama pull ${suggestedModel}`
  return [few(names).join(', '), ...(able.length === 0 ? [none] : [])]
}

function engineRows(engine: EngineFacts): [string, string[]][] {
  switch (engine.kind) {
    case 'ollama':
      return [
        ['engine', [`Ollama at ${redactUrl(engine.url)}`]],
        ['models', modelLines(engine.models)],
      ]
    case 'absent': {
      const trouble = `no Ollama answers at ${redactUrl(engine.url)}: prompts fail until it does`
      return [['engine', [trouble, `To have one, ${howToGetOllama}`]]]
    }
    case 'demo': {
      const demo = 'the demo engine, a small stand-in and no language model; its model is called demo'
      if (engine.missing === null) return [['engine', [demo]]]
      const trouble = `no Ollama answered at ${redactUrl(engine.missing)}`
      const soon = 'When Ollama appears, the server goes over to it by itself.'
      return [['engine', [trouble, `To have one, ${howToGetOllama}`, `Until then ${demo}.`, soon]]]
    }
  }
}

function databaseLines(database: DatabaseFacts): string[] {
  if (database.kind === 'embedded') return [`embedded, in ${database.folder}`]
  const url = redactUrl(database.url)
  if (database.trouble === undefined) return [`PostgreSQL, ${url}`]
  return [`PostgreSQL, ${url}`, `It is not ready: ${database.trouble}`, 'Requests get 503 until it is.']
}

function modelToTry(engine: EngineFacts): string {
  if (engine.kind === 'demo') return 'demo'
  const models = engine.kind === 'ollama' ? engine.models : []
  const completes = ({ capabilities }: BannerModel) => capabilities?.includes('completion') ?? true
  return (models.find(canCallTools) ?? models.find(completes))?.name ?? suggestedModel
}

/** Names come from the engine; none may steer the terminal. */
function printable(line: string): string {
  return line.replace(/\p{Cc}/gu, '')
}

/** The first lines on the terminal: where the server is, what it works with, and one command to try. */
export function banner(facts: BannerFacts): string {
  const { version, urls, engine, installFile } = facts
  const rows: [string, string[]][] = [
    ['address', few(urls)],
    ...engineRows(engine),
    ['database', databaseLines(facts.database)],
    ['data', [facts.dataDir]],
    ...(installFile === undefined
      ? []
      : [['phones', [`install and trust ${installFile}`]] satisfies [string, string[]]]),
  ]
  const table = rows.flatMap(([name, lines]) =>
    lines.map((line, index) => `  ${(index === 0 ? name : '').padEnd(8)}  ${line}`),
  )
  const curl = tryCurl({ url: urls[0] ?? '', model: modelToTry(engine), caFile: installFile })
  const lines = [
    `chatterd ${version}`,
    '',
    ...table,
    '',
    'Try it:',
    '',
    ...curl.map((line) => `  ${line}`),
    '',
  ]
  return `${lines.map(printable).join('\n')}\n`
}
