import { after, before } from 'node:test'

/**
 * What the tests of a suite share: opened before the first one, closed after the last. `open` defers to the stack what has to be
 * done at the end, also where it fails half-way. The function that it returns gives what was opened.
 */
export function shared<Opened>(open: (rooms: AsyncDisposableStack) => Promise<Opened>): () => Opened {
  const rooms = new AsyncDisposableStack()
  let opening: Promise<Opened> | undefined
  let opened: { value: Opened } | undefined
  before(async () => {
    opening = open(rooms)
    opened = { value: await opening }
  })
  after(async () => {
    // Where --test-name-pattern leaves no test of a file, node does not wait for the one hook before it calls the other.
    await opening?.catch(() => {})
    await rooms.disposeAsync()
  })
  return () => {
    if (!opened) throw new Error('what the tests share is not open yet')
    return opened.value
  }
}
