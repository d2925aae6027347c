/** The server that the command calls. */
export interface CurlTarget {
  url: string
  model: string
  /** The file with the development authority; undefined with plain HTTP or a certificate that curl trusts. */
  caFile?: string | undefined
}

/** Quotes a text, where necessary, as one argument for a POSIX shell. */
function shellQuoted(text: string): string {
  return /^[\w./:@%+=,[\]-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** A prompt for which the model calls a device tool and then a resident tool. */
function weatherPrompt(model: string): string {
  const location = {
    type: 'function',
    function: {
      name: 'get_location',
      description: 'Get current location',
      parameters: { type: 'object', properties: {}, required: [] },
    },
  }
  return JSON.stringify({
    appID: 'try',
    model,
    stream: true,
    messages: [{ role: 'user', content: 'What is the weather at my location?' }],
    tools: [location],
  })
}

/** The lines of one curl command that can be pasted into a shell. */
export function tryCurl({ url, model, caFile }: CurlTarget): string[] {
  const trust = caFile === undefined ? '' : `--cacert ${shellQuoted(caFile)} `
  return [
    `curl -N ${trust}${shellQuoted(`${url}/llmtools`)} \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${shellQuoted(weatherPrompt(model))}`,
  ]
}
