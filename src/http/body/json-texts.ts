import { ChatterdError } from '../../protocol/errors.ts'
import { parseExact } from '../../protocol/exact-json.ts'
import { maxJsonDepth } from '../../protocol/json.ts'
import { JsonScanner } from './json-scanner.ts'

/** Parses JSON that a request has in strings. Together, they may have as many values as a whole body. */
export class JsonTexts {
  readonly #maxValues: number
  #values = 0

  constructor(maxValues: number) {
    this.#maxValues = maxValues
  }

  /** The value, or the text itself where it is no JSON. Throws `request-too-large`, and `invalid-request` for too many levels. */
  parse(text: string): unknown {
    const scanner = new JsonScanner({ maxValues: this.#maxValues - this.#values, maxDepth: maxJsonDepth })
    const excess = scanner.feed(Buffer.from(text))
    this.#values += scanner.values
    if (excess === 'values')
      throw new ChatterdError(
        'request-too-large',
        `The arguments of calls have too many values: all together may have ${this.#maxValues} members (setting CHATTERD_MAX_BODY_VALUES).`,
      )
    if (excess === 'depth')
      throw new ChatterdError(
        'invalid-request',
        `The arguments of a call have more than ${maxJsonDepth} levels of objects and arrays.`,
      )
    try {
      return parseExact(text)
    } catch {
      return text
    }
  }
}
