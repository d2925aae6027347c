import { CopyButton } from '../shell/copy-button.tsx'
import { usePage } from '../shell/page.ts'

const prompts = [
  {
    text: 'What is the weather at my location?',
    about:
      'The model asks this browser where you are, and then the server for the weather there. You see both calls.',
  },
  {
    text: 'Ask me three questions, then suggest a weekend trip.',
    about: 'The model asks by a form in this browser. Your answers are all that it gets.',
  },
  {
    text: 'Explain server-sent events, with an example in Python.',
    about: 'No tools: the server runs the model, and goes on when you close the page.',
  },
]

const installCommands = ['curl -fsSL https://ollama.com/install.sh | sh', 'ollama pull qwen3:0.6b']

/** What a conversation shows before its first prompt. */
export function FirstVisit() {
  const page = usePage()
  const isDemo = page.catalog.engine.value?.name === 'demo'
  return (
    <div class="first-visit">
      <h2>What can I do for you?</h2>
      <p class="lead">
        The model runs on your server. It can use tools of the server and of this browser, and you see each
        call.
      </p>
      <ul class="prompts">
        {prompts.map(({ text, about }) => (
          <li>
            <button type="button" onClick={() => page.send(text)}>
              <span class="strong">{text}</span>
              <span class="about">{about}</span>
            </button>
          </li>
        ))}
      </ul>
      {isDemo && (
        <aside class="demo" aria-label="About the demo engine">
          <p>
            <span class="strong">This is the demo engine,</span> a small stand-in and not a language model.
            These two commands bring a real one to the server, which then changes to it by itself. For other
            systems than Linux, get Ollama from{' '}
            <a href="https://ollama.com/download" target="_blank" rel="noopener noreferrer">
              ollama.com/download
            </a>
            .
          </p>
          {installCommands.map((command) => (
            <div class="command">
              <code>{command}</code>
              <CopyButton text={command} label="Copy the command" />
            </div>
          ))}
        </aside>
      )}
    </div>
  )
}
