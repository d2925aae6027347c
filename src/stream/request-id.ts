import { AsyncLocalStorage } from 'node:async_hooks'

/** The id of the request that code runs for. A turn runs on in the context of the request that began it or made it go on. */
export const requestIds = new AsyncLocalStorage<string>()
