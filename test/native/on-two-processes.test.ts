import { describe } from 'node:test'
import { serverPairOf } from '../support/processes/server-pair.ts'
import { branches } from './pair/branches.ts'
import { emptiedConversations } from './pair/emptied.ts'
import { keys } from './pair/keys.ts'
import { oneTurn } from './pair/one-turn.ts'
import { anyProcess } from './pair/two-processes.ts'

// What clients of two processes see that serve one database. The lease is so long that even on a busy machine no process counts as
// gone: its requests would leave the queue.
const pair = serverPairOf({ CHATTERD_MAX_TURNS: '200', CHATTERD_LEASE: '15s' })

describe('any process serves any turn', () => anyProcess(pair))
describe('a conversation has one turn at a time', () => oneTurn(pair))
describe('conversations that are emptied', () => emptiedConversations(pair))
describe('requests that are sent again', () => keys(pair))
describe('branches of conversations', () => branches(pair))
