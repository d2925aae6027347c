/** What a command to try needs to know. */
export interface TryFacts {
  url: string
  model: string
  /** The authority's certificate of a development certificate; undefined where curl trusts the server's, or HTTP is spoken. */
  caFile?: string | undefined
}

/** A word that a POSIX shell takes as it is written. */
function shellWord(text: string): string {
  return /^[\w./:@%+=,[\]-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** The prompt whose answer shows the whole chain: a device tool first, then a resident one. */
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

/** A curl that can be pasted into a shell: its lines belong together. */
export function tryCurl({ url, model, caFile }: TryFacts): string[] {
  const trust = caFile === undefined ? '' : `--cacert ${shellWord(caFile)} `
  return [
    `curl -N ${trust}${shellWord(`${url}/llmtools`)} \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${shellWord(weatherPrompt(model))}`,
  ]
}
