import { checkerTest } from './checker/checker-test.ts'

checkerTest('embedded', [
  'after begin_turn:4',
  'kill',
  'after end_step:5',
  'before write_events:4',
  'after end_calls:1',
])
