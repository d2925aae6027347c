import type { ErrorMembers } from '../../client/types.ts'

type Code = ErrorMembers['code']

/** What happened, in a few words, and what can be done. */
export interface Advice {
  title: string
  advice: string
  /** False where the same again would fail in the same way. */
  retry: boolean
}

const later = 'It can pass by itself: try again in a moment.'
const shorter = 'Begin a new conversation, or send less at once.'
const operator = 'The log of the server says more.'

const table: Partial<Record<Code, [title: string, advice: string, retry: boolean]>> = {
  network: ['The server cannot be reached', 'Is chatterd running, and this device online?', true],
  protocol: [
    'The server answered something else',
    'Is this the address of chatterd, and of the same version?',
    true,
  ],
  'engine-unreachable': [
    'The model server cannot be reached',
    'Start it (for Ollama: ollama serve), then try again.',
    true,
  ],
  'engine-failed': ['The model server failed', 'Try again, or choose another model.', true],
  'engine-cut': ['The answer broke off', 'The model server ended it too early. Try again.', true],
  'engine-refused': [
    'The model cannot do this',
    'Choose another model, or switch tools off in the settings.',
    true,
  ],
  'engine-busy': ['The model server is busy', later, true],
  'engine-timeout': ['The model took too long', 'Try again, or choose a smaller model.', true],
  'unknown-model': [
    'There is no such model',
    'Choose another one above, or install it: ollama pull NAME.',
    true,
  ],
  'context-overflow': ['This is too long for the model', shorter, false],
  'request-too-large': ['This is too large to send', 'Send fewer or smaller images, or less text.', false],
  'conversation-busy': [
    'The conversation is busy',
    'Another answer is being written here. Try again once it has ended.',
    true,
  ],
  'too-many-requests': ['The server is busy', later, true],
  'database-unavailable': ['The server cannot reach its database', later, true],
  'shutting-down': ['The server is stopping', 'Try again once it has started.', true],
  'turn-timeout': ['The answer took too long', 'Ask for less at once.', true],
  'turn-lost': ['The answer was lost', 'The server was stopped meanwhile. Try again.', true],
  'step-limit': ['The model called tools without end', 'Ask in another way, or choose a larger model.', true],
  'call-limit': [
    'The model called too many tools at once',
    'Ask in another way, or choose a larger model.',
    true,
  ],
  'call-repeated': [
    'The model made the same failing call again and again',
    'Ask in another way, or choose a larger model.',
    true,
  ],
  'answer-limit': ['The answer became too long', 'Ask for less at once.', true],
  'origin-not-allowed': [
    'This page may not use the server',
    'The server’s setting CHATTERD_ORIGINS names the pages that may.',
    false,
  ],
  'wrong-host': [
    'The server does not know this address',
    'The server’s setting CHATTERD_HOSTS names its addresses.',
    false,
  ],
  'not-found': ['This is not there any more', 'It may have been deleted somewhere else.', false],
  'approval-conflict': ['Somebody else has decided already', 'The call shows what was decided.', false],
  'call-closed': ['The call has ended already', 'Send a new prompt to go on.', false],
  internal: ['A fault of chatterd', operator, true],
}

/** What to say about an error. */
export function adviceFor(code: Code): Advice {
  const [title, advice, retry] = table[code] ?? ['That did not work', operator, true]
  return { title, advice, retry }
}

/** The members of whatever was thrown. */
export function errorOf(thrown: unknown): { code: Code; detail: string } {
  if (typeof thrown !== 'object' || thrown === null) return { code: 'internal', detail: String(thrown) }
  const { code, detail, message } = thrown as { code?: unknown; detail?: unknown; message?: unknown }
  const words = [detail, message].find((text) => typeof text === 'string') ?? ''
  return { code: typeof code === 'string' ? (code as Code) : 'internal', detail: words }
}
