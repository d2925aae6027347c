import { ChatterdError, type ErrorCode } from '../protocol/errors.ts'
import type { Database } from './database.ts'

/** Calls a function of the schema, which is one transaction, with its one argument; returns its result. */
export type CallFunction = <Result>(name: string, argument: object) => Promise<Result>

/** SQLSTATEs that the functions of the schema raise; their words are the clients'. */
const refusals: Record<string, ErrorCode> = {
  CD409: 'turn-lost',
  CD422: 'invalid-request',
  CDBSY: 'conversation-busy',
  CDKEY: 'key-reused',
}

/** The functions of a database's schema. What they refuse is thrown as errors for clients. */
export function functionsOf(database: Pick<Database, 'query'>): CallFunction {
  return async <Result>(name: string, argument: object) => {
    const text = `select chatterd.${name}($1) as result`
    const values = [JSON.stringify(argument)]
    try {
      const [row] = await database.query<{ result: Result }>({ name, text, values })
      if (!row) throw new Error(`${name} returned no row`)
      return row.result
    } catch (error) {
      throw refusalOf(error)
    }
  }
}

function refusalOf(error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error)) return error
  const code = refusals[String(error.code)]
  return code ? new ChatterdError(code, error.message, { cause: error }) : error
}
