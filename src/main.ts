import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { banner } from './cli/banner.ts'
import { bannerFacts } from './cli/banner-facts.ts'
import { openLog } from './cli/open-log.ts'
import { openTls } from './cli/open-tls.ts'
import { watchTls } from './cli/watch-tls.ts'
import type { LoadedSettings } from './config/load-config.ts'
import { createTools } from './create-tools.ts'
import { openEngine } from './engines/open-engine.ts'
import { createApp } from './http/app.ts'
import { watchConnections } from './http/close-app.ts'
import { onPlainHttp } from './http/plain-http.ts'
import { openPage } from './page/open-page.ts'
import { accessCheck, requestLimits } from './request-settings.ts'
import type { ServeOutput, Server } from './server.ts'
import { openStore } from './store/open-store.ts'
import { uuidv7 } from './store/uuidv7.ts'
import { callReport } from './stream/call-report.ts'
import { LiveTurns } from './stream/live-turns.ts'
import { fitArguments } from './turn/fit-call.ts'
import { watchSettings } from './watch-settings.ts'

/** How long connections may finish what they send and receive, once no turn runs any more, in milliseconds. */
const closeGraceMs = 1_000

/**
 * How many connections may wait until this process accepts them, where the system allows so many. Node's 511 are too few for a thousand
 * clients that come at once: the system resets those that do not fit.
 */
const maxUnaccepted = 4_096

