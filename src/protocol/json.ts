// Of ECMAScript 2026, which TypeScript does not declare yet.
declare global {
  interface JSON {
    /** A number that `JSON.stringify` writes with just these characters. */
    rawJSON(text: string): RawNumber
    isRawJSON(value: unknown): value is RawNumber
  }
}

/** A JSON number that keeps the characters it was written with. `JSON.stringify` writes them; see `exact-json.ts`. */
export interface RawNumber {
  readonly rawJSON: string
}

/** Any JSON value. Numbers that a double does not hold as they were written may be `RawNumber`s (`exact-json.ts`). */
export type Json = string | number | RawNumber | boolean | null | Json[] | { [key: string]: Json }

/** A JSON object. */
export type JsonObject = { [key: string]: Json }

/** True for a plain JSON object: not null, not an array, not a number that keeps its text. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value)
}

/** How many levels of nested objects and arrays JSON from outside may have. Code that serializes it recurses once for each. */
export const maxJsonDepth = 100

/** True for a value with more than `levels` levels. Recurses no deeper than that. */
export function isTooDeep(value: unknown, levels = maxJsonDepth): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((member) => isTooDeep(member, levels - 1))
}
