import { createClient, defineDeviceTool } from 'chatterd/client'
import { useConversation } from 'chatterd/react'
import { createRoot } from 'react-dom/client'

const baseUrl = new URLSearchParams(location.search).get('server') ?? 'http://127.0.0.1:8080'
const client = createClient({ baseUrl })
const tools = [
  defineDeviceTool({
    name: 'get_time',
    description: 'Get current time',
    run: () => new Date().toISOString(),
  }),
]

function Chat() {
  const { messages, sent, turn, send, stop, connection } = useConversation(client, 'example-react', { tools })
  const ask = (form: FormData) => void send(String(form.get('prompt')))
  return (
    <main>
      <div role="log">
        {messages.map(({ seq, role, content }) => (
          <p key={seq}>{`${role}: ${content}`}</p>
        ))}
        {sent && <p>{`user: ${sent.content}`}</p>}
        {turn?.replies.map(({ step, text, calls }) => (
          <p key={step}>
            {`assistant: ${text} `}
            {calls.map(({ callId, name, status }) => (
              <em key={callId}>{`${name}: ${status}`}</em>
            ))}
          </p>
        ))}
        {turn?.error && <p>{turn.error.detail}</p>}
      </div>
      <form action={ask}>
        <input name="prompt" aria-label="Your prompt" defaultValue="What time is it?" />
        {turn ? (
          <button type="button" onClick={stop}>
            Stop
          </button>
        ) : (
          <button type="submit">Send</button>
        )}
        {connection.state === 'waiting' && <small>Connecting again…</small>}
      </form>
    </main>
  )
}

const root = document.getElementById('root')
if (root) createRoot(root).render(<Chat />)
