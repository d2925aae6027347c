import { isJsonObject, type Json, type JsonObject } from '../../../protocol/json.ts'
import { pointerTokens, valueAt } from '../../fit/json-pointer.ts'

/** An operation cannot be a tool. The message says why, in words that follow its name. */
export class UnusableOperation extends Error {}

/** A reference may lead to another one. */
const maxSteps = 32

/** An OpenAPI document, and the values that its references lead to. */
export class Document {
  readonly root: JsonObject
  readonly #direct = new Map<string, ReadonlySet<string>>()
  readonly #recursive = new Map<string, boolean>()

  constructor(root: JsonObject) {
    this.root = root
  }

  /**
   * What a value is, where it is a reference: what that leads to. Undefined where it is no object.
   *
   * @throws UnusableOperation where it leads nowhere
   */
  resolve(value: Json | undefined): JsonObject | undefined {
    let found = value
    for (let step = 0; step < maxSteps; step++) {
      if (!isJsonObject(found)) return undefined
      if (typeof found.$ref !== 'string') return found
      found = this.target(found.$ref)
    }
    throw new UnusableOperation('it has references that lead to each other')
  }

  /** @throws UnusableOperation where the reference leads nowhere, or out of the document */
  target(ref: string): Json {
    if (ref !== '#' && !ref.startsWith('#/'))
      throw new UnusableOperation(`the reference ${JSON.stringify(ref)} leads out of the document`)
    const value = valueAt(this.root, pointerTokens(decoded(ref)))
    if (value === undefined) throw new UnusableOperation(`the reference ${JSON.stringify(ref)} leads nowhere`)
    return value
  }

  /** True for a reference whose target has it in turn. */
  isRecursive(ref: string): boolean {
    const known = this.#recursive.get(ref)
    if (known !== undefined) return known
    const reached = new Set<string>()
    const pending = [...this.#refsIn(ref)]
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (reached.has(next)) continue
      reached.add(next)
      pending.push(...this.#refsIn(next))
    }
    this.#recursive.set(ref, reached.has(ref))
    return reached.has(ref)
  }

  #refsIn(ref: string): ReadonlySet<string> {
    const known = this.#direct.get(ref)
    if (known) return known
    const refs = new Set<string>()
    collectRefs(this.target(ref), refs)
    this.#direct.set(ref, refs)
    return refs
  }
}

function collectRefs(value: Json, refs: Set<string>): void {
  if (Array.isArray(value)) for (const each of value) collectRefs(each, refs)
  if (!isJsonObject(value)) return
  if (typeof value.$ref === 'string') refs.add(value.$ref)
  for (const member of Object.values(value)) collectRefs(member, refs)
}

/** References are URL fragments: https://www.rfc-editor.org/rfc/rfc6901#section-6 */
function decoded(ref: string): string {
  try {
    return decodeURIComponent(ref)
  } catch {
    return ref
  }
}
