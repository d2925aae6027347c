import type { Turn } from '../../client/types.ts'

export function WirePanel({ turn }: { turn: Turn | undefined }) {
  return <p>{turn?.id}</p>
}
