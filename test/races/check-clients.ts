import type { Post, RaceWorld } from './race-world.ts'
import type { Stored, StoredCall } from './stored.ts'

/** Yields a message for each thing that a client saw and that is not what is stored. */
export function* checkClients(world: RaceWorld, stored: Stored): Iterable<string> {
  yield* checkSubscribers(world, stored)
  yield* checkAccepted(world, stored)
  yield* checkBranches(stored)
  yield* checkOrder(world, stored)
  yield* checkQueues(world)
  yield* checkRefused(world, stored)
  yield* checkKeys(world, stored)
  yield* checkResults(world, stored)
  for (const turn of world.cancelled)
    if (['running', 'waiting'].includes(stored.turns.get(turn)?.status ?? ''))
      yield `${turn} was cancelled, and is active`
}

/** Texts may be lost with a process, and fillers have their numbers; all else stays as it was published. */
function* checkSubscribers({ subscribers }: RaceWorld, { turns }: Stored): Iterable<string> {
  for (const { turn, seen, faults, status: standing, connections } of subscribers) {
    yield* faults
    const journal = turns.get(turn)?.journal
    if (!journal) {
      if (standing !== 'unknown' && standing !== 'ended')
        yield `a client follows the turn ${turn}, which is gone`
      // A client that has connected again finds no turn any more.
      const hasEnd = standing === 'ended' || connections === 1
      if (hasEnd && seen.length > 0 && seen.at(-1)?.name !== 'turn-end')
        yield `${turn}, which is gone: the last that a client saw is ${seen.at(-1)?.name}`
      continue
    }
    for (const { number, name, data } of seen) {
      const now = journal[number - 1]
      if (now?.name === name && now.data === data) continue
      const isFiller = now?.name === 'text-delta' && now.data === '{"text":""}'
      const isHint = name === 'text-delta' || name === 'step-start' || name === 'notice'
      if (!isFiller || !isHint)
        yield `${turn}: a client saw ${number} ${name} ${data}, and it is ${now?.name} ${now?.data}`
    }
    if (standing === 'ended' && seen.length > 0 && seen.at(-1)?.name !== 'turn-end')
      yield `${turn}: the last that a client saw is ${seen.at(-1)?.name}`
    if (standing === 'unknown') yield `${turn}: a client got the response that there is none`
  }
}

function messagesOf({ content, conversation }: Post, { messages }: Stored) {
  return messages.filter(
    (one) => one.role === 'user' && one.content === content && one.conversation === conversation,
  )
}

/** What was accepted is there, once. */
function* checkAccepted(world: RaceWorld, stored: Stored): Iterable<string> {
  for (const post of world.posts) {
    const times = messagesOf(post, stored).length
    const { status: standing } = post.request
    if (post.key === undefined && times > 1) yield `${post.content} is there ${times} times`
    const isTaken = standing === 'accepted' || standing === 'replayed'
    if (isTaken && times === 0 && !world.emptied.has(post.conversation))
      yield `${post.content} was accepted and is gone`
  }
}

/** Each branch has its messages, numbered from 1. */
function* checkBranches({ gaps }: Stored): Iterable<string> {
  for (const gap of gaps) yield `${gap} has a gap`
}

/** What was accepted before another was sent comes before it. */
function* checkOrder({ posts, emptied }: RaceWorld, stored: Stored): Iterable<string> {
  const accepted = posts.filter(
    ({ request, conversation }) => request.status === 'accepted' && !emptied.has(conversation),
  )
  for (const one of accepted)
    for (const other of accepted) {
      if (one.conversation !== other.conversation || one.request.endedAt > other.request.sentAt) continue
      const [first] = messagesOf(one, stored)
      const [second] = messagesOf(other, stored)
      if (first && second && first.at > second.at) yield `${other.content} came before ${one.content}`
    }
}

/**
 * Requests that wait for a conversation begin in order of arrival. A request of a process that lost its lease has left the queue, at
 * some time: the position of another one of its key is not known.
 */
function* checkQueues({ observed, all, expired }: RaceWorld): Iterable<string> {
  const lost = new Set(all.filter((one) => one.dead || expired.has(one)).map(({ runner }) => runner))
  const begun = [...observed.begun.keys()]
  const remaining = observed.arrivals.filter(({ turn, runner, besideOneOf = runner }) => {
    const isHere = begun.includes(turn) && observed.begun.get(turn)?.withdrawn === 0
    return isHere && !lost.has(runner) && !lost.has(besideOneOf)
  })
  for (const [index, one] of remaining.entries())
    for (const later of remaining.slice(index + 1))
      if (
        one.conversation === later.conversation &&
        one.seenAt < later.sentAt &&
        begun.indexOf(one.turn) > begun.indexOf(later.turn)
      )
        yield `${observed.begun.get(later.turn)?.content} was admitted before ${observed.begun.get(one.turn)?.content}`
}

/** A result came for it when it was superseded already. */
function isLate({ status, output }: StoredCall): boolean {
  return status === 'superseded' && output !== null
}

/** A refused request has left no trace, unless its process could not withdraw it, or others followed it. */
function* checkRefused(world: RaceWorld, stored: Stored): Iterable<string> {
  for (const post of world.posts) {
    const { status: standing, code, by } = post.request
    if (post.key !== undefined || (standing !== 'refused' && standing !== 'disconnected')) continue
    const [message] = messagesOf(post, stored)
    if (!message) continue
    const turn = stored.turns.get(message.turn)
    const superseded = stored.turns.get(turn?.superseded ?? '')
    const isFollowed = turn?.followed === true || superseded?.followed === true
    const isKnown = isFollowed || superseded?.calls.some(isLate) || world.unwanted.has(message.turn)
    const isExcused = code === 'database-unavailable' && (by.dead || world.expired.has(by) || isKnown)
    if (!isExcused) yield `${post.content} was refused (${code ?? standing}), and is there: ${turn?.status}`
  }
}

/** A key has one turn at most, of those that were not withdrawn. */
function* checkKeys({ observed, emptied, posts }: RaceWorld, { keys }: Stored): Iterable<string> {
  const begun = new Map<string, string[]>()
  for (const { key, conversation, turn, withdrawn } of observed.begun.values()) {
    if (key === undefined || withdrawn > 0 || emptied.has(conversation)) continue
    const of = `${conversation} ${key}`
    begun.set(of, [...(begun.get(of) ?? []), turn])
    const remaining = keys.find((one) => one.key === key && one.conversation === conversation)
    if (remaining?.turn !== turn)
      yield `the key ${of} has begun ${turn}, and is stored for ${remaining?.turn}`
  }
  for (const [key, turns] of begun) if (turns.length > 1) yield `the key ${key} has begun ${turns}`
  for (const { request, content } of posts)
    if (
      request.status === 'replayed' &&
      request.turn &&
      observed.begun.get(request.turn)?.content !== content
    )
      yield `${content} got another request's turn`
}

/** Results that were taken are those of their calls. */
function* checkResults({ results, observed }: RaceWorld, { turns }: Stored): Iterable<string> {
  for (const { turn, results: posted, request } of results) {
    if (request.status !== 'accepted' && request.status !== 'replayed') continue
    if ((observed.begun.get(turn)?.withdrawn ?? 0) > 0) continue
    for (const { callId, output } of posted) {
      const call = turns.get(turn)?.calls.find(({ id }) => id === callId)
      if (call && (call.status !== 'answered' || call.output !== output))
        yield `${output} was taken for ${callId}, which is ${call.status} with ${call.output}`
    }
  }
}
