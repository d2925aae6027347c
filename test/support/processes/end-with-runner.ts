// Imported for its effect by whatever starts servers: the process of a test file ends when its runner does.

// Node's runner sets it for the processes of its files, and holds the other end of their standard input.
if (process.env.NODE_TEST_CONTEXT) {
  process.stdin.once('close', () => process.exit(1))
  process.stdin.on('error', () => {})
  process.stdin.resume()
  if ('unref' in process.stdin) process.stdin.unref()
}
