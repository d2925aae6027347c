const { CHATTERD_TEST_SIZE: name, CHATTERD_TEST_RACES: races } = process.env

/** How much is drawn by the tests that draw. */
interface TestSize {
  /** Races on each kind of database. CHATTERD_TEST_RACES draws as many as it says. */
  races: number
  /** Sequences of operations that each store is given. */
  operationLists: number
  /** The largest text that each store is given. */
  textMegabytes: number
  /** How often a server that clients write to is killed, on each kind of database. */
  kills: number
  /** How often the crash checker kills or stops a process, at most. */
  crashMoves: number
  /** Faults that are planted for the crash checker to find, at most. */
  plantedFaults: number
  /** Streams at once, and clients that prompt without a pause, where two processes are under load. */
  streams: number
  continuousClients: number
  /** How often the database is started anew under load. */
  databaseRestarts: number
  /** Prompts that come at once, many more than there are connections to the database. */
  promptsAtOnce: number
  /** Streams are cut after every so many bytes; those that are cut over a socket, after more. */
  cutEvery: number
  socketCutEvery: number
  /** Responses of a server that are made up and altered. */
  fuzzRuns: number
}

const sizes: Record<string, TestSize> = {
  usual: {
    races: 10,
    operationLists: 8,
    textMegabytes: 1,
    kills: 2,
    crashMoves: 1,
    plantedFaults: 1,
    streams: 12,
    continuousClients: 4,
    databaseRestarts: 1,
    promptsAtOnce: 300,
    cutEvery: 11,
    socketCutEvery: 61,
    fuzzRuns: 2_000,
  },
  long: {
    races: 60,
    operationLists: 60,
    textMegabytes: 5,
    kills: 50,
    crashMoves: 6,
    plantedFaults: 4,
    streams: 50,
    continuousClients: 12,
    databaseRestarts: 2,
    promptsAtOnce: 1_000,
    cutEvery: 1,
    socketCutEvery: 13,
    fuzzRuns: 200_000,
  },
}

function chosenSize(): TestSize {
  const chosen = sizes[name ?? 'usual']
  if (!chosen) throw new Error(`CHATTERD_TEST_SIZE is '${name}'; it can be: ${Object.keys(sizes).join(', ')}`)
  return { ...chosen, ...(races && { races: Number(races) }) }
}

/** `npm test` draws little, so that it is soon over; `npm run test:long` sets CHATTERD_TEST_SIZE=long, and draws much. */
export const testSize: TestSize = chosenSize()
