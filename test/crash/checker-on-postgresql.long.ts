import { checkerTest } from './checker/checker-test.ts'

checkerTest('postgresql', [
  'after begin_turn:4',
  'pause',
  'kill',
  'before end_step:5',
  'after store_results:2',
  'after write_events:3',
])
