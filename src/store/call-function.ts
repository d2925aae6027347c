import { ChatterdError, type ErrorCode } from '../protocol/errors.ts'
import type { Database } from './database.ts'

/**
 * Calls a SQL function of the schema with its JSON argument, in one transaction, and returns its result. `bodies`: the second argument
 * of a function that takes the bodies of messages, as JSON texts.
 */
export type CallFunction = <Result>(name: string, argument: object, bodies?: string[]) => Promise<Result>

/** Errors for clients, by the SQLSTATE that the SQL functions raise them with. Their messages are written for clients. */
const errorCodes: Record<string, ErrorCode> = {
  CDLST: 'turn-lost',
  CDINV: 'invalid-request',
  CDBSY: 'conversation-busy',
  CDKEY: 'key-reused',
}

/** Errors that the SQL functions raise for clients are thrown as `ChatterdError`s. */
export function createCallFunction(database: Pick<Database, 'query'>): CallFunction {
  return async <Result>(name: string, argument: object, bodies?: string[]) => {
    const text = `select chatterd.${name}(${bodies ? '$1, $2' : '$1'}) as result`
    const values = [JSON.stringify(argument), ...(bodies ? [bodies] : [])]
    try {
      const [row] = await database.query<{ result: Result }>({ name, text, values, returnsJson: true })
      if (!row) throw new Error(`${name} returned no row`)
      return row.result
    } catch (error) {
      throw clientErrorOf(error)
    }
  }
}

function clientErrorOf(error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error)) return error
  const code = errorCodes[String(error.code)]
  return code ? new ChatterdError(code, error.message, { cause: error }) : error
}