/** Builds the rooms in order, and closes them last-in first-out; also where one of them cannot be built. */
export async function serve(given: LoadedSettings, output: ServeOutput): Promise<Server> {
  const { config } = given
  await using rooms = new AsyncDisposableStack()
  let serving = false
  const { log, release } = await openLog(config)
  rooms.defer(release)
  for (const text of output.notices ?? []) log.warn(text)
  const onNotice = (text: string) => log.info(text)
  const settings = rooms.use(watchSettings(given, { readAgain: output.readAgain ?? (() => given), log }))
  const tls = await openTls(config, onNotice)

  const engine = await openEngine({
    choice: config.engine,
    ollama: {
      baseUrl: config.ollamaBaseUrl,
      ...(config.httpsProxy && { proxy: { url: config.httpsProxy, except: config.noProxy ?? '' } }),
      connectTimeoutMs: config.connectTimeoutMs,
      firstTokenTimeoutMs: config.firstTokenTimeoutMs,
      silenceTimeoutMs: config.silenceTimeoutMs,
      stepTimeoutMs: config.stepTimeoutMs,
      maxLineBytes: config.maxLineBytes,
    },
    pollMs: config.enginePollMs,
    onChange: (name) => log.info(`${name} answers now: prompts go to it from here on`),
  })
  rooms.defer(() => engine.close())

  const onWarning = (text: string) => log.warn(text)
  const { toolbox, sources, readWeather } = createTools(config, { onNotice, onWarning })
  rooms.defer(() => sources.close())
  // Beside the database, which takes its time as well.
  const sourcesStarted = sources.start()

  const store = await openStore(config, {
    onProgress: (text) => output.out(`${text}\n`),
    onNotice: onWarning,
    onStateChange: (state) => {
      // The first lines say it at the start, and at the end it is no news.
      if (!serving) return
      if (state.ready) log.info('the database is ready')
      else log.warn(`the database is not ready: ${state.detail}`)
    },
    onEnded: (ended) => log.warn({ turns: ended }, 'turns were ended because no process ran them any more'),
    onFault: (fault) => log.error({ err: fault }, 'the database refused a heartbeat of this process'),
  })
  rooms.defer(() => store.close())

  const turns = new LiveTurns(
    {
      engine,
      toolbox,
      store: store.conversations,
      journal: store.journal,
      directory: store.directory,
      limits: {
        maxSteps: config.maxSteps,
        maxCalls: config.maxCalls,
        maxAnswerBytes: config.maxAnswerBytes,
        rescue: config.rescue === 'on',
        ...(config.contextTokens && { contextTokens: config.contextTokens }),
      },
      now: () => performance.now(),
      newCallId: () => `call_${randomUUID()}`,
      newTurnId: uuidv7,
      onCallEnd: (ended) => log.info(callReport(ended, toolbox), 'call'),
      onRunEnd: (run) => log[run.error ? 'warn' : 'info'](run, 'turn'),
      onFault: (fault, turn) => log.error({ err: fault, turn }, 'a turn failed by a fault of chatterd'),
    },
    {
      maxTurns: config.maxTurns,
      titles: config.titles,
      turnTimeoutMs: config.turnTimeoutMs,
      busyWaitMs: config.busyWaitMs,
      maxUnjournaledEvents: config.maxUnjournaledEvents,
      journalDelayMs: config.journalDelayMs,
      leaseMs: config.leaseMs,
    },
  )
  await sourcesStarted
  store.openNotifications((notification) => turns.onNotification(notification))
  await store.startHeartbeat(
    () => turns.ids(),
    (result) => turns.onHeartbeat(result),
    () => turns.room,
  )

  const page = config.page === 'on' ? openPage({ onNotice, onWarning }) : undefined
  rooms.defer(() => page?.close())
  const limits = requestLimits(config)
  let checkAccess = accessCheck(config)
  const app = createApp({
    turns,
    engine,
    store: store.conversations,
    board: store.board,
    directory: store.directory,
    residentTools: toolbox.describe,
    toolSources: () => sources.report(),
    readWeather,
    newId: uuidv7,
    databaseReadiness: store.readiness,
    onFault: (fault) => log.error({ err: fault }, 'a request failed by a fault of chatterd'),
    isResident: (tool) => toolbox.has(tool),
    onToolLeftOut: (tool, conversation) =>
      log.warn({ tool, conversation }, 'a device tool is left out: a resident tool has its name'),
    limits,
    bodies: limits,
    checkAccess: (request) => checkAccess(request),
    onRequestEnd: (report) => log[report.status < 500 ? 'info' : 'warn'](report, 'request'),
    ...(tls && { tls }),
    ...(page && { page }),
    ...(config.mcp === 'on' && {
      mcp: {
        toolbox,
        fitCall: (tool, args) => fitArguments(tool, args, toolbox),
        version: output.version,
        onCallEnd: (report) => log.info(report, 'call'),
      },
    }),
    ...(tls?.authority && { caCertificate: () => certificates?.current.authority?.cert ?? '' }),
  })
  const readTls = () => openTls(settings.config, onNotice)
  const certificates = tls && rooms.use(watchTls(tls, { read: readTls, app, log }))
  onPlainHttp(app, (address) =>
    log.warn({ address }, 'a client spoke http:// to this port, which speaks https://'),
  )
  const closeApp = watchConnections(app)
  rooms.defer(() => closeApp(closeGraceMs))
  rooms.defer(() => turns.drain(config.drainTimeoutMs))
  await app.listen({ host: config.host, port: config.port, backlog: maxUnaccepted })

  const { port } = app.server.address() as AddressInfo
  const facts = await bannerFacts(config, {
    version: output.version,
    port,
    engine,
    database: store.readiness,
    tls,
    toolSources: sources.report(),
    isTerminal: output.isTerminal ?? false,
  })
  const [url = ''] = facts.urls
  store.announce(url)
  const open = rooms.move()
  serving = true
  // Whoever waits for this function writes the first lines at once.
  setImmediate(release)
  async function reload(): Promise<void> {
    const next = settings.reload()
    Object.assign(limits, requestLimits(next))
    checkAccess = accessCheck(next)
    await Promise.all([certificates?.reload(), sources.reload(next.tools)])
  }
  settings.onChange(() => void reload())
  return {
    url,
    firstLines: banner(facts),
    reload,
    reportUncaught(error, source) {
      if (source === undefined) log.fatal({ err: error }, 'chatterd stops after an unexpected error')
      else log.error({ err: error, source }, 'a tool has an error that nothing has caught')
    },
    async close(reason) {
      if (reason) log.info({ turns: turns.ids().length }, reason)
      serving = false
      await open.disposeAsync()
    },
  }
}
