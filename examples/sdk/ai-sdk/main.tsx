import { useChat } from '@ai-sdk/react'
import { lastAssistantMessageIsCompleteWithToolCalls } from 'ai'
import { createChatTransport } from 'chatterd/ai-sdk'
import { createClient } from 'chatterd/client'
import { createRoot } from 'react-dom/client'

const baseUrl = new URLSearchParams(location.search).get('server') ?? 'http://127.0.0.1:8080'
const transport = createChatTransport({
  client: createClient({ baseUrl }),
  // Without `run`: the chat gives the result.
  tools: [{ name: 'get_color', description: 'Get favourite color of the user' }],
})

function Chat() {
  const { messages, sendMessage, addToolOutput, stop, status, error } = useChat({
    id: 'example-ai-sdk',
    transport,
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithToolCalls,
  })
  const ask = (form: FormData) => void sendMessage({ text: String(form.get('prompt')) })
  return (
    <main>
      <div role="log">
        {messages.map(({ id, role, parts }) => (
          <p key={id}>
            {`${role}: `}
            {parts.map((part) => {
              if (part.type === 'text') return part.text
              if (part.type !== 'dynamic-tool') return null
              const { toolCallId, toolName: tool, state } = part
              if (state !== 'input-available') return <em key={toolCallId}>{`${tool}: ${state}`}</em>
              const choose = () => void addToolOutput({ tool, toolCallId, output: 'green' })
              return (
                <button type="button" key={toolCallId} onClick={choose}>
                  Green
                </button>
              )
            })}
          </p>
        ))}
      </div>
      <form action={ask}>
        <input name="prompt" aria-label="Your prompt" defaultValue="What is my favourite color?" />
        <button type="submit">Send</button>
        {status === 'streaming' && (
          <button type="button" onClick={stop}>
            Stop
          </button>
        )}
        {error && <small>{error.message}</small>}
      </form>
    </main>
  )
}

const root = document.getElementById('root')
if (root) createRoot(root).render(<Chat />)
