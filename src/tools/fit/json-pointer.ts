import { isJsonObject, type Json } from '../../protocol/json.ts'

/** The member names and array indexes of a JSON Pointer (RFC 6901), with or without `#`: `#/$defs/a~1b` → `$defs`, `a/b`. */
export function pointerTokens(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** The value that the tokens of a JSON Pointer refer to; undefined where there is none. */
export function valueAt(root: Json, tokens: readonly string[]): Json | undefined {
  let value: Json | undefined = root
  for (const token of tokens) {
    if (Array.isArray(value)) value = Object.hasOwn(value, token) ? value[Number(token)] : undefined
    else value = isJsonObject(value) && Object.hasOwn(value, token) ? value[token] : undefined
  }
  return value
}
