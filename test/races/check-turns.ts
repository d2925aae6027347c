import { stepsOf, textOf } from './plans.ts'
import { maxUnjournaledEvents, toolStarts } from './race-limits.ts'
import type { RaceWorld } from './race-world.ts'
import type { Stored, StoredTurn } from './stored.ts'

/** Calls that wait for the device, or for a person. */
const forClients = ['offered', 'asked']
const isActive = ({ status }: StoredTurn) => status === 'running' || status === 'waiting'

/** Yields a message for each thing that must be true of every turn in the end and is not. */
export function* checkTurns(world: RaceWorld, { turns, queued: tickets }: Stored): Iterable<string> {
  if (tickets > 0) yield `${tickets} requests in queues that nothing waits for`
  for (const turn of turns.values()) {
    for (const fault of [
      ...checkStatus(turn),
      ...checkEvents(turn),
      ...checkFillers(turn),
      ...checkText(world, turn),
    ])
      yield `turn ${turn.id} (${turn.status}): ${fault}`
  }
  yield* checkTools(world, turns)
  yield* checkPrompts(world)
}

function* checkStatus({ status, calls }: StoredTurn): Iterable<string> {
  const open = calls.filter((call) => ['running', ...forClients].includes(call.status))
  if (status === 'running') yield 'it runs for ever'
  if (status === 'waiting' && (open.length === 0 || open.some((call) => !forClients.includes(call.status))))
    yield 'it waits, but not for a device or a person'
  if (status !== 'waiting' && open.length > 0) yield `it has ended with ${open.length} open calls`
}

function* checkEvents(turn: StoredTurn): Iterable<string> {
  const { journal, events, calls } = turn
  const numbers = journal.map(({ number }) => number)
  if (numbers.some((number, index) => number !== index + 1) || numbers.length !== events)
    yield `its events are ${numbers} of ${events}`
  const ends = journal.filter(({ name }) => name === 'turn-end')
  const last = journal.at(-1)
  if (isActive(turn) ? ends.length > 0 : ends.length !== 1 || ends[0] !== last)
    yield `its ends: ${ends.map(({ number, data }) => `${number} ${data}`)}, of ${events}`
  if (ends[0] && JSON.parse(ends[0].data).status !== turn.status) yield `its last event says ${ends[0].data}`
  if (journal[0]?.name !== 'turn-start') yield `its first event is ${journal[0]?.name}`
  if (turn.status === 'waiting' && !journal.some(({ name }) => name === 'turn-waiting'))
    yield 'it waits, and has no event that says so'

  const callEnds = new Map<string, string[]>()
  for (const { name, data } of journal) {
    if (name !== 'call-end') continue
    const { callId, status } = JSON.parse(data)
    callEnds.set(callId, [...(callEnds.get(callId) ?? []), status])
  }
  for (const call of calls) {
    const isOpen = forClients.includes(call.status) && isActive(turn)
    const expected = isOpen ? '' : call.status
    const ended = (callEnds.get(call.id) ?? []).join()
    if (ended !== expected)
      yield `the call ${call.id} (${call.status}) has ended, by its events, as "${ended}"`
  }
}

/** Where the process of a turn was lost, fillers have the numbers of what it may have published: as many, in a row, and then only ends. */
function* checkFillers({ journal }: StoredTurn): Iterable<string> {
  const isFiller = ({ name, data }: (typeof journal)[number]) =>
    name === 'text-delta' && data === '{"text":""}'
  const first = journal.findIndex(isFiller)
  if (first < 0) return
  const count = journal.filter(isFiller).length
  if (count !== maxUnjournaledEvents || !journal.slice(first, first + count).every(isFiller))
    yield `it has ${count} fillers`
  const rest = journal.slice(first + count).map(({ name }) => name)
  if (rest.some((name) => name !== 'call-end' && name !== 'turn-end')) yield `after its fillers come ${rest}`
}

function* checkText({ observed }: RaceWorld, turn: StoredTurn): Iterable<string> {
  const content = observed.begun.get(turn.id)?.content
  if (content === undefined) return yield 'no request has begun it'
  for (const [step, { content: text, complete }] of turn.replies.entries()) {
    const whole = textOf(content, step)
    if (complete ? text !== whole : !whole.startsWith(text) && text !== '')
      yield `its reply ${step} is "${text}"${complete ? '' : ' (incomplete)'}`
  }
  const complete = turn.replies.filter((reply) => reply.complete).length
  if (turn.status === 'completed' && complete !== stepsOf(content).length)
    yield `it is complete with ${complete} replies`
}

/** A tool with effects is started once at most; an idempotent one as often as it may be. */
function* checkTools({ observed }: RaceWorld, turns: Map<string, StoredTurn>): Iterable<string> {
  for (const [what, starts] of observed.starts) {
    const [id = '', ...call] = what.split(' ')
    const stored = turns.get(id)?.calls.find((one) => one.id === call.join(' '))
    const isRestartable = stored?.restartable ?? what.includes('i')
    if (starts > (isRestartable ? toolStarts : 1)) yield `the tool of ${what} was started ${starts} times`
  }
}

/** A step is prompted once in each turn of its message, and once more where its request was withdrawn. */
function* checkPrompts({ observed }: RaceWorld): Iterable<string> {
  for (const [prompt, times] of observed.prompts) {
    const content = prompt.slice(0, prompt.lastIndexOf('.'))
    const begun = [...observed.begun.values()].filter((turn) => turn.content === content)
    const allowed = begun.reduce((sum, { withdrawn }) => sum + 1 + withdrawn, 0)
    if (times > allowed) yield `the engine was prompted ${times} times for ${prompt}`
  }
}
