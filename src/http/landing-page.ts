/** What a browser sees at `/`: that the server runs, and where to go on. No scripts, nothing loaded from elsewhere. */
export const landingPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>chatterd</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { max-width: 40rem; margin: 4rem auto; padding: 0 1rem }
  h1 { margin-bottom: 0 }
  pre { padding: 1rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .5rem; overflow-x: auto }
</style>
<h1>chatterd</h1>
<p>This chat server is running. Apps talk to it over HTTP, with tools on both sides.</p>
<p>Try it from a terminal:</p>
<pre><code id="curl">curl -N ADDRESS/llmtools -d '{
  "appID": "hello", "model": "demo",
  "messages": [{"role": "user", "content": "What is the weather at 42.29, -83.71?"}]
}'</code></pre>
<p>Its state: <a href="/readyz">/readyz</a></p>
</html>
`
