/** What a room may import from another one: everything, only types, or only the types of the ports. */
export type Import = 'all' | 'types' | 'ports'

/** Groups of Node's builtins. What is in no group is harmless, and allowed in all rooms but the pure ones. */
export type Builtin = 'files' | 'network' | 'processes' | 'threads' | 'terminal'

/** Globals by what they reach. */
export type Global = 'environment' | 'process' | 'fetch' | 'clock' | 'chance' | 'timers' | 'console'

/** What one room may import and touch. */
export interface Room {
  imports: Record<string, Import>
  /** `pure` rooms have no builtins at all; the others those of the named groups, and the harmless ones. */
  builtins: 'pure' | Builtin[]
  globals: Global[]
}

/** The folder of the ports: what the core needs of the rooms around it, as types. */
export const portsFolder = 'src/turn/ports/'

const everyRoom = [
  'protocol',
  'calls',
  'turn',
  'engines',
  'tools',
  'store',
  'stream',
  'http',
  'config',
  'page',
  'client',
  'web',
  'cli',
]
const everyBuiltin: Builtin[] = ['files', 'network', 'processes', 'threads', 'terminal']

/** The rooms, what each may import and what each may touch. `main` are the files of `src/` itself: those that build all the others, and what the package exports. */
export const rooms: Record<string, Room> = {
  protocol: { imports: {}, builtins: 'pure', globals: [] },
  calls: { imports: { protocol: 'all' }, builtins: 'pure', globals: [] },
  turn: { imports: { protocol: 'all', calls: 'all' }, builtins: 'pure', globals: [] },
  engines: {
    imports: { protocol: 'all', turn: 'ports' },
    builtins: ['network'],
    globals: ['fetch', 'clock', 'chance', 'timers'],
  },
  tools: {
    imports: { protocol: 'all', turn: 'ports' },
    // Files: tools are modules of the user's own, too. Threads: YAML of others can take long to read.
    builtins: ['files', 'network', 'processes', 'threads'],
    globals: ['process', 'fetch', 'clock', 'chance', 'timers', 'console'],
  },
  store: {
    imports: { protocol: 'all', turn: 'ports' },
    // The embedded database lives in files and in a thread. It is first made in a process of its own, because that takes
    // several times the memory that the server then runs in, which only the end of a process gives back.
    builtins: ['files', 'network', 'threads', 'processes'],
    globals: ['process', 'clock', 'chance', 'timers'],
  },
  stream: { imports: { protocol: 'all', turn: 'all' }, builtins: [], globals: ['clock', 'chance', 'timers'] },
  http: {
    imports: { protocol: 'all', turn: 'types', stream: 'all' },
    builtins: ['network'],
    globals: ['clock', 'chance', 'timers'],
  },
  config: { imports: { protocol: 'all' }, builtins: ['files'], globals: ['environment', 'process'] },
  // It starts vite, which builds the page in a checkout.
  page: {
    imports: { protocol: 'all' },
    builtins: ['files', 'processes'],
    globals: ['process', 'clock', 'timers'],
  },
  client: {
    imports: { protocol: 'types' },
    builtins: 'pure',
    globals: ['fetch', 'clock', 'chance', 'timers'],
  },
  web: { imports: { client: 'all' }, builtins: 'pure', globals: ['clock', 'chance', 'timers', 'console'] },
  cli: {
    imports: { protocol: 'all', config: 'all', main: 'all', client: 'all' },
    builtins: everyBuiltin,
    globals: ['process', 'fetch', 'clock', 'chance', 'timers', 'console'],
  },
  main: {
    imports: Object.fromEntries(everyRoom.map((room) => [room, 'all'])),
    builtins: everyBuiltin,
    globals: ['process', 'clock', 'chance', 'timers', 'console'],
  },
}

/** Which rooms may import a package. One that has no row may be imported nowhere. */
export const packages: Record<string, string[]> = {
  '@electric-sql/pglite': ['store'],
  '@fastify/swagger': ['http'],
  '@preact/signals': ['web'],
  '@modelcontextprotocol/client': ['tools'],
  'image-size': ['tools'],
  'jsonc-parser': ['config'],
  '@modelcontextprotocol/server': ['http'],
  'close-with-grace': ['cli', 'main'],
  ai: ['client'],
  commander: ['cli'],
  fastify: ['http'],
  'highlight.js': ['web'],
  'expr-eval-fork': ['tools'],
  'ipaddr.js': ['tools'],
  marked: ['web'],
  pg: ['store'],
  'pg-protocol': ['store'],
  pino: ['cli', 'main'],
  'pino-pretty': ['cli'],
  preact: ['web'],
  react: ['client'],
  selfsigned: ['cli'],
  'smol-toml': ['config'],
  typebox: ['http'],
  undici: ['engines', 'tools'],
  uqr: ['cli'],
  yaml: ['tools'],
}

/** The group of each builtin that reaches outside the process, without `node:`. */
export const builtinGroups: Record<string, Builtin> = {
  fs: 'files',
  'fs/promises': 'files',
  sqlite: 'files',
  dgram: 'network',
  dns: 'network',
  'dns/promises': 'network',
  http: 'network',
  http2: 'network',
  https: 'network',
  net: 'network',
  tls: 'network',
  child_process: 'processes',
  cluster: 'processes',
  worker_threads: 'threads',
  readline: 'terminal',
  'readline/promises': 'terminal',
  repl: 'terminal',
  tty: 'terminal',
}

/** How a global is recognised in code whose comments and strings are blanked. */
export const globals: { reach: Global; pattern: RegExp }[] = [
  { reach: 'environment', pattern: /\bprocess\s*\.\s*env\b|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b/ },
  { reach: 'process', pattern: /(?<![.\w$])process\s*[.[]|=\s*process\b/ },
  {
    reach: 'fetch',
    pattern: /(?<![.\w$])fetch\s*\(|\bglobalThis\s*\.\s*fetch\b|\bnew\s+(?:WebSocket|EventSource)\b/,
  },
  {
    reach: 'clock',
    pattern: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*(?:\(\s*\)|(?!\s*\())|(?<![.\w$])performance\s*\./,
  },
  { reach: 'chance', pattern: /\bMath\s*\.\s*random\b|(?<![.\w$])crypto\s*\./ },
  { reach: 'timers', pattern: /\bset(?:Timeout|Interval|Immediate)\b|\bAbortSignal\s*\.\s*timeout\b/ },
  { reach: 'console', pattern: /(?<![.\w$])console\s*\./ },
]

/** The longest file, in lines. A file is one thing that can be named in a few words. */
export const longestFile = 220

/** Names that do not say what is inside. */
export const drawer = /^(?:utils?|helpers?|common|misc)$/

/** Words that do not belong in the product. Bracketed, so that this file does not have them itself. */
export const strayWords = [/\/wor[k]\//, /\bT[O]DO\b/, /\bF[I]XME\b/]
