/** Pauses between tries, in milliseconds: `firstMs`, then each twice as long as the one before, up to `longestMs`. */
export function* backoff(firstMs: number, longestMs: number): Generator<number, never> {
  for (let pause = firstMs; ; pause = Math.min(pause * 2, longestMs)) yield pause
}
