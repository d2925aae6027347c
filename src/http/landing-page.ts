/**
 * The page that a browser shows at `/`: the server runs, and here is one command to try. No scripts, nothing loaded from other
 * hosts. `address` comes from the request and `model` from the engine, so both are shown only where they need no escaping.
 */
export function landingPage(address: string, model: string): string {
  const url = /^[\w:/.[\]-]+$/.test(address) ? address : 'http://127.0.0.1:8080'
  // Until the development certificate is installed, curl does not trust it.
  const trust = url.startsWith('https:') ? ' --insecure' : ''
  const name = /^[\w:/.-]+$/.test(model) ? model : 'demo'
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>chatterd</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { max-width: 50rem; margin: 4rem auto; padding: 0 1rem }
  h1 { margin: 0 }
  pre { padding: 1rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .5rem; overflow-x: auto }
  code { font: .875rem/1.5 ui-monospace, monospace }
</style>
<h1>chatterd</h1>
<p>This chat server is running. Apps talk to it over HTTP, and it talks to the model, with tools on both sides.</p>
<p>Try it from a terminal:</p>
<pre><code>curl -N${trust} ${url}/llmtools -d '{
  "appID": "hello", "model": "${name}",
  "messages": [{"role": "user",
                "content": "What is the weather at 42.29, -83.71?"}]
}'</code></pre>
<p>Whether it is ready to serve: <a href="/readyz">/readyz</a></p>
</html>
`
}
