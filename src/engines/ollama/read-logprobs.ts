import { isJsonObject, type Json } from '../../protocol/json.ts'
import type { Logprob, TokenLogprob } from '../../protocol/logprobs.ts'

/** Reads `logprobs` of a line: `[{token, logprob, bytes?, top_logprobs?: [{token, logprob, bytes?}]}]`. What has another form is left out. */
export function readLogprobs(list: readonly Json[]): Logprob[] {
  return list.flatMap((entry) => {
    const [read] = readTokens([entry])
    const top = isJsonObject(entry) ? entry.top_logprobs : undefined
    if (!read) return []
    return [Array.isArray(top) && top.length > 0 ? { ...read, topLogprobs: readTokens(top) } : read]
  })
}

function readTokens(list: readonly Json[]): TokenLogprob[] {
  return list.flatMap((entry) => {
    if (!isJsonObject(entry)) return []
    const { token, logprob, bytes } = entry
    if (typeof token !== 'string' || typeof logprob !== 'number' || !Number.isFinite(logprob)) return []
    return [Array.isArray(bytes) ? { token, logprob, bytes: bytes.filter(isByte) } : { token, logprob }]
  })
}

function isByte(value: Json): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255
}
